// Package room is the deterministic core of a chat room: who is present, in
// which order they came, and what each of them is called. Equal calls in equal
// order give equal names and rosters, whether they come from sockets, from a
// test or from a recorded stream.
//
// It knows no socket, no clock and no goroutine, and not what is said: the
// order of lines is made by whoever appends them to the feed, in the critical
// section in which the room is called.
//
// A Room is for one caller at a time. Rosters taken from it are values that
// any goroutine may read at any time without a lock.
package room

import (
	"bytes"
	"sync/atomic"

	"chatsim/manager/wire"
)

// Room is one chat room; its zero value is empty and ready for use.
type Room struct {
	// Keys, set before the first join, make more names count as one than
	// those that are the same by wire.Visible: those for which any of the
	// functions, two at the most, returns the same. What digits behind a name
	// add to its key depends on the digits only, and is one byte for each of
	// them, of its own.
	Keys []func(name string) string

	by   []*index // by what is visible, and by Keys
	size int      // of a roster of all present, see Roster.Size

	// order holds the members in the order of their joins. It only grows at
	// its end, as Rosters share its memory; those that are gone stay in it
	// until it is built anew.
	order []*Member
	gone  int // members of order that have left

	place int64 // joins and leaves so far

	tokens map[Token]*Member // the last stay with each
	former []*Member         // who had a token and left, in that order, with some that have come back
}

// Member is one stay of one user, from its join to its leave.
type Member struct {
	// Session belongs to the caller, who sets it after the join and finds it
	// again in what Lookup returns. Leave clears it, for a member itself lives
	// on for as long as a Roster has it.
	Session any

	// Kept belongs to the caller too. It passes to the next stay with the same
	// token, see Return.
	Kept any

	name  string
	asked string
	token Token        // zero: none
	left  atomic.Int64 // the place of its leave, 0 while it is present
	held  bool         // it has left, and its name is not free yet
}

// Name returns the name that the room gave.
func (m *Member) Name() string { return m.name }

// Asked returns the name that the user asked for.
func (m *Member) Asked() string { return m.asked }

// Token returns that of the member; zero: none.
func (m *Member) Token() Token { return m.token }

// Join lets a user in under the name asked for, which wire.CleanName has
// passed or which is the user's address. A taken name gets the smallest free
// suffix from 2. The Roster is that of this very place: the newcomer is last.
func (r *Room) Join(asked string) (*Member, Roster) {
	r.init()
	return r.admit(asked+r.freeSuffix(asked), asked), r.Roster()
}

// admit lets a user in under a name that is free.
func (r *Room) admit(name, asked string) *Member {
	m := &Member{name: name, asked: asked}
	r.takeName(m)
	r.order = append(r.order, m)
	r.size += entrySize(m.name)
	r.place++
	return m
}

// Leave ends a stay and frees its name; false says that it had ended before.
func (r *Room) Leave(m *Member) bool {
	if !r.leave(m) {
		return false
	}
	r.freeName(m)
	r.keepToken(m)
	return true
}

// LeaveHeld is Leave of a member with a token, which leaves the name to whoever
// comes back with that: nobody else gets it until Free.
func (r *Room) LeaveHeld(m *Member) bool {
	if m.token == (Token{}) {
		return r.Leave(m)
	}
	if !r.leave(m) {
		return false
	}
	m.held = true
	r.keepToken(m)
	return true
}

// Free frees the name of a member that has left, if it is held.
func (r *Room) Free(m *Member) {
	if m.held {
		m.held = false
		r.freeName(m)
	}
}

func (r *Room) takeName(m *Member) {
	for _, x := range r.by {
		x.take(x.key(m.name), m)
	}
}

func (r *Room) freeName(m *Member) {
	for _, x := range r.by {
		x.free(x.key(m.name))
	}
}

// leave ends a stay, but for its name.
func (r *Room) leave(m *Member) bool {
	if m.left.Load() != 0 {
		return false
	}
	r.place++
	m.left.Store(r.place)
	m.Session = nil
	r.size -= entrySize(m.name)
	r.gone++
	if r.gone > 64 && r.gone > len(r.order)/2 {
		r.compact()
	}
	return true
}

// compact forgets who is gone. It leaves the memory alone that Rosters have.
func (r *Room) compact() {
	order := make([]*Member, 0, 2*r.Len())
	for _, m := range r.order {
		if m.left.Load() == 0 {
			order = append(order, m)
		}
	}
	r.order, r.gone = order, 0
}

// Len returns the number of users present.
func (r *Room) Len() int { return len(r.order) - r.gone }

// Lookup finds who has this name now, as far as a person can see; nil if nobody.
func (r *Room) Lookup(name string) *Member { return r.LookupBytes([]byte(name)) }

// LookupBytes is Lookup without the need of a string.
func (r *Room) LookupBytes(name []byte) *Member {
	if len(r.by) == 0 {
		return nil
	}
	present := r.by[0].present
	m := present[string(name)]
	if m == nil && !wire.IsPlain(name) {
		m = present[wire.Visible(string(name))]
	}
	if m == nil || m.held {
		return nil
	}
	return m
}

// LookupPrefix finds the user with the longest name that text starts with and
// a space follows, and what is behind that space; nil if there is none. Names
// may hold spaces, so only the room can tell where one ends.
func (r *Room) LookupPrefix(text []byte) (m *Member, rest []byte) {
	head := text[:min(len(text), MaxName+1)]
	for {
		end := bytes.LastIndexByte(head, ' ')
		if end < 0 {
			return nil, nil
		}
		if m := r.LookupBytes(text[:end]); m != nil {
			return m, text[end+1:]
		}
		head = head[:end]
	}
}
