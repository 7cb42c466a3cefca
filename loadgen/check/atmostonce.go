package check

import (
	"cmp"
	"slices"
	"strings"

	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/manager/wire"
)

// allowed is what was lost and may be, where a protocol delivers at most once. What
// it does not cover: that nothing comes any more, and that a line comes twice,
// altered, or in another order.
type allowed struct {
	at         map[*Session]int64 // deliveries
	lines      int64
	everywhere int64 // lines that came to nobody, not among those
	closed     int64 // connections that the server has closed as too slow
}

// worstShown is how many of those who lost most are in a report.
const worstShown = 5

// allow takes out of what was lost what may be.
func (e *evidence) allow() {
	if e.allowed.at = make(map[*Session]int64); !e.Can.AtMostOnce {
		return
	}
	e.losses = slices.DeleteFunc(e.losses, func(l loss) bool {
		if l.entry.Kind != wire.Line || l.entry.Line != nil && l.entry.Line.Refused() {
			return false
		}
		e.allowed.lines++
		for _, s := range l.at {
			e.allowed.at[s]++
		}
		return true
	})
	e.lines = slices.DeleteFunc(e.lines, func(l lostLine) bool {
		switch {
		case l.holder != nil || l.stopped || l.implied:
			return false
		case l.target != nil:
			e.allowed.lines++
			e.allowed.at[l.target]++
		default:
			e.allowed.everywhere++
		}
		return true
	})
	e.tails = slices.DeleteFunc(e.tails, func(t tail) bool {
		if t.kind == Stays || !e.onlyLines(t.of.Next, t.of.Member.Left()) {
			return false
		}
		e.allowed.lines += t.owed
		e.allowed.at[t.of] += t.owed
		return true
	})
	for _, s := range e.Sessions {
		if e.tooSlow(s) {
			e.allowed.closed++
		}
	}
}

// onlyLines reports whether no join or leave stands in [lo, hi).
func (e *evidence) onlyLines(lo, hi int64) bool {
	for p := lo; p < hi; p++ {
		if en := e.Entry(p); en != nil && en.Kind != wire.Line {
			return false
		}
	}
	return true
}

// tooSlow reports whether the server has closed a connection and said that it is for
// being slow, as who delivers at most once may.
func (e *evidence) tooSlow(s *Session) bool {
	return e.Can.AtMostOnce && s.PutOut() && strings.Contains(strings.ToLower(s.Said()), "slow consumer")
}

// report returns what was lost and may be; nil: nothing was.
func (a *allowed) report(c ledger.Capabilities) *report.Losses {
	if len(a.at) == 0 && a.everywhere == 0 && a.closed == 0 {
		return nil
	}
	out := &report.Losses{Lines: a.lines, Everywhere: a.everywhere, Closed: a.closed, Allowed: c.Speaks() + " promises to deliver a line at most once"}
	by := make(map[int]*report.Loser)
	for s, n := range a.at {
		out.Deliveries += n
		if by[s.Chatter] == nil {
			by[s.Chatter] = &report.Loser{Chatter: s.Chatter, Name: s.Name()}
		}
		by[s.Chatter].Deliveries += n
	}
	out.Chatters = len(by)
	for _, l := range by {
		out.Worst = append(out.Worst, *l)
	}
	slices.SortFunc(out.Worst, func(a, b report.Loser) int {
		return cmp.Or(cmp.Compare(b.Deliveries, a.Deliveries), cmp.Compare(a.Chatter, b.Chatter))
	})
	out.Worst = out.Worst[:min(len(out.Worst), worstShown)]
	return out
}
