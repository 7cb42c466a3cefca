package check

import (
	"fmt"
	"testing"

	"chatsim/manager/wire"
)

// linkedFault is what a link or a server does wrong, once.
type linkedFault struct {
	name  string
	check string
	// pass has what comes over a link be something else; false: it is right.
	pass func(s *linkedServer, e linkedEvent) (out []linkedEvent, wrong bool)
	// tell likewise of what a server tells one of its clients.
	tell func(to *linkedUser, e linkedEvent) (wrong bool)
}

// linkedFaults are the planted ones. A line is of somebody who stays, so that nothing else
// explains that it is lost.
var linkedFaults = []linkedFault{
	{name: "a line lost by the link", check: Agreement, pass: func(_ *linkedServer, e linkedEvent) ([]linkedEvent, bool) {
		return nil, e.kind == wire.Line && e.target == "" && e.who.loyal
	}},
	{name: "a private line to one who stays lost by the link", check: Agreement, pass: func(s *linkedServer, e linkedEvent) ([]linkedEvent, bool) {
		to := s.other.holder(e.target)
		return nil, e.kind == wire.Line && e.who.loyal && to != nil && to.at == s.other && to.loyal
	}},
	{name: "a leave not told across the link", check: LeaveCompleteness, pass: func(_ *linkedServer, e linkedEvent) ([]linkedEvent, bool) {
		return nil, e.kind == wire.Leave
	}},
	{name: "a join not told at the other server", check: ViewOrder, pass: func(_ *linkedServer, e linkedEvent) ([]linkedEvent, bool) {
		silent := e
		silent.untold = true
		return []linkedEvent{silent}, e.kind == wire.Join
	}},
	{name: "a line doubled by the link", check: NoDuplication, pass: func(_ *linkedServer, e linkedEvent) ([]linkedEvent, bool) {
		return []linkedEvent{e, e}, e.kind == wire.Line && e.target == "" && e.who.loyal
	}},
	{name: "a private line doubled by the link", check: NoDuplication, pass: func(s *linkedServer, e linkedEvent) ([]linkedEvent, bool) {
		to := s.other.holder(e.target)
		return []linkedEvent{e, e}, e.kind == wire.Line && to != nil && to.at == s.other && to.loyal
	}},
	{name: "two lines of one sender swapped by the link", check: FIFOOrder, pass: swappedByLink},
	{name: "a line told behind its sender's leave at their own server", check: ViewOrder, tell: func(to *linkedUser, e linkedEvent) bool {
		n := len(to.down)
		if e.kind != wire.Leave || e.who.at != to.at || !to.loyal || n == 0 || to.down[n-1].Kind != wire.Line || to.down[n-1].Private || string(to.down[n-1].Sender) != e.who.name {
			return false
		}
		to.down = append(to.down[:n-1], e.frame(), to.down[n-1])
		return true
	}},
	{name: "a line altered by the link", check: NoCreation, pass: func(_ *linkedServer, e linkedEvent) ([]linkedEvent, bool) {
		wrong := e
		wrong.text += "!"
		return []linkedEvent{wrong}, e.kind == wire.Line && e.target == "" && e.who.loyal
	}},
}

// swappedByLink keeps a line back until another of its sender has passed it.
func swappedByLink(s *linkedServer, e linkedEvent) ([]linkedEvent, bool) {
	switch {
	case e.kind != wire.Line || e.target != "" || !e.who.loyal || s != s.room.servers[0]: // one server's is enough
	case s.held == nil:
		s.held = &e
	case s.held.who == e.who:
		first := *s.held
		s.held = nil
		return []linkedEvent{e, first}, true
	}
	return nil, false
}

// failures returns the checks that have failed, with their first witnesses.
func failures(res Result) (failed []string, why string) {
	for _, c := range res.Checks {
		if c.Violations > 0 {
			failed = append(failed, c.Name)
			why += fmt.Sprintf("%s: %d, %+v\n", c.Name, c.Violations, c.Witnesses[0])
		}
	}
	return failed, why
}

// replayed holds that the recording of a run comes to what the run came to.
func (r *linkedRoom) replayed(t *testing.T, seed uint64, res Result) {
	t.Helper()
	if r.broken != nil {
		t.Fatalf("seed %d: %v", seed, r.broken)
	}
	_, live := failures(res)
	if _, again := failures(Replayed(r.replay)); again != live {
		t.Fatalf("seed %d: judged again\n%s\nlive\n%s", seed, again, live)
	}
}

// linkedRuns returns how many runs there are of some; a tenth in short tests.
func linkedRuns(most uint64) uint64 {
	if testing.Short() {
		return most / 10
	}
	return most
}

// TestLinkedServersThatAreRight holds that two linked servers that are right are found so.
func TestLinkedServersThatAreRight(t *testing.T) {
	for seed := range linkedRuns(150) {
		r := &linkedRoom{}
		res := r.run(seed)
		r.replayed(t, seed, res)
		if _, why := failures(res); why != "" {
			t.Fatalf("seed %d: %s", seed, why)
		}
		if res.Deliveries != res.Expected || res.Deliveries == 0 {
			t.Fatalf("seed %d: %d of %d deliveries", seed, res.Deliveries, res.Expected)
		}
	}
}

// TestLinkedServersThatAreWrong holds that what a link does wrong is found by its check
// alone.
func TestLinkedServersThatAreWrong(t *testing.T) {
	for _, fault := range linkedFaults {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			planted := 0
			runs := linkedRuns(100)
			for seed := range runs {
				r := &linkedRoom{spoil: &fault}
				res := r.run(seed)
				if !r.planted {
					continue
				}
				planted++
				r.replayed(t, seed, res)
				if failed, why := failures(res); len(failed) != 1 || failed[0] != fault.check {
					t.Errorf("seed %d: %v failed, want %s\n%s", seed, failed, fault.check, why)
				}
			}
			if planted < int(runs/2) {
				t.Errorf("it was planted in %d runs of %d", planted, runs)
			}
		})
	}
}
