// Package report is what a run leaves behind: a Report is plain data with JSON
// names, and everything that shows it (text, verdict line, JSON) is a function
// of a writer and a report. Thresholds are judged here too, for they are
// questions to a finished report.
//
// The package does not know how a run is made: it sees no socket, no judge
// and no clock.
package report

import (
	"strings"
	"time"

	"chatsim/manager/wire"
)

// Schema is the version of the JSON form. Keys may be added to it; their
// meaning never changes.
const Schema = 1

// Verdict is the outcome of a run, a check or a threshold.
type Verdict string

// The verdicts. A run is never NotExercised, a check or threshold never
// Measured.
const (
	Passed       Verdict = "passed"
	Failed       Verdict = "failed"
	Inconclusive Verdict = "inconclusive"  // asked for, but nothing or too little to evaluate
	Measured     Verdict = "measured"      // run with -verify off: nothing was checked
	NotExercised Verdict = "not exercised" // this scenario or server does not ask for it
)

// Report is one run's result. Units are in the JSON names.
type Report struct {
	Schema      int         `json:"schema"`
	Verdict     Verdict     `json:"verdict"`
	Seed        uint64      `json:"seed"`
	Where       string      `json:"where"`            // "in-process Manager on HOST:PORT" or "server at HOST:PORT"
	Started     time.Time   `json:"started,omitzero"` // when the first chatter was about to join
	Interrupted bool        `json:"interrupted"`      // ended early by SIGINT or SIGTERM
	CutBy       string      `json:"cut_by,omitempty"` // the hard limit that ended the run before it was done
	Config      Config      `json:"config"`
	Environment Environment `json:"environment"`

	Users   int              `json:"users"`
	Joined  int64            `json:"joined"`  // joins, rejoins among them
	Renamed int64            `json:"renamed"` // joins that were given another name than the one asked for
	Left    int64            `json:"left"`    // leaves before the end of the run, by the chatters' own doing, or that of a server that was to die
	LeftBy  LeftBy           `json:"left_by"` // the same, by kind
	Evicted map[string]int64 `json:"evicted"` // closed by the server, by reason

	// Counted from the end of the warm-up on.
	Sent               int64   `json:"sent"`
	Deliveries         int64   `json:"deliveries"`
	ExpectedDeliveries int64   `json:"expected_deliveries"`
	MeasuredS          float64 `json:"measured_s"`
	DeliveriesPerS     float64 `json:"deliveries_per_s"`
	BytesPerS          float64 `json:"bytes_per_s"` // at the receivers
	SentPerS           float64 `json:"sent_per_s"`
	Refused            int64   `json:"refused"` // lines that were answered by an error, but for those to a name that was not there

	Lost   *Losses `json:"lost,omitempty"`   // that may be; nil: nothing
	Strays *Strays `json:"strays,omitempty"` // nil: not known

	Latency     Latencies         `json:"latency"`
	Errors      Errors            `json:"errors"`
	Conformance bool              `json:"conformance,omitempty"` // each of the checks is a story
	Checks      []Check           `json:"checks"`
	Isolation   *Isolation        `json:"isolation,omitempty"`
	Losses      []Loss            `json:"losses,omitempty"` // servers that died
	HeldUp      *HeldUp           `json:"held_up,omitempty"`
	Silence     *Silence          `json:"silence,omitempty"`
	Phases      []Phase           `json:"phases,omitempty"` // that are measured, of a scenario that has some
	Roles       []Role            `json:"roles,omitempty"`  // of chatters beside those who talk
	Series      []Second          `json:"series"`
	Course      []Moment          `json:"course,omitempty"`
	Calibration *Calibration      `json:"calibration,omitempty"`
	Server      *Server           `json:"server,omitempty"` // that was started for the run
	Find        *Find             `json:"find,omitempty"`
	Resources   Resources         `json:"resources"`
	Generator   Generator         `json:"generator"`
	Thresholds  []ThresholdResult `json:"thresholds"`
	Warnings    []string          `json:"warnings"`
	Reproduce   string            `json:"reproduce"` // a command line that runs the same script again
}

// Config is what was asked for.
type Config struct {
	Users     int     `json:"users"`
	DurationS float64 `json:"duration_s"`
	WarmupS   float64 `json:"warmup_s"`
	DrainS    float64 `json:"drain_s"`
	Rate      Rate    `json:"rate"`
	ThinkS    float64 `json:"think_s,omitempty"`  // of each chatter before it types a line; Rate is what that is expected to come to
	Inflight  int     `json:"inflight,omitempty"` // lines under way, where Rate is Max
	Size      int     `json:"size"`               // bytes of text in a line
	Scenario  string  `json:"scenario"`
	Script    string  `json:"script,omitempty"`    // the text of the scenario's file; empty: it is built in
	Story     bool    `json:"story,omitempty"`     // exact steps, one after the other: DurationS is how long they took, Rate and Size say nothing
	MaxUsers  int     `json:"max_users,omitempty"` // the most at a time, where users come and go
	Verify    string  `json:"verify"`              // "full", "order", "count" or "off"
	Target    string  `json:"target,omitempty"`    // empty: a Manager in this process
	Dialect   string  `json:"dialect,omitempty"`   // "line", "raw" or "ws"
	Managers  int     `json:"managers,omitempty"`  // that serve the room together; 0: it has one, alone
	Nodes     int     `json:"nodes,omitempty"`     // NATS servers of theirs
}

