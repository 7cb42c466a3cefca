package watch

import (
	"bytes"
	"slices"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
)

// most is how many samples are kept: five minutes.
const most = 300

// run is how the runs of a command line stand, in the page's form.
type run struct {
	What       string           `json:"what"`   // the run under way, in words
	Number     int              `json:"number"` // from 1
	Before     []report.Verdict `json:"before"` // what the runs before it came to
	Over       bool             `json:"over"`   // there is a report
	Phase      loadgen.Phase    `json:"phase"`
	Done       float64          `json:"done"`           // of the phase, 0 to 1
	Part       *part            `json:"part,omitempty"` // of the scenario; null where it has no phases
	Sent       int64            `json:"sent"`
	Deliveries int64            `json:"deliveries"`
	Evicted    map[string]int64 `json:"evicted"` // by reason
	Refused    int64            `json:"refused"` // lines, by an error
	Errors     report.Errors    `json:"errors"`  // that the server has said
	Latency    report.Latencies `json:"latency"` // so far, of measured lines

	// Of the checks the verdict is empty where nothing speaks against one. They
	// are null until the run's first sample, and none if nothing is verified.
	Checks    []report.Check `json:"checks"`
	Suspected bool           `json:"suspected"`

	Roles []role `json:"roles"` // chatters beside those who talk, and what became of them so far

	Deaths  []death  `json:"deaths"`  // servers of several that have died, of all runs that have samples
	Samples []sample `json:"samples"` // one a second, of all runs
}

// death is a server of several that has died.
type death struct {
	Addr     string  `json:"addr"`
	Killed   bool    `json:"killed"` // by the run
	At       int64   `json:"at_ms"`  // Unix milliseconds
	Run      int     `json:"run"`
	SilenceS float64 `json:"silence_s"` // the longest so far in which nobody got a line, until the next death
}

// died takes in which servers have died in the run under way, which has gone on for so
// long at an instant. Deaths of earlier runs go with their samples.
func (r *run) died(now []loadgen.Death, since time.Duration, at time.Time) {
	r.Deaths = slices.DeleteFunc(slices.Clone(r.Deaths), func(d death) bool {
		return d.Run == r.Number || len(r.Samples) > 0 && d.At < r.Samples[0].At
	})
	for _, d := range now {
		r.Deaths = append(r.Deaths, death{report.Printable(d.Addr), d.Killed, at.Add(d.At - since).UnixMilli(), r.Number, d.Silence.Seconds()})
	}
}

// part is a phase of the scenario that is under way.
type part struct {
	Name   string  `json:"name"`
	Number int     `json:"number"` // from 1
	Of     int     `json:"of"`
	AtS    float64 `json:"at_s"` // since it began
	ForS   float64 `json:"for_s"`
}

// role is what a role does and did to others, in figures of report.Role.
type role struct {
	Name       string   `json:"name"`
	Acts       bool     `json:"acts"` // at the moment
	Acted      int64    `json:"acted"`
	Served     int64    `json:"served"`
	Evicted    int64    `json:"evicted"`
	TurnedAway int64    `json:"turned_away"`
	Throttled  int64    `json:"throttled"`
	Refused    int64    `json:"refused"`
	Lines      int64    `json:"lines"`
	BytesRead  int64    `json:"bytes_read"`
	P99Without *int64   `json:"p99_without_ns,omitempty"`
	P99With    *int64   `json:"p99_with_ns,omitempty"`
	Ratio      *float64 `json:"ratio,omitempty"`
	Pairs      int      `json:"pairs"`
	Needed     int      `json:"pairs_needed"` // for a ratio
}

func roles(now []loadgen.RoleNow) []role {
	out := []role{}
	for i := range now {
		f := &now[i]
		out = append(out, role{Name: f.Name, Acts: f.Acts, Acted: f.Acted, Served: f.Served(), Evicted: f.Evictions(), TurnedAway: f.TurnedAway,
			Throttled: f.Throttled, Refused: f.Refused, Lines: f.Lines, BytesRead: f.BytesRead,
			P99Without: f.P99Without, P99With: f.P99With, Ratio: f.Ratio, Pairs: len(f.Pairs), Needed: report.RolePairs})
	}
	return out
}

