package outside

import (
	"slices"
)

func (r *Room) hangUp(c *conn) {
	r.mu.Lock()
	delete(r.conns, c)
	r.mu.Unlock()
	c.Close()
}

// leave takes a member out of the room.
func (r *Room) leave(m *Member, reset bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.gone {
		return
	}
	m.gone, m.reset = true, reset
	if h := r.Hooks.Late; h != nil {
		if late := h(m); late > 0 {
			r.later(late, func() { r.part(m) })
			return
		}
	}
	r.part(m)
}

// leaveBy takes whoever has a connection out of the room.
func (r *Room) leaveBy(c *conn) {
	r.mu.Lock()
	i := slices.IndexFunc(r.members, func(m *Member) bool { return m.conn == c })
	var m *Member
	if i >= 0 {
		m = r.members[i]
	}
	r.mu.Unlock()
	if m != nil {
		r.leave(m, false)
	}
}

// part takes a member off the roster and tells everybody.
func (r *Room) part(m *Member) {
	if h := r.Hooks.Ended; h != nil {
		h(m)
	}
	r.remove(m)
	if h := r.Hooks.Leave; h != nil && !h(m) {
		return
	}
	r.tellAll(Frame{Kind: Leave, Names: []string{m.Name}, From: m})
}

// remove takes a member off the roster.
func (r *Room) remove(m *Member) {
	r.members = slices.DeleteFunc(r.members, func(o *Member) bool { return o == m })
}