// VerifyOff is the Config.Verify of a run that checks nothing.
const VerifyOff = "off"

// Environment is where the figures come from. What is not known is empty.
type Environment struct {
	Go         string `json:"go"`
	OS         string `json:"os"`
	Arch       string `json:"arch"`
	CPUs       int    `json:"cpus"`
	GOMAXPROCS int    `json:"gomaxprocs"`
	CPUModel   string `json:"cpu_model,omitempty"`
	Commit     string `json:"commit,omitempty"`
}

// LeftBy counts leaves by how the connection was ended.
type LeftBy struct {
	FIN       int64 `json:"FIN"`
	RST       int64 `json:"RST"`
	HalfClose int64 `json:"half-close"`
	Vanish    int64 `json:"vanish,omitempty"` // silent first, then reset
	Lost      int64 `json:"lost,omitempty"`   // its server died, as was declared
}

// Errors are what the server said in error frames, from the first connection on.
type Errors struct {
	Count  int64       `json:"count"`
	Kinds  []ErrorKind `json:"kinds"`  // the most frequent first
	Others int64       `json:"others"` // of further kinds
}

// ErrorKind is errors that differ only in what is particular to one of them,
// such as a name or a number, which Text has as "…".
type ErrorKind struct {
	Text    string `json:"text"`
	Count   int64  `json:"count"`
	Example string `json:"example"` // the first of them as it came
}

// normal reports whether the errors are those that a right server gives, too.
func (k *ErrorKind) normal() bool { return strings.HasPrefix(k.Text, wire.NoSuchUser.Text()) }

// Reason returns an example of what the server has said most often, but for what a
// right server says, too.
func (e *Errors) Reason() string {
	for i := range e.Kinds {
		if k := &e.Kinds[i]; !k.normal() {
			return k.Example
		}
	}
	return ""
}

// Check is one property's outcome.
type Check struct {
	Name        string    `json:"name"`
	Verdict     Verdict   `json:"verdict"`
	Required    bool      `json:"required"` // by the scenario
	Evaluations int64     `json:"evaluations"`
	Violations  int64     `json:"violations"`
	Implied     int64     `json:"implied"`           // follow from another check's violation
	About       string    `json:"about,omitempty"`   // what holds, of a story
	Reason      string    `json:"reason,omitempty"`  // why it is neither passed nor failed
	Pattern     string    `json:"pattern,omitempty"` // what many violations have in common
	Witnesses   []Witness `json:"witnesses,omitempty"`
}

// Witness is the evidence for one violation, in words.
type Witness struct {
	Check    string   `json:"check"`
	Chatters []int    `json:"chatters,omitempty"` // who saw it, by number
	Names    []string `json:"names,omitempty"`    // the same, by the names they had
	Place    int64    `json:"place"`              // in the canonical order; -1 where there is none
	Sentence string   `json:"sentence"`
	Expected string   `json:"expected,omitempty"`
	Came     string   `json:"came,omitempty"`
	Differs  string   `json:"differs,omitempty"` // where a text first differs from what was sent, the characters by name
	Before   []string `json:"before,omitempty"`  // the entries just before it
	Agreed   int      `json:"agreed"`            // how many others saw it the way that was expected
	Sides    []Side   `json:"sides,omitempty"`   // of a matter of order: what two chatters saw around the place

	// When the line was sent, when what is wrong came to the first chatter who
	// saw it, and when another had the entry; each if it is known.
	Sent    *Instant `json:"sent,omitempty"`
	Arrived *Instant `json:"arrived,omitempty"`
	Others  *Instant `json:"others,omitempty"`
}

// Instant is a time by both clocks.
type Instant struct {
	NS   int64     `json:"ns"`            // since the run began, with its joins
	Wall time.Time `json:"wall,omitzero"` // by which a server's log can be searched
}

// Side is one chatter's view of a matter of order.
type Side struct {
	Chatter int      `json:"chatter"`
	Name    string   `json:"name"`
	Saw     []string `json:"saw"` // in the order seen
}

// Isolation is how the others fared while one chatter did not read, in windows
// that alternate with windows in which everybody did.
type Isolation struct {
	WindowS       float64         `json:"window_s"`
	AllReadP99    *int64          `json:"all_read_p99_ns,omitempty"`    // median over the windows
	OneStalledP99 *int64          `json:"one_stalled_p99_ns,omitempty"` // median over the windows
	Pairs         []IsolationPair `json:"pairs"`
}

// HeldUp is what chatters could not send for a second and more, as the server read
// nothing from them.
type HeldUp struct {
	Chatters    int     `json:"chatters"`
	Longest     string  `json:"longest"` // the name of the one who was held up longest,
	LongestS    float64 `json:"longest_s"`
	LinesLate   int64   `json:"lines_late"`   // due meanwhile, and sent afterwards
	LinesUnsent int64   `json:"lines_unsent"` // due, and given up at the end
}

