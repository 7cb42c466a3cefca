package ledger

import (
	"math"
	"slices"
	"sort"
	"sync"
	"time"
)

// Servers that are linked have one room and no one order: each tells its own clients
// what they do before what comes over the link, and passes that on in turn. So there is
// a ledger for each, which keeps its order and knows nothing of the others'. Whoever is
// at another server is in it by a session that stands for the real one, and sees
// nothing; whatever that one says has a line of its own there.
//
// A link is first in, first out. Of the order at two servers that is all that is
// known: what one has passed on before something that has come has come too.

// maxServers is more than linked servers can be.
const maxServers = 1 << 10

// links are what a ledger knows of the servers that its own is linked with.
type links struct {
	number  int       // of its own
	servers []*Ledger // all of them

	// Guarded by Ledger.mu.
	abroad     []*Session                // stand for those at the others
	abroadNext int                       // how many those may be until it is looked who is gone
	carried    map[*Ledger][]carried     // what has come from each
	read       map[*Ledger]time.Duration // when the latest line of each was sent that all here have read
	readings   *readings                 // of all; nil where nobody is told
}

// carried is a line that has come over a link, and when it was sent: all that its server
// passed on before that had come too.
type carried struct {
	place int64
	sent  time.Duration
}

// abroad is what a session is to those at other servers.
type abroad struct {
	of     *Session
	home   *Session   // whom it stands for; nil: it is the real one
	guises []*Session // stand for it
}

// newLinked makes a ledger for each server, and returns the first.
func newLinked(cfg Config) *Ledger {
	mu, all := new(sync.Mutex), make([]*Ledger, min(cfg.Capabilities.Servers, maxServers))
	for i := range all {
		all[i] = newLedger(cfg, mu)
		all[i].links = links{number: i, servers: all, carried: make(map[*Ledger][]carried), read: make(map[*Ledger]time.Duration)}
	}
	shareReadings(all)
	begin(&recorder{ledgers: all}, &cfg)
	return all[0]
}

// Servers returns the ledgers of all linked servers, or the only one.
func (k *links) Servers() []*Ledger { return k.servers }

// nextLocked returns the number of the next dial.
func (k *links) nextLocked() int {
	first := k.servers[0]
	first.dials++
	return first.dials - 1
}

// Close takes what is left once no session observes any more, and returns what all came
// to, by server. It is called once.
func (k *links) Close(e End) (all []*Closed) {
	if rec := k.servers[0].rec; rec != nil {
		rec.finish(e)
		for _, o := range rec.ledgers {
			o.rec = nil
		}
	}
	var leftBy [kinds]int64
	calm := time.Duration(0)
	for _, l := range k.servers {
		all = append(all, l.close())
		for kind, n := range l.leftBy {
			leftBy[kind] += n
		}
		calm = max(calm, l.calm)
	}
	k.readings.tell() // of lines that not all servers had
	for _, c := range all {
		c.LeftBy, c.Calm = leftBy, calm
	}
	return all
}

// announceLocked has a session that dials be known at the other servers.
func (a *abroad) announceLocked(at time.Duration) {
	s := a.of
	for _, l := range s.ledger.servers {
		if l == s.ledger {
			continue
		}
		g := newSession(l, s.Chatter, s.Asked, s.parting)
		g.home = s
		dialLocked(g, s.Number)
		a.guises = append(s.guises, g)
		gone := func(o *Session) bool { return o.Over() && (!o.home.Joined() || o.unheard(at)) }
		l.arrivals.abroad = append(slices.DeleteFunc(l.arrivals.abroad, gone), g)
		l.links.meet(g, func(o *Session) bool { return o.unheard(at) })
	}
}

// unheard reports whether it stands for one who has long left another server, and nobody
// is here who could be told.
func (a *abroad) unheard(now time.Duration) bool {
	_, left := a.of.Left()
	return a.of.ledger.here == 0 && a.of.Over() && left < now-oldAfter
}

// meet adds who stands for one at another server, and forgets who is gone.
func (k *links) meet(g *Session, gone func(*Session) bool) {
	if len(k.abroad) >= k.abroadNext {
		k.abroad = slices.DeleteFunc(k.abroad, gone)
		k.abroadNext = 2*len(k.abroad) + 64
	}
	k.abroad = append(k.abroad, g)
}

// namedLocked has the other servers know a session's name.
func (a *abroad) namedLocked() {
	for _, g := range a.guises {
		g.name = a.of.name
		if m := g.ledger.members.unclaimed(g.name, g.mayBe); m != nil && g.Member == nil {
			g.bindLocked(m)
		}
	}
}

// mayBe reports whether a session's stay may be a member's, by when that came. Somebody
// at another server may have been there before the first at this one.
func (a *abroad) mayBe(m *Member) bool {
	return m.Joined() >= a.of.floor || a.home != nil && m.Joined() < 0
}

// arriveLocked has a member whose join has just got a place be somebody of another
// server; false if it is none of them.
func (a *arrivals) arriveLocked(m *Member) bool {
	for _, g := range a.abroad {
		if g.name == m.Name && g.mayBe(m) {
			g.bindLocked(m)
			return true
		}
	}
	return false
}

// standsForLocked makes m the stay of somebody at another server.
func (a *abroad) standsForLocked(m *Member) {
	s := a.of
	s.Member, m.Session = m, s
	in := &s.ledger.arrivals
	in.abroad = slices.DeleteFunc(in.abroad, func(o *Session) bool { return o == s })
	if m.Left() != 0 {
		s.ledger.checkLeaveLocked(m)
	}
}