func partOf(p loadgen.Part) *part {
	if p.Name == "" {
		return nil
	}
	return &part{Name: report.Printable(p.Name), Number: p.Number, Of: p.Of, AtS: p.At.Seconds(), ForS: p.For.Seconds()}
}

// sample is what the chatters have seen up to an instant, and the room beside
// it where it is one of this process.
type sample struct {
	At         int64  `json:"at_ms"`            // Unix milliseconds
	Run        int    `json:"run"`              // its number
	Users      int64  `json:"users"`            // in the room at that instant
	Lines      int64  `json:"lines"`            // sent, since the run began
	Deliveries int64  `json:"deliveries"`       // likewise
	P50        *int64 `json:"p50_ns,omitempty"` // of delivery in the last whole second
	P99        *int64 `json:"p99_ns,omitempty"`
	Room       any    `json:"room,omitempty"`
}

func (r *run) begin(what string) {
	*r = run{What: report.Printable(what), Number: r.Number + 1, Before: r.Before, Phase: loadgen.Joining, Deaths: r.Deaths, Samples: r.Samples}
}

func (r *run) take(s loadgen.Snapshot, room any, at time.Time) {
	r.Phase, r.Done, r.Sent, r.Deliveries = s.Phase, s.Done, s.Sent, s.Deliveries
	r.Evicted, r.Latency, r.Checks, r.Suspected = named(s.Evicted), s.Latency, printable(s.Checks), s.Suspected
	r.Refused, r.Errors = s.Refused, printableErrors(s.Errors)
	r.Part, r.Roles = partOf(s.Part), roles(s.Roles)
	if r.Checks == nil {
		r.Checks = []report.Check{}
	}
	r.died(s.Deaths, s.At, at)
	if len(r.Samples) == most {
		r.Samples = append(r.Samples[:0:0], r.Samples[1:]...)
	}
	r.Samples = append(r.Samples, sample{At: at.UnixMilli(), Run: r.Number, Users: s.Present, Lines: s.Sent, Deliveries: s.Deliveries, P50: s.P50, P99: s.P99, Room: room})
}

func printableErrors(e report.Errors) report.Errors {
	kinds := []report.ErrorKind{}
	for _, k := range e.Kinds {
		k.Text, k.Example = report.Printable(k.Text), report.Printable(k.Example)
		kinds = append(kinds, k)
	}
	e.Kinds = kinds
	return e
}

// named has reasons that came from a server made printable.
func named(evicted map[string]int64) map[string]int64 {
	out := make(map[string]int64, len(evicted))
	for reason, n := range evicted {
		out[report.Printable(reason)] += n
	}
	return out
}

// printable returns checks whose witnesses' texts, which come from anywhere, are without
// what turns the direction of others or cannot be seen. The caller's own stay as they are.
func printable(checks []report.Check) []report.Check {
	out := slices.Clone(checks)
	for i := range out {
		out[i].Witnesses = slices.Clone(out[i].Witnesses)
		for k := range out[i].Witnesses {
			w := &out[i].Witnesses[k]
			w.Sentence, w.Expected, w.Came = report.Printable(w.Sentence), report.Printable(w.Expected), report.Printable(w.Came)
			w.Names = slices.Clone(w.Names)
			for n, name := range w.Names {
				w.Names[n] = report.Printable(name)
			}
		}
	}
	return out
}

// since returns the run with the samples that are younger than an instant in Unix
// milliseconds.
func (r *run) since(ms int64) run {
	now := *r
	i := len(now.Samples)
	for i > 0 && now.Samples[i-1].At > ms {
		i--
	}
	now.Samples = now.Samples[i:]
	if now.Samples == nil {
		now.Samples = []sample{}
	}
	if now.Deaths == nil {
		now.Deaths = []death{}
	}
	return now
}

func render(rs *report.Runs) ([]byte, error) {
	var b bytes.Buffer
	err := report.HTML(&b, rs)
	return b.Bytes(), err
}
