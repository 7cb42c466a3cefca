package scenario

import (
	"iter"
	"slices"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/scenario/file"
)

// Spec is what a scenario is made of. Shares are of all lines, 0 to 1.
type Spec struct {
	Name  string
	About string // one line for people

	Private float64 // lines for one other chatter
	Answers float64 // lines sent in reaction to the next line that is read; where there is a schedule
	Claims  float64 // group lines that claim another chatter as their sender

	Namesakes float64 // share of the chatters who ask for one of SharedNames
	Shared    int     // how many names they share

	Churn    float64       // share of the chatters who leave in a second
	Leaves   float64       // and a number of them beside
	MaxChurn float64       // leaves a second at most; 0: no limit
	Kinds    []check.Leave // in turns; nil: FIN, Reset, HalfClose
	Vanish   []bool        // of Kinds: the chatter is silent first, and its connection ends by that kind
	Away     time.Duration // from a leave to the same chatter's return
	Gone     float64       // share of those who leave that do not come back

	Reuse  bool    // names are taken by others while their owners are away, and leavers are told private lines
	Forms  float64 // lines written in another way than a client's, see Form; where the dialect has such
	Visits float64 // visitors a second, see Visitor; likewise

	Roles []file.Role

	Think time.Duration // of each chatter before it types a line, on the average; 0: there are rates of all together

	Sizes  []file.Sized // of texts, with their shares; nil: all have the Script's
	Lines  [][]byte     // that texts are, behind their stamps; nil: they are of what programs damage
	People bool         // texts have the sizes of lines that people write
	Plain  bool         // nothing that programs damage is in texts

	Phases []Phase // nil: one, with the run's rate

	// What the file asks of the run's settings; 0 and nil: nothing. Size is the
	// longest text's.
	Users, Size int
	Expect      []string // limits that the run must keep, as thresholds are written

	Path string     // of its file; empty: it is built in
	Text []byte     // of its file
	File *file.File // nil: it was not read from one
}

// Phase is a part of the load. Rates are lines a second of all chatters
// together; at report.Max those of the closed model.
type Phase struct {
	Name     string
	For      time.Duration
	From, To float64
	Think    time.Duration // of each chatter before it types a line; 0, where the scenario has such: nobody says anything
	Warm     bool
	Join     int // who come during the phase, evenly
	Leave    int // who go for good, likewise
	Kill     int // servers of the room that die as it begins
	Churn    float64
	Leaves   float64
}

// Of returns the scenario of a file, of which text is the text.
func Of(f *file.File, text []byte) Spec {
	s := Spec{Name: f.Name, About: f.About, Private: f.Talk.Private, Answers: f.Talk.Answers, Claims: f.Talk.Claims, Forms: f.Talk.Forms, Visits: f.Visits,
		Namesakes: f.Names.Share, Shared: f.Names.Shared,
		Churn: f.Leaves.Rate.Share, Leaves: f.Leaves.Rate.Count, MaxChurn: f.Leaves.Most, Away: f.Leaves.After, Gone: 1 - f.Leaves.Back, Reuse: f.Leaves.Reuse,
		Sizes: f.Texts.Sizes, Lines: f.Texts.Lines, Plain: f.Texts.Plain,
		Think: f.Thinks(), Roles: f.Roles, Users: f.Users, Size: f.Texts.Size, Text: text, File: f}
	for _, kind := range f.Leaves.Kinds {
		s.Kinds = append(s.Kinds, kinds[kind])
		s.Vanish = append(s.Vanish, kind == file.Vanish)
	}
	for _, e := range f.Expect {
		s.Expect = append(s.Expect, e.String())
	}
	s.Phases = phasesOf(f)
	s.People = s.Think > 0 && s.Size == 0 && !s.Various()
	if s.Various() {
		s.Size = s.Longest(0)
	}
	return s
}

// Various reports whether texts are of different sizes; Size is the longest's then.
func (s *Spec) Various() bool { return len(s.Sizes) > 0 || len(s.Lines) > 0 || s.People }

// Sized returns the scenario with texts of a size, which wins over those of the
// file if it is another one.
func (s Spec) Sized(size int) Spec {
	if s.Various() && size != s.Size {
		s.Sizes, s.Lines, s.People = nil, nil, false
	}
	return s
}

// kinds are how the connections of those who leave end.
var kinds = map[string]check.Leave{file.FIN: check.FIN, file.RST: check.Reset, file.HalfClose: check.HalfClose, file.Vanish: check.Reset}