// dismiss forgets those at other servers of whom everybody here knows that they have left,
// and those who never got in, see outside.
func (k *links) dismiss(horizon int64) {
	k.abroad = slices.DeleteFunc(k.abroad, func(g *Session) bool {
		if g.Member == nil {
			return g.Over() && !g.home.Joined() && g.How() != Lost && horizon > g.floor+chunkLen
		}
		return g.Member.Left() != 0 && g.Member.Left() < horizon && g.falseLeave == 0
	})
}

// sendsLocked has a line be known at the other servers.
func (a *abroad) sendsLocked(line *Line, now age) {
	for _, g := range a.guises {
		l := &Line{Note: line.Note, Session: g, Pub: line.Pub, said: line}
		l.place.Store(-1)
		if l.Private() {
			l.priv = new(private)
		}
		l.unsaid.Store(g.ledger.here == 0)
		now.horizon = g.ledger.horizon
		g.sender.add(l, now)
	}
}

// Origin returns the line as its sender's server has it.
func (l *Line) Origin() *Line {
	if l != nil && l.said != nil {
		return l.said
	}
	return l
}

// arrived reports whether nothing is to be expected of a line from another server any
// more: all here have it, or it is old and was for nobody who is here. Ledger.mu is held.
func (l *Line) arrived(a age) bool {
	here := l.Session.ledger
	switch p := l.place.Load(); {
	case p >= 0:
		return p < a.horizon
	case !l.said.settled(age{horizon: -1, forget: a.forget}):
		return false
	case l.said.unsaid.Load() || l.said.Refused():
		return true
	case l.priv == nil:
		return l.unsaid.Load() || here.here == 0
	}
	own, _, _ := l.said.Seats()
	_, other, _ := l.Seats()
	return other.By != nil || here.members.latest(l.Target, func(m *Member) bool {
		return m.Session != nil && m.Session.home == nil && m.Session.entered <= own.At
	}) == nil
}

// carriedLocked records that a line has come over a link.
func (k *links) carriedLocked(line *Line, place int64) {
	if line.said == nil {
		return
	}
	from := line.Session.home.ledger
	if list := k.carried[from]; len(list) == 0 || line.Actual >= list[len(list)-1].sent+carriedStep {
		k.carried[from] = append(thinned(list), carried{place, line.Actual})
	}
}

const (
	// carriedStep is how far apart in time the lines are of which it is kept when they came.
	carriedStep = time.Millisecond
	// maxCarried is of how many that is kept.
	maxCarried = 1 << 15
)

// thinned drops every other one of the older half of a list that is full: the longer ago
// lines came, the fewer of them are asked for.
func thinned(list []carried) []carried {
	if len(list) < maxCarried {
		return list
	}
	for i := range maxCarried / 4 {
		list[i] = list[2*i]
	}
	return slices.Delete(list, maxCarried/4, maxCarried/2)
}

// Passed reports whether something that was sent at another server after a time stands
// before a place: all that the server knew at that time had come before it.
func (l *Closed) Passed(from *Session, at time.Duration, place int64) bool {
	list := l.carried[from.ledger]
	i := sort.Search(len(list), func(i int) bool { return list[i].sent > at })
	return i < len(list) && list[i].place < place
}

// WentDown reports whether what a session did at a time may have gone down with its
// server: that has died since, as was declared, and nothing that was sent there later
// has come here.
func (l *Closed) WentDown(from *Session, at time.Duration) bool {
	died := func(s *Session) bool {
		kind, when := s.Left()
		return kind == Lost && when >= at
	}
	return slices.ContainsFunc(from.ledger.sessions, died) && !l.Passed(from, at, math.MaxInt64)
}

// Home returns the session for which one stands that is at another server; nil: it is
// none of those.
func (a *abroad) Home() *Session { return a.home }

// Known reports whether the join of a session at another server had to be told to one
// that stays: that was in before the other dialled.
func (a *abroad) Known(to *Session) bool {
	return to.Bound && to.Stays() && !to.Over() && to.Member.Joined() < a.of.floor
}

// TargetOf returns who had the name that a private line from another server is for, as
// its sender saw it, and when that was; nil if it is nobody who is at this server, or
// the line did not come back.
func (l *Closed) TargetOf(line *Line) (target *Session, at time.Duration) {
	own, _, _ := line.said.Seats()
	if own.By == nil || line.said.Refused() {
		return nil, 0
	}
	m := line.said.Session.ledger.members.holder(line.Target, own.Last)
	if m == nil || m.Session == nil || m.Session.home == nil || m.Session.home.ledger != l.Ledger {
		return nil, 0
	}
	return m.Session.home, own.At
}

// crosses reports whether an error is about a line to a name that came back: its target
// was at another server and left before anybody here knew, and that server has said so.
// A line explains one error.
func (a *abroad) crosses(name string) bool {
	left, ok := a.of.ledger.leftAbroad(name)
	if !ok {
		return false
	}
	line := oldest(a.of.refusals.lines, func(l *Line) bool {
		return l.Target == name && l.Answered() && !l.Refused() && !l.crossed && l.Actual <= left
	})
	if line != nil {
		line.crossed = true
	}
	return line != nil
}

// leftAbroad returns when it was first known that the latest of a name who was at another
// server has left; false if there was nobody.
func (k *links) leftAbroad(name string) (at time.Duration, ok bool) {
	l := k.servers[k.number]
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.members.latest(name, func(m *Member) bool { return m.Session != nil && m.Session.home != nil && m.Left() != 0 })
	if m == nil {
		return 0, false
	}
	return m.leaveSeen, true
}
