package ledger

import (
	"slices"
	"sort"
	"strings"
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
	abroad   []*Session            // stand for those at the others
	carried  map[*Ledger][]carried // what has come from each
	readings map[*Line]reading     // of the first: lines that not all servers' clients have read
	retired  func(*Line, reading)  // of the first
}

// carried is a line that has come over a link, and when it was sent: all that its server
// passed on before that had come too.
type carried struct {
	place int64
	sent  time.Duration
}

// reading is when the first and the last of a line's receivers read it, at some servers.
type reading struct {
	servers     int
	first, last time.Duration
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
	readings, told := make(map[*Line]reading), cfg.Retired
	if told != nil {
		cfg.Retired = func(l *Line, first, last time.Duration) { all[0].readLocked(l.Origin(), first, last) }
	}
	for i := range all {
		all[i] = newLedger(cfg, mu)
		all[i].links = links{number: i, servers: all, carried: make(map[*Ledger][]carried)}
	}
	all[0].readings = readings
	all[0].retired = func(l *Line, r reading) { told(l, r.first, r.last) }
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

// readLocked records that everybody at one server has read a line.
func (k *links) readLocked(l *Line, first, last time.Duration) {
	r, known := k.readings[l]
	if !known {
		r.first = first
	}
	r.servers, r.first, r.last = r.servers+1, min(r.first, first), max(r.last, last)
	if r.servers < len(k.servers) {
		k.readings[l] = r
		return
	}
	delete(k.readings, l)
	k.retired(l, r)
}

// closeLocked tells of the lines that not all servers had, and returns how many stays
// have been ended at all servers.
func (k *links) closeLocked() (leftBy [kinds]int64) {
	for l, r := range k.readings {
		k.retired(l, r)
	}
	clear(k.readings)
	for _, o := range k.servers {
		for kind, n := range o.leftBy {
			leftBy[kind] += n
		}
	}
	return leftBy
}

// announceLocked has a session be known at the other servers.
func (a *abroad) announceLocked() {
	s := a.of
	for _, l := range s.ledger.servers {
		if l == s.ledger {
			continue
		}
		g := newSession(l, s.Chatter, s.Asked, s.parting)
		g.home = s
		dialLocked(g, s.Number)
		a.guises = append(s.guises, g)
		l.arrivals.abroad = append(slices.DeleteFunc(l.arrivals.abroad, func(o *Session) bool { return o.Over() && !o.home.Joined() }), g)
		l.links.abroad = append(l.links.abroad, g)
	}
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

// comes reports whether somebody of another server is in there by a name, whose
// join has not come here by a place: the server may know of it by another sign.
func (a *arrivals) comes(members *membership, name string, place int64) bool {
	may := func(g *Session) bool { return g.name == name || g.name == "" && strings.HasPrefix(name, g.Asked) }
	return slices.ContainsFunc(a.abroad, may) || members.latest(name, func(m *Member) bool {
		return m.Session != nil && m.Session.home != nil && m.Joined() > place
	}) != nil
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

// dismiss forgets those at other servers of whom everybody here knows that they have left.
func (k *links) dismiss(horizon int64) {
	k.abroad = slices.DeleteFunc(k.abroad, func(g *Session) bool {
		return g.Member != nil && g.Member.Left() != 0 && g.Member.Left() < horizon && g.falseLeave == 0
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
// more: all here have it, or it was for somebody who is not here.
func (l *Line) arrived(a age) bool {
	if l.priv == nil {
		p := l.place.Load()
		return p >= 0 && p < a.horizon || l.said.settled(age{horizon: -1, forget: a.forget}) && (l.said.unsaid.Load() || l.said.Refused())
	}
	if l.Actual >= a.forget || !l.said.answered.Load() {
		return false
	}
	_, other, _ := l.Seats()
	m := l.Session.ledger.members.byName[l.Target]
	return other.By != nil || m != nil && m.was == nil && m.Session != nil && m.Session.home != nil
}

// carriedLocked records that a line has come over a link.
func (k *links) carriedLocked(line *Line, place int64) {
	if line.said == nil {
		return
	}
	from := line.Session.home.ledger
	if list := k.carried[from]; len(list) == 0 || line.Actual >= list[len(list)-1].sent+carriedStep {
		k.carried[from] = append(list, carried{place, line.Actual})
	}
}

// carriedStep is how far apart in time the lines are of which it is kept when they came.
const carriedStep = time.Millisecond

// Passed reports whether something that was sent at another server after a time stands
// before a place: all that the server knew at that time had come before it.
func (l *Closed) Passed(from *Session, at time.Duration, place int64) bool {
	list := l.carried[from.ledger]
	i := sort.Search(len(list), func(i int) bool { return list[i].sent > at })
	return i < len(list) && list[i].place < place
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

// crossed reports whether a line's target was at another server and has left: the line
// may have been under way to it, and that server has said so.
func (l *Line) crossed() bool {
	ledger := l.Session.ledger
	ledger.mu.Lock()
	defer ledger.mu.Unlock()
	return ledger.members.latest(l.Target, func(m *Member) bool {
		return m.Session != nil && m.Session.home != nil && m.Left() != 0
	}) != nil
}
