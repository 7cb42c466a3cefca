package ledger

import (
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// Member is one stay in the room, from its join to its leave in the order.
type Member struct {
	Name string

	joined atomic.Int64 // place of its join; -1 if it was there before the run
	left   atomic.Int64 // place of its leave, 0 while it is present
	was    *Member      // the one who had the name before, while somebody may need to know

	// Guarded by Ledger.mu.
	Session     *Session // whose stay it is, nil if not known or not of the run
	Unannounced bool     // its join was not told (yet): it is known by what it did since
	double      bool     // another had the name at its join
	sign        int64    // where it was first known of: its join, or before it where the join came late
	// of its leave: the measured lines before it, and when a receiver first saw it
	leaveLines int64
	leaveSeen  time.Duration
	count      int32  // members just after its join, and the sum of their names' hashes:
	hash       uint64 // what its snapshot must add up to
}

// Joined returns the place of the member's join; -1 if it was there before the run.
func (m *Member) Joined() int64 { return m.joined.Load() }

// Left returns the place of the member's leave, 0 while it is present.
func (m *Member) Left() int64 { return m.left.Load() }

// present reports whether the member is in the room just after a place.
func (m *Member) present(place int64) bool {
	left := m.Left()
	return m.Joined() <= place && (left == 0 || left > place)
}

// Leaving reports whether the member's owner has begun to leave.
func (m *Member) Leaving() bool { return m.Session != nil && m.Session.closing.Load() != 0 }

// membership is who is in the room at the end of the order so far.
type membership struct {
	log    []*Member // in join order; a leave only marks its member
	gone   int
	kept   int                // of those gone, as many as the last compact had to keep
	byName map[string]*Member // the latest of each name
	hash   uint64

	unannounced int // members whose joins were not told (yet)

	// Any goroutine may look.
	size  atomic.Int64 // how many the log holds
	bytes atomic.Int64 // of their names
}

var seed = maphash.MakeSeed()

func hashName(name []byte) uint64 { return maphash.Bytes(seed, name) }

func (ms *membership) join(name string, place int64) *Member {
	ms.hash += hashName([]byte(name))
	m := &Member{Name: name, sign: place, was: ms.byName[name], hash: ms.hash}
	m.joined.Store(place)
	ms.log = append(ms.log, m)
	ms.byName[name] = m
	ms.size.Add(1)
	ms.bytes.Add(int64(len(name)))
	m.count = int32(len(ms.log) - ms.gone)
	return m
}

// wasThere adds one who was there before all others of the log.
func (ms *membership) wasThere(name string) {
	h := hashName([]byte(name))
	ms.hash += h
	m := &Member{Name: name, sign: -1, hash: h, count: 1}
	m.joined.Store(-1)
	for _, o := range ms.log {
		o.count++
		o.hash += h
	}
	ms.log = append([]*Member{m}, ms.log...)
	ms.byName[name] = m
}

func (ms *membership) leave(m *Member, place, horizon int64) {
	m.left.Store(place)
	ms.gone++
	ms.hash -= hashName([]byte(m.Name))
	for w := m; w != nil; { // all of them: one whom somebody has still in mind keeps nobody before it
		before := w.was
		if before != nil && before.Left() != 0 && before.Left() < horizon {
			w.was = nil
		}
		w = before
	}
	if ms.gone > 64+ms.kept+ms.kept/4 && ms.gone > len(ms.log)/2 { // many may leave before the horizon moves
		ms.compact(horizon)
	}
}

// compact makes a new log without those who left before horizon; whoever walks
// the old one keeps it.
func (ms *membership) compact(horizon int64) {
	var log []*Member
	for _, m := range ms.log {
		if left := m.Left(); left == 0 || left >= horizon {
			log = append(log, m)
		} else {
			ms.gone--
			ms.size.Add(-1)
			ms.bytes.Add(-int64(len(m.Name)))
			if ms.byName[m.Name] == m {
				delete(ms.byName, m.Name)
			}
		}
	}
	ms.log, ms.kept = log, ms.gone
}

// Crowd returns how many bytes it takes to remember who is or was in the room,
// where each takes so many beside its name. Any goroutine may ask.
func (l *Ledger) Crowd(each int64) int64 {
	return l.members.bytes.Load() + each*l.members.size.Load()
}

// latest returns the latest member of a name that fits; nil if there is none.
func (ms *membership) latest(name string, fits func(*Member) bool) *Member {
	for m := ms.byName[name]; m != nil; m = m.was {
		if fits(m) {
			return m
		}
	}
	return nil
}

// now returns the member who has a name at the end of the order.
func (ms *membership) now(name string) *Member {
	return ms.latest(name, func(m *Member) bool { return m.Left() == 0 })
}

// holder returns the member who has a name just after a place.
func (ms *membership) holder(name string, place int64) *Member {
	return ms.latest(name, func(m *Member) bool { return m.present(place) })
}

// only returns the member who alone ever had a name, nil if there is none.
func (ms *membership) only(name string) *Member {
	if m := ms.byName[name]; m != nil && m.was == nil {
		return m
	}
	return nil
}

// changesAfter reports whether somebody joins or leaves by a name after a place.
func (ms *membership) changesAfter(name string, place int64) bool {
	return ms.latest(name, func(m *Member) bool { return m.Joined() > place || m.Left() > place }) != nil
}

// leaver returns the member that a leave of a name is about: the one who had
// the name at a place if it is about to leave, else the latest who is, else the
// latest.
func (ms *membership) leaver(name string, place int64) *Member {
	leaves := func(m *Member) bool { return m.Left() == 0 && m.Leaving() }
	if m := ms.holder(name, place); m != nil && leaves(m) {
		return m
	}
	if m := ms.latest(name, leaves); m != nil {
		return m
	}
	return ms.now(name)
}

// unheard returns the member of a name whose join was not told yet and who had
// not left by a place, if any.
func (ms *membership) unheard(name string, place int64) *Member {
	return ms.latest(name, func(m *Member) bool {
		left := m.Left()
		return m.Unannounced && (left == 0 || left > place)
	})
}

// unclaimed returns the latest member of a name that no session is bound to and
// that fits; nil if there is none.
func (ms *membership) unclaimed(name string, fits func(*Member) bool) *Member {
	return ms.latest(name, func(m *Member) bool { return m.Session == nil && fits(m) })
}

// arrivals are the sessions whose joins have no place, and those whose joins
// have just got one.
type arrivals struct {
	waiting map[*Session]struct{}
	unread  []*Session // over without their rosters, and their joins may yet be told
	over    []*Session // got their places after they had ended, and are to be settled
	abroad  []*Session // stand for those at other servers whose joins have no place, by their dials
}

// newcomer returns the session whose snapshot fits a join. Of several that
// fit, each must have left before the next could have the name.
func (a *arrivals) newcomer(m *Member) (first *Session) {
	leftAt := func(s *Session) uint64 { return uint64(s.closing.Load() - 1) } // one that stays is the last
	for s := range a.waiting {
		if m.fits(s) && (first == nil || leftAt(s) < leftAt(first)) {
			first = s
		}
	}
	if first != nil && a.contested(m) {
		return nil
	}
	return first
}

// contested reports whether a join may be that of a session that left without
// having read its roster. Then a snapshot that fits is not enough: the same
// names may have been there twice.
func (a *arrivals) contested(m *Member) bool {
	may := func(s *Session) bool {
		return !s.HasRoster && s.closing.Load() != 0 && s.floor <= m.Joined() && strings.HasPrefix(m.Name, s.Asked)
	}
	for _, s := range a.unread {
		if may(s) {
			return true
		}
	}
	for s := range a.waiting {
		if may(s) {
			return true
		}
	}
	return false
}

// known returns somebody who is known to be in by a name, and of whose join nobody has
// been told; nil if there is nobody.
func (a *arrivals) known(name string) *Session {
	for s := range a.waiting {
		if s.name == name && s.HasRoster {
			return s
		}
	}
	if i := slices.IndexFunc(a.abroad, func(g *Session) bool { return g.name == name }); i >= 0 {
		return a.abroad[i]
	}
	return nil
}

// untold reports whether somebody is in by a name, of whose join nobody has been told,
// who came after a place.
func (a *arrivals) untold(name string, place int64) bool {
	for s := range a.waiting {
		if s.name == name && s.HasRoster && s.floor > place {
			return true
		}
	}
	return false
}

// expects reports whether a join by a name at a place may yet turn out to be
// that of a chatter of the run.
func (a *arrivals) expects(name string, place int64) bool {
	may := func(s *Session) bool {
		return s.floor <= place && (s.name == name || s.name == "" && (s.Asked == "" || strings.HasPrefix(name, s.Asked)))
	}
	for s := range a.waiting {
		if may(s) {
			return true
		}
	}
	return slices.ContainsFunc(a.abroad, may)
}

// comes reports whether somebody may have a name who is not yet in the room at a place:
// the server may let such a one be told something. That is so of those at other servers,
// and wherever a client asks for its name before it asks to get in.
func (a *arrivals) comes(l *Ledger, name string, place int64) bool {
	early := l.cfg.Capabilities.OwnSuffix
	has := func(s *Session) bool { return s.name == name || s.name == "" && l.members.mayCall(s, name) }
	if slices.ContainsFunc(a.abroad, has) || early && slices.ContainsFunc(slices.Collect(maps.Keys(a.waiting)), has) {
		return true
	}
	return l.members.latest(name, func(m *Member) bool {
		return m.Session != nil && m.Joined() > place && (early || m.Session.home != nil)
	}) != nil
}

// mayCall reports whether a session that has no name yet may be given one: what it asked
// for, with a suffix. Of a name with other letters than ASCII's a client that asks until
// it gets one may get any that another had, and of a long one it may keep the beginning.
func (ms *membership) mayCall(s *Session, name string) bool {
	const kept = 9 // bytes that every server of IRC takes
	isOther := func(r rune) bool { return r >= utf8.RuneSelf }
	return strings.HasPrefix(name, s.Asked) || s.ledger.cfg.Capabilities.OwnSuffix && ms.byName[name] != nil &&
		(len(s.Asked) > kept && strings.HasPrefix(name, s.Asked[:kept]) || strings.ContainsFunc(s.Asked, isOther))
}