// Silence is that the server sent nothing to anybody for a second and more of the load,
// although lines were under way.
type Silence struct {
	Times    int     `json:"times"`
	LongestS float64 `json:"longest_s"`
	FromS    float64 `json:"from_s"`    // when the longest began, in seconds after the start of the load
	UnderWay int64   `json:"under_way"` // lines, at its end
}

// IsolationPair is a window in which everybody read and the next one, in which
// one did not: the p99 of delivery, to those who read.
type IsolationPair struct {
	AllReadP99    int64 `json:"all_read_p99_ns"`
	OneStalledP99 int64 `json:"one_stalled_p99_ns"`
}

// Phase is what was measured of one phase of the scenario: of the lines that were
// due in it, and of who came and went during it.
type Phase struct {
	Name    string  `json:"name"`
	FromS   float64 `json:"from_s"` // since the end of the warm-up
	ForS    float64 `json:"for_s"`  // as far as the run came
	Rate    Rate    `json:"rate"`   // at its start, as the scenario has it,
	RateTo  Rate    `json:"rate_to"`
	Users   int     `json:"users"` // who talk at its start,
	UsersTo int     `json:"users_to"`

	Sent           int64     `json:"sent"`
	Deliveries     int64     `json:"deliveries"`
	Bytes          int64     `json:"bytes"` // at the receivers
	SentPerS       float64   `json:"sent_per_s"`
	DeliveriesPerS float64   `json:"deliveries_per_s"` // of its lines, however late they came
	BytesPerS      float64   `json:"bytes_per_s"`
	Joined         int64     `json:"joined"`
	Left           int64     `json:"left"`
	Evicted        int64     `json:"evicted"`
	ScheduleLagP99 int64     `json:"schedule_lag_p99_ns"`
	Latency        Latencies `json:"latency"`
}

// Second is one step of the run's course.
type Second struct {
	TS         float64 `json:"t_s"` // its end, since the end of the warm-up
	Sent       int64   `json:"sent"`
	Deliveries int64   `json:"deliveries"`
	P50        *int64  `json:"p50_ns,omitempty"`
	P99        *int64  `json:"p99_ns,omitempty"`
}

// Moment is one second of the whole run, also of the parts that are not
// measured.
type Moment struct {
	TS       float64 `json:"t_s"` // its end, since the end of the warm-up: below it before that
	Phase    string  `json:"phase"`
	Roster   int64   `json:"roster"` // chatters in the room at its end
	Joins    int64   `json:"joins"`
	Leaves   int64   `json:"leaves"` // by the chatters' own doing
	Evicted  int64   `json:"evicted"`
	Observed int64   `json:"observed"` // deliveries, also of lines that are not measured
}

// The phases of a Moment.
const (
	PhaseRamp     = "ramp" // everybody joins
	PhaseWarmup   = "warmup"
	PhaseMeasured = "measured"
	PhaseDrain    = "drain" // the last lines arrive
)

// Resources is what this process used while it measured; a zero is not known.
type Resources struct {
	CPUS          float64 `json:"cpu_s"`
	CoresUsed     float64 `json:"cores_used"`
	DialectS      float64 `json:"dialect_s,omitempty"` // the part of cpu_s that programs of a dialect's file took, about
	MaxRSSBytes   int64   `json:"max_rss_bytes"`
	GCPauseMax    int64   `json:"gc_pause_max_ns"`
	GoroutinesMax int     `json:"goroutines_max"`
}

// Calibration is what this machine's loopback could do right before and after the
// run, with as many sockets: see package ceiling.
type Calibration struct {
	Skipped      string  `json:"skipped,omitempty"`         // why nothing was measured
	BytesPerS    float64 `json:"bytes_per_s"`               // what the machine can do: the best quarter of the slices
	LowBytesPerS float64 `json:"low_bytes_per_s,omitempty"` // what it did at worse moments: a quarter of the slices are slower
	Slices       int     `json:"slices,omitempty"`          // measurements of equal length
	Sockets      int     `json:"sockets"`
	WriteBytes   int     `json:"write_bytes"` // in one write
	MeasuredS    float64 `json:"measured_s"`
	CostS        float64 `json:"cost_s"`               // all the time that it took, sockets among it
	Share        float64 `json:"share,omitempty"`      // the run's bytes_per_s beside bytes_per_s
	ShareHigh    float64 `json:"share_high,omitempty"` // and beside low_bytes_per_s
}

// Spread returns by which share the ceiling was lower at worse moments.
func (c *Calibration) Spread() float64 {
	if c == nil || c.BytesPerS <= 0 || c.LowBytesPerS <= 0 {
		return 0
	}
	return 1 - c.LowBytesPerS/c.BytesPerS
}

// Generator reports whether the load was made as planned: if not, the figures
// are the generator's, not the server's.
type Generator struct {
	Applicable     bool  `json:"applicable"` // false at rate Max, which has no schedule
	ScheduleLagP99 int64 `json:"schedule_lag_p99_ns"`
	Limited        bool  `json:"limited"`
}
