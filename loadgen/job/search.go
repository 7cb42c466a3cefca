package job

import (
	"fmt"
	"math"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
)

const (
	closeEnough = 1.1 // between what holds and what does not
	maxSteps    = 24  // each a room: the search's bound in time
)

// sought is a quantity of which the highest is looked for that keeps a limit.
type sought struct {
	expr            report.Threshold
	of              string  // as report.Find has it
	flag            string  // that sets it for a run
	most            string  // what is looked for, before an expression
	lowest, highest float64 // that can be tried,
	bound           string  // and why not more
	set             func(*loadgen.Config, float64)
}

// sought returns what a command line looks for; nil: nothing.
func (c *Config) sought() *sought {
	switch {
	case c.FindRate != nil:
		return &sought{expr: *c.FindRate, flag: "rate", most: "highest rate at which", lowest: 1, highest: report.MaxRate,
			bound: "no higher rate can be scheduled", set: func(lc *loadgen.Config, v float64) { lc.Rate = report.Rate(v) }}
	case c.FindUsers != nil:
		q := &sought{expr: *c.FindUsers, of: report.FindUsers, flag: "users", most: "most users with whom",
			set: func(lc *loadgen.Config, v float64) { lc.Users = int(v) }}
		q.lowest, q.highest, q.bound = c.crowds()
		return q
	}
	return nil
}

// mostUsers is how many users nobody has tried yet.
const mostUsers = 1_000_000

// crowds returns how few users a run may begin with, so that somebody is left in each
// of its phases, and how many: this process opens no more sockets.
func (c *Config) crowds() (fewest, most float64, bound string) {
	lc := c.Load
	fewest = float64(max(1, lc.Users+1-lc.Scenario.Fewest(lc.Users)))
	most, bound = mostUsers, "no more are tried"
	_, have := loadgen.Descriptors(0, c.socketsPerUser())
	spare, _ := loadgen.Descriptors(0, 0)
	if have > spare {
		can := float64(have-spare)/float64(c.socketsPerUser()) - float64(lc.Chatters()-lc.Users)
		if can = math.Floor(can); can < most {
			most, bound = can, fmt.Sprintf("more need more than the %d open files that this process may have", have)
		}
	}
	if c.Dialect == "raw" && c.where() == "" && most > scenario.MaxRawUsers {
		most, bound = scenario.MaxRawUsers, "rosters of -dialect raw have no room for more names"
	}
	return fewest, max(fewest, most), bound
}

// at returns where a value was tried, in words.
func (q *sought) at(v float64) string { return (&report.Find{Of: q.of}).Where(v) }

// amount returns what was tried in a step.
func (q *sought) amount(step *report.FindStep) float64 {
	return (&report.Find{Of: q.of}).Amount(step)
}

// search is where the highest is looked for; it knows no run.
type search struct {
	*sought
	holds, fails float64 // the highest that held, the lowest that did not; 0: none yet
	next         float64
}

// step takes in whether what was next held, and reports whether there is another to
// try.
func (s *search) step(held bool) bool {
	if held {
		s.holds = s.next
	} else {
		s.fails = s.next
	}
	tried := s.next
	switch {
	case s.fails == 0:
		s.next = min(s.next*2, s.highest)
	case s.holds == 0:
		s.next = max(s.rounded(s.next/2), s.lowest)
	default:
		s.next = s.rounded((s.holds + s.fails) / 2)
		return s.fails/s.holds > closeEnough && s.next != s.holds && s.next != s.fails
	}
	return s.next != tried
}

// rounded keeps what people can read: whole above 10, and whole where it is counted.
func (s *search) rounded(v float64) float64 {
	if v > 10 || s.of == report.FindUsers {
		return math.Floor(v)
	}
	return v
}

// why returns what ended a search that came to its own end.
func (s *search) why(steps []report.FindStep) string {
	if s.fails == 0 {
		return s.bound
	}
	why := ""
	for i := range steps {
		if s.amount(&steps[i]) == s.fails {
			why = ", " + steps[i].Why
		}
	}
	if s.holds == 0 {
		return "not even " + s.at(s.fails) + why
	}
	return "not " + s.at(s.fails) + why
}

// tooFew returns what ended a search at what had too few samples: what the one tried
// before came to, if there is one, and that this one cannot be judged.
func (q *sought) tooFew(steps []report.FindStep) string {
	last := &steps[len(steps)-1]
	why := fmt.Sprintf("%s, %s: try a longer -duration", q.at(q.amount(last)), last.Why)
	if len(steps) > 1 {
		before := &steps[len(steps)-2]
		why = fmt.Sprintf("not %s, %s; %s", q.at(q.amount(before)), before.Why, why)
	}
	return why
}
