package check

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"chatsim/loadgen/check/ledger"
)

// Who is not of the run comes and goes unseen by it: of such joins and leaves,
// and of who was there before, the majority of those who were told decides.

// untrue is a join or leave of a stranger that few were told of and more were
// not, or a stranger that the first roster has and most others have not.
type untrue struct {
	name   string
	place  int64
	told   []*Session
	others int
	says   string // empty of the first roster
}

const hasJoined = "has joined"

// strangers are what was told wrongly of those who are not of the run.
type strangers struct {
	untrue  []untrue
	strange map[string]bool         // their names,
	ghosts  map[*ledger.Member]bool // and those of the first roster who were not there
}

// findStrangers finds what was told wrongly of them.
func (e *presence) findStrangers() {
	if e.Level != ledger.Full || e.Can.Views != ledger.Ordered {
		return
	}
	again := make(map[*ledger.Member]bool) // who are no strangers, but told of again
	for _, d := range e.doubles() {
		again[d.Member] = d.again
	}
	odd := odd(e.Sessions)
	for _, m := range e.Members {
		if m.Session != nil || again[m] {
			continue
		}
		if place := m.Joined(); place >= 0 && odd(place) {
			e.told(m, place, hasJoined)
		}
		if place := m.Left(); place > 0 && odd(place) {
			e.told(m, place, "has left")
		}
	}
	e.firstRoster()
}

// odd returns whether somebody jumped the entry at a place, or to it: all others
// came to everybody who saw what stands behind them.
func odd(sessions []*Session) func(place int64) bool {
	to := make(map[int64]bool)
	var jumped []ledger.Span
	for _, s := range sessions {
		jumped = append(jumped, s.Missing...)
		for _, late := range s.Late {
			to[late.At-1] = true
		}
	}
	jumped = spans(jumped)
	return func(place int64) bool {
		i := sort.Search(len(jumped), func(i int) bool { return jumped[i].Hi > place })
		return to[place] || i < len(jumped) && jumped[i].Lo <= place
	}
}

// spans merges spans that overlap.
func spans(list []ledger.Span) (out []ledger.Span) {
	slices.SortFunc(list, func(a, b ledger.Span) int { return cmp.Compare(a.Lo, b.Lo) })
	for _, s := range list {
		if n := len(out); n > 0 && s.Lo < out[n-1].Hi {
			out[n-1].Hi = max(out[n-1].Hi, s.Hi)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// told looks who was told of a stranger's join or leave, and who was not of
// those who were there.
func (e *presence) told(m *ledger.Member, place int64, what string) {
	u := untrue{name: m.Name, place: place, says: what}
	for _, s := range e.Sessions {
		if s.Holds(place) {
			u.told = append(u.told, s)
		}
	}
	if len(u.told) == 0 {
		return
	}
	after := place + 1 // the first entry that somebody saw after it
	for _, s := range u.told {
		for _, late := range s.Late {
			if late.Lo < place && late.At > place {
				after = min(after, late.Lo)
			}
		}
	}
	for _, s := range e.Sessions {
		if !s.Holds(place) && s.Bound && !s.Cut() && s.Start <= after && s.Next > after {
			u.others++
		}
	}
	if u.others > len(u.told) {
		e.untrue = append(e.untrue, u)
		e.retracted[place], e.strange[m.Name] = true, true
	}
}

// firstRoster compares who was there before the run, as the first roster has
// it, with what most others say.
func (e *presence) firstRoster() {
	first := e.First
	if first == nil {
		return
	}
	for _, f := range e.Facts.Of(ledger.FirstLacks) {
		e.strange[f.Text] = true
	}
	without := make(map[string]int)
	for _, f := range e.Facts.Of(ledger.RosterMismatch) {
		due, came := e.rosters(f.Session)
		for _, name := range beyond(due, came) {
			without[name]++
		}
	}
	all := int(e.Totals.Snapshots)
	for _, m := range e.Members {
		if m.Joined() < 0 && m.Session == nil && 2*(without[m.Name]+int(e.Facts.Beyond[ledger.RosterMismatch])) > all {
			e.untrue = append(e.untrue, untrue{name: m.Name, place: -1, told: []*Session{first}, others: without[m.Name]})
			e.ghosts[m], e.strange[m.Name] = true, true
		}
	}
}

// untold adds what was told wrongly of strangers.
func (e *evidence) untold(out *findings) {
	for _, u := range e.untrue {
		v := violation{key: key{text: u.name, place: u.place}, at: u.told[0], with: u.told[1:], place: u.place, agreed: u.others}
		if u.says != "" {
			v.sentence = fmt.Sprintf("%s told that %s %s, %d were not", were(len(u.told)), quote(u.name), u.says, u.others)
			e.add(out, v)
			continue
		}
		v.sentence = fmt.Sprintf("the roster of %s, who came first, names %s; those of %s do not", quote(v.at.Name()), quote(u.name), others(u.others))
		out.add(v)
	}
}

func were(n int) string {
	if n == 1 {
		return "1 chatter was"
	}
	return chatters(n) + " were"
}
