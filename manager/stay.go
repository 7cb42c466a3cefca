package manager

import (
	"net/netip"
	"sync/atomic"

	"chatsim/manager/feed"
	"chatsim/manager/irc"
	"chatsim/manager/room"
	"chatsim/manager/wire"
)

// stayID names a stay: which slot it has, and behind that which of those that have
// had it. The zero stayID is that of nobody.
type stayID uint64

func (id stayID) slot() int { return int(id & (1<<32 - 1)) }

// stayTable finds stays by their ids; its zero value is empty.
type stayTable struct {
	slots  []slot
	free   []int
	remote bool // its stays are at another Manager, which finds their slots:
	others map[stayID]*stay
}

// slot holds a stay, nil while nobody has it.
type slot struct {
	*stay
	uses uint64 // stays that have had it
}

// add finds a slot for a stay, and sets its id.
func (t *stayTable) add(st *stay) {
	if len(t.free) == 0 {
		t.free = append(t.free, len(t.slots))
		t.slots = append(t.slots, slot{})
	}
	i := t.free[len(t.free)-1]
	t.free = t.free[:len(t.free)-1]
	s := &t.slots[i]
	s.stay, s.uses = st, s.uses+1
	st.id, st.home = stayID(s.uses<<32|uint64(i)), t
}

// put takes a stay of another Manager, under the id that it has there.
func (t *stayTable) put(st *stay, id stayID) {
	if t.others == nil {
		t.others = make(map[stayID]*stay)
	}
	t.others[id] = st
	st.id, st.home = id, t
}

// of returns the stay that has an id; nil: it is over, or never began.
func (t *stayTable) of(id stayID) *stay {
	if t.remote {
		return t.others[id]
	}
	if i := id.slot(); i < len(t.slots) && t.slots[i].stay != nil && t.slots[i].id == id {
		return t.slots[i].stay
	}
	return nil
}

// remove has a stay be over, if it goes on.
func (t *stayTable) remove(id stayID) {
	if t.remote {
		delete(t.others, id)
	} else if t.of(id) != nil {
		t.slots[id.slot()].stay = nil
		t.free = append(t.free, id.slot())
	}
}

// stay is what the state knows of a session: one stay in the room.
type stay struct {
	session *session                    // whose it is; static
	id      stayID                      // set before the join
	home    *stayTable                  // of its Manager; set with id
	sub     *feed.Subscriber            // set before the join
	member  *room.Member                // set by the join and by a change of name; nil: not in yet
	from    netip.Prefix                // its address, see bannable; set before the join
	name    string                      // with member: the one that the room has given; owned by the session's goroutine
	called  atomic.Pointer[room.Member] // member, for any goroutine
	holder  *holder                     // set with member; nil: it has no token
	token   string                      // by which it comes back, told with its name; empty until it has one; owned by the session's goroutine
	recall  wire.Recall                 // what it wants to have of what was said before; set before the join
	nick    string                      // set with member: what it is called on IRC, where that is spoken
	irc     *irc.Peer                   // static, but for its nick, which is set by the join; nil: another dialect
	way     *travelling                 // its lines that have perhaps not come back, where requests travel; owned by the session's goroutine
	away    string                      // as one who speaks IRC says; guarded by the sequencer

	form feed.Form // that it reads; set before the join
	may  bool      // it is an operator's; guarded by the sequencer

	// end is who has ended the stay, nobody while it goes on. It is set once, by
	// a request; any goroutine may read it.
	end atomic.Int32
}

// isHere reports whether this Manager has the session.
func (st *stay) isHere() bool { return !st.home.remote }

// gone reports whether the stay has ended.
func (st *stay) gone() bool { return st.endedBy() != nobody }

func (st *stay) endedBy() end { return end(st.end.Load()) }

// calledNow returns the name of the stay; empty before the join.
func (st *stay) calledNow() string {
	if member := st.called.Load(); member != nil {
		return member.Name()
	}
	return ""
}
