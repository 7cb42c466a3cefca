// Package scenario says who does what and when in a run, and which checks that
// exercises. It is seeded and pure: the same scenario, seed, size and number
// of chatters give the same names, lines, targets, leaves and times. It knows
// no connection and no clock; chatters are numbers, which a run resolves to the
// names that they have at that time.
package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
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
	MaxChurn float64       // leaves a second at most
	Away     time.Duration // from a leave to the same chatter's return

	Forms  float64 // lines written in another way than a client's, see Form; where the dialect has such
	Visits float64 // visitors a second, see Visitor; likewise

	Stalls bool // one chatter stops reading, in every second window
}

// All are the built-in scenarios, the default first.
func All() []Spec {
	return []Spec{
		{Name: "mixed", About: "10 % private lines, answers, false claims, shared names, a few leaving and coming back",
			Private: 0.10, Answers: 0.10, Claims: 0.05, Namesakes: 0.20, Shared: 5, Churn: 0.01, MaxChurn: 5, Away: time.Second,
			Forms: 0.03, Visits: 0.5},
		{Name: "steady", About: "group lines only, nobody leaves"},
		{Name: "namesakes", About: "everybody asks for one name, some leave and come back",
			Namesakes: 1, Shared: 1, Churn: 0.02, MaxChurn: 10, Away: time.Second},
		{Name: "private", About: "nine lines of ten are for one other chatter",
			Private: 0.90, Namesakes: 0.20, Shared: 5, Churn: 0.01, MaxChurn: 5, Away: time.Second},
		{Name: "churn", About: "a tenth of the chatters leave every second and come back",
			Private: 0.05, Claims: 0.05, Namesakes: 0.50, Shared: 5, Churn: 0.10, MaxChurn: 50, Away: time.Second},
		{Name: "protocol", About: "every second line is a command, too long, not clean, in pieces or together with others; strange names ask to be let in",
			Private: 0.05, Claims: 0.05, Namesakes: 0.20, Shared: 5, Churn: 0.01, MaxChurn: 5, Away: time.Second, Forms: 0.5, Visits: 4},
		{Name: "slowreader", About: "one chatter stops reading every other second or longer; use it with -rate max", Stalls: true},
	}
}

// Names lists the built-in scenarios.
func Names() []string {
	var names []string
	for _, s := range All() {
		names = append(names, s.Name)
	}
	return names
}

// Find returns a built-in scenario; the error lists those there are.
func Find(name string) (Spec, error) {
	all := All()
	if i := slices.IndexFunc(all, func(s Spec) bool { return s.Name == name }); i >= 0 {
		return all[i], nil
	}
	return Spec{}, fmt.Errorf("no scenario %q, there are %s", name, strings.Join(Names(), ", "))
}

// Script is a scenario for so many chatters under one seed.
type Script struct {
	Spec
	Users int
	Size  int // bytes of a text
	Seed  uint64
	Nonce string // of the run's stamps; not part of what the seed decides
}

// MinSize is the smallest Size: a text holds at least its stamp.
const MinSize = ledger.MaxStamp

// MaxSize is the largest: a line of 4096 bytes has sender and target too.
const MaxSize = 4000

// Asked is the name that a chatter asks for, every time it joins.
func (s *Script) Asked(chatter int) string {
	if s.Namesakes > 0 && (chatter == 1 || chatter == 2) { // so that a run of few has namesakes too
		return sharedNames[0]
	}
	if s.draw('n', uint64(chatter), 0).share() < s.Namesakes {
		return sharedNames[s.draw('n', uint64(chatter), 1).below(min(s.Shared, len(sharedNames)))]
	}
	return "user" + strconv.Itoa(chatter)
}

// namesake reports whether two chatters ask for one name.
func (s *Script) namesake() bool {
	asked := make(map[string]bool)
	for c := range s.Users {
		name := s.Asked(c)
		if asked[name] {
			return true
		}
		asked[name] = true
	}
	return false
}

// sharedNames has bob2 among them: asked for literally, it takes a suffix of bob.
var sharedNames = [...]string{"bob", "amy", "bob2", "Zoë", "小明"}

// Line is what a chatter's line is, beside its text.
type Line struct {
	To     int // the chatter it is for; -1: the group
	Claims int // the chatter that it claims as its sender; -1: none
	Form   Form
}

// Line tells line seq of a chatter.
func (s *Script) Line(chatter, seq int) Line {
	d := s.draw('l', uint64(chatter), uint64(seq))
	share, other := d.share(), s.draw('t', uint64(chatter), uint64(seq)).below(s.Users)
	return s.formed(s.line(chatter, share, other), s.form(chatter, seq), other)
}

func (s *Script) line(chatter int, share float64, other int) Line {
	switch {
	case share < s.Private:
		return Line{To: other, Claims: -1}
	case share < s.Private+s.Claims && other != chatter:
		return Line{To: -1, Claims: other}
	}
	return Line{To: -1, Claims: -1}
}

// Requires names the checks that the scenario exercises in a run of d with so
// many lines. Where there is too little to evaluate one of them, the run is
// inconclusive.
func (s *Script) Requires(d time.Duration, lines float64) []string {
	var names []string
	for _, c := range check.Names() {
		switch {
		case c == check.Confidentiality && s.Private*(1-s.Forms)*lines < 20: // too few to count on one
		case c == check.Authenticity && (s.Claims*(1-s.Forms)*lines < 10 || s.Users == 1), c == check.CausalOrder && lines < 10: // likewise
		case c == check.Isolation && len(s.StallWindows(d)) < minPairs:
		case c == check.LeaveCompleteness && s.churnEvery() > d*2/5: // fewer than one of each kind
		case c == check.NameSuffixing && !s.namesake():
		case c == check.Confidentiality && s.Users < 3:
		case s.Users == 1 && (c == check.Agreement || c == check.TotalOrder || c == check.CausalOrder || c == check.ViewOrder || c == check.NameUniqueness): // nobody could see otherwise
		default:
			names = append(names, c)
		}
	}
	return names
}

// minPairs is how many windows without and with a stalled reader it takes to compare them.
const minPairs = 5

// Window is a part of the measured time, from its start.
type Window struct{ From, To time.Duration }

// StallWindows returns the parts of a run of d in which the staller does not
// read. They are whole seconds, and before each there is one as long in which
// everybody reads.
func (s *Script) StallWindows(d time.Duration) []Window {
	if !s.Stalls || s.Users < 3 {
		return nil
	}
	w := max(d/(2*minPairs)/time.Second, 1) * time.Second
	var out []Window
	for at := w; at+w <= d; at += 2 * w {
		out = append(out, Window{at, at + w})
	}
	return out
}

// Staller is the chatter who stops reading: never the first, who sees all.
func (s *Script) Staller() int { return 1 + s.draw('r', 0, 0).below(s.Users-1) }

// churnEvery is the time between two leaves; far more than any run's length
// where nobody leaves.
func (s *Script) churnEvery() time.Duration {
	perSecond := min(s.Churn*float64(s.Users), s.MaxChurn)
	if s.Churn > 0 {
		perSecond = max(perSecond, 1) // so that a short run of few has some
	}
	if perSecond <= 0 || s.Users < 2 {
		return 1 << 62
	}
	return time.Duration(float64(time.Second) / perSecond)
}
