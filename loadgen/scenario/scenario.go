// Package scenario decides who does what and when in a run, and which checks
// that exercises. It is seeded and pure: the same scenario, seed, size and number
// of chatters give the same names, lines, targets, leaves and times. It knows
// no connection and no clock; chatters are numbers, which a run resolves to the
// names that they have at that time. The scenarios that are built in are files
// like those that people write, see package file.
package scenario

import (
	"slices"
	"strconv"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
)

// Script is a scenario for so many chatters under one seed.
type Script struct {
	Spec
	Users int
	Size  int // bytes of a text
	Seed  uint64
	Nonce string // of the run's stamps; not part of what the seed decides
}

// fewest returns how many chatters are there all the time.
func (s *Script) fewest() int {
	if len(s.Phases) == 0 {
		return s.Users
	}
	return s.Fewest(s.Users)
}

// MinSize is the smallest Size: a text holds at least its stamp.
const MinSize = ledger.MaxStamp

// MaxSize is the largest: a line of 4096 bytes has sender and target too.
const MaxSize = 4000

// MaxRawUsers are so many that a roster of their names fits into a frame of the original
// chat room.
const MaxRawUsers = 100

// Asked returns the name that a chatter asks for, every time it joins.
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
	for c := range s.Peak(s.Users) {
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

// Line returns line seq of a chatter. Where chatters come and go for good, private
// lines are for those who are there all the time: a line to a name that is not
// there is answered by an error.
func (s *Script) Line(chatter, seq int) Line {
	d := s.draw('l', uint64(chatter), uint64(seq))
	share, other := d.share(), s.draw('t', uint64(chatter), uint64(seq)).below(s.fewest())
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
	return slices.DeleteFunc(check.Names(), func(c string) bool { return s.Users == 1 && takesTwo(c) || s.tooFew(c, d, lines) })
}

// takesTwo reports whether a check is of what others see.
func takesTwo(c string) bool {
	switch c {
	case check.Agreement, check.TotalOrder, check.CausalOrder, check.ViewOrder, check.NameUniqueness, check.Authenticity, check.Confidentiality:
		return true
	}
	return false
}

// tooFew reports whether so little in a run of d with so many lines is for a check that
// it cannot be counted on.
func (s *Script) tooFew(c string, d time.Duration, lines float64) bool {
	plain := (1 - s.Forms) * lines
	switch c {
	case check.Confidentiality:
		return s.Private*plain < 20 || s.Users < 3
	case check.Authenticity:
		return s.Claims*plain < 10
	case check.CausalOrder:
		return lines < 10
	case check.Isolation:
		return len(s.StallWindows(d)) < report.RolePairs
	case check.LeaveCompleteness:
		return s.Kills() == 0 && (s.leavesIn(d) < 2.5 || !everyKind(s.Kinds)) // fewer than one of each kind
	case check.NameSuffixing:
		return !s.namesake()
	}
	return false
}

// churnEvery returns the time between two leaves of so many chatters, by their share
// and number a second; far more than any run's length where nobody leaves.
func (s *Script) churnEvery(share, number float64, users int) time.Duration {
	perSecond := share * float64(users)
	if share > 0 {
		perSecond = max(perSecond, 1) // so that a short run of few has some
	}
	perSecond += number
	if s.MaxChurn > 0 {
		perSecond = min(perSecond, s.MaxChurn)
	}
	if perSecond <= 0 || users < 2 {
		return never
	}
	return time.Duration(float64(time.Second) / perSecond)
}

// everyKind reports whether connections end in each way that there is.
func everyKind(kinds []check.Leave) bool {
	all := func(k check.Leave) bool { return slices.Contains(kinds, k) }
	return len(kinds) == 0 || all(check.FIN) && all(check.Reset) && all(check.HalfClose)
}

// leavesIn returns how many leave and may come back in a run of d.
func (s *Script) leavesIn(d time.Duration) float64 {
	if len(s.Phases) == 0 {
		return float64(d) / float64(s.churnEvery(s.Churn, s.Leaves, s.Users))
	}
	sum, there := 0.0, s.Users
	for _, p := range s.Phases {
		after := there + p.Join - p.Leave
		sum += float64(p.For)/float64(s.churnEvery(p.Churn, p.Leaves, (there+after)/2)) + float64(p.Leave)
		there = after
	}
	return sum
}

// Planned returns how many lines the phases have; 0 where there are none, or no
// schedule.
func (s *Script) Planned() float64 {
	sum := 0.0
	for _, t := range newTimetable(s.Phases) {
		sum += t.lines
	}
	return sum
}