// phasesOf returns the phases of a file; one that has no rate goes on with that
// of the phase before it, the first with the run's, which Rate sets.
func phasesOf(f *file.File) []Phase {
	var out []Phase
	rate, think := 0.0, f.Think
	for _, p := range f.Phases {
		at := Phase{Name: p.Name, For: p.For, From: rate, To: rate, Warm: p.Warm, Join: p.Join, Leave: p.Leave, Kill: p.Kill,
			Churn: f.Leaves.Rate.Share, Leaves: f.Leaves.Rate.Count}
		if p.Rated {
			at.From, at.To = float64(p.From), float64(p.To)
		}
		if p.Think > 0 {
			think = p.Think
		}
		if !p.Rated { // else it is a pause, if anybody thinks
			at.Think = think
		}
		if p.Churn != nil {
			at.Churn, at.Leaves = p.Churn.Share, p.Churn.Count
		}
		rate = at.To
		out = append(out, at)
	}
	return out
}

// crowds ranges over how many chatters talk: users at the start, then those after
// each phase.
func (s *Spec) crowds(users int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if !yield(users) {
			return
		}
		for _, p := range s.Phases {
			users += p.Join - p.Leave
			if !yield(users) {
				return
			}
		}
	}
}

// Peak returns the most chatters who talk at a time, where users do at the start.
func (s *Spec) Peak(users int) int {
	most := users
	for n := range s.crowds(users) {
		most = max(most, n)
	}
	return most
}

// Fewest returns the fewest chatters who talk at a time.
func (s *Spec) Fewest(users int) int {
	fewest := users
	for n := range s.crowds(users) {
		fewest = min(fewest, n)
	}
	return fewest
}

// Rate returns the highest rate of the phases; 0 where there is none.
func (s *Spec) Rate() float64 {
	most := 0.0
	for _, p := range s.Phases {
		most = max(most, p.From, p.To)
	}
	return most
}

// Kills returns how many servers of the room die.
func (s *Spec) Kills() (n int) {
	for _, p := range s.Phases {
		n += p.Kill
	}
	return n
}

// Lengths returns how long the phases that are not measured last, and the others.
func (s *Spec) Lengths() (warm, measured time.Duration) {
	for _, p := range s.Phases {
		if p.Warm {
			warm += p.For
		} else {
			measured += p.For
		}
	}
	return warm, measured
}

// Fit returns the scenario with phases that last so long in all, and the highest
// rate of which is rate: who says how long a run is and how fast wins over the
// file. Without phases it is the same.
func (s Spec) Fit(warmup, duration time.Duration, rate float64) Spec {
	if len(s.Phases) == 0 {
		return s
	}
	s.Phases = slices.Clone(s.Phases)
	warm, measured := s.Lengths()
	if warm == 0 && warmup > 0 { // as the first of them begins
		first := s.Phases[0]
		s.Phases = append([]Phase{{Name: WarmUp, For: warmup, From: first.From, To: first.From, Think: first.Think, Warm: true, Churn: first.Churn, Leaves: first.Leaves}}, s.Phases...)
		warm = warmup
	}
	most := s.Rate()
	for i := range s.Phases {
		p := &s.Phases[i]
		if p.Warm {
			p.For = scaled(p.For, warmup, warm)
		} else {
			p.For = scaled(p.For, duration, measured)
		}
		if s.Think == 0 {
			p.From, p.To = fitted(p.From, rate, most), fitted(p.To, rate, most)
		}
	}
	s.Phases = slices.DeleteFunc(s.Phases, func(p Phase) bool { return p.For <= 0 && p.Join == 0 && p.Leave == 0 && p.Kill == 0 })
	return s
}

// Whole returns the phases of a scenario that has none: its warm-up, if there is
// one, and the measured part.
func (s *Spec) Whole(warmup, duration time.Duration, rate float64) []Phase {
	var out []Phase
	if warmup > 0 {
		out = append(out, Phase{Name: WarmUp, For: warmup, From: rate, To: rate, Warm: true, Churn: s.Churn, Leaves: s.Leaves})
	}
	return append(out, Phase{Name: "measured", For: duration, From: rate, To: rate, Churn: s.Churn, Leaves: s.Leaves})
}

// WarmUp is the name of a warm phase that no file has.
const WarmUp = "warm-up"

func scaled(d, to, of time.Duration) time.Duration {
	if to == of || of == 0 {
		return d
	}
	return time.Duration(float64(d) * (float64(to) / float64(of)))
}

// fitted returns a rate where the highest is to be another one.
func fitted(rate, to, of float64) float64 {
	switch {
	case of == 0 || isMax(of): // no phase has a rate, or none has a schedule
		return to
	case isMax(to):
		return to
	case to == of:
		return rate
	}
	return rate * (to / of)
}
