package outside

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen"
)

// servers are several that have one room together, of which one may die. The others
// wait for it for the lease.
type servers struct {
	*Room
	lease time.Duration

	// Guarded by the room's lock.
	at    map[*half]int // the server of a connection, by the way to it
	dead  int           // -1: none
	fault func(*servers)
	gone  func(s *servers, all []*Member) // takes those out who were there; nil: as is right
	ready bool                            // one has died just now, and the fault is to show
	done  bool
	any   bool // the run does not know which server it kills
}

const (
	doors = 3
	lease = 1500 * time.Millisecond
)

// over returns a room that servers have together.
func over(r *Room) *servers {
	s := &servers{Room: r, lease: lease, at: make(map[*half]int), dead: -1}
	r.Hooks.Late = func(m *Member) time.Duration {
		if s.of(m) == s.dead {
			return time.Hour
		}
		return 0
	}
	return s
}

// of returns the server of a member.
func (s *servers) of(m *Member) int {
	if m.conn == nil {
		return doors
	}
	return s.at[m.conn.in]
}

// door returns the way in at a server.
func (s *servers) door(n int) loadgen.Door {
	return loadgen.Door{Addr: fmt.Sprint("server", n), Join: func(_ context.Context, name string) (loadgen.Client, error) {
		s.mu.Lock()
		refused := s.dead == n
		s.mu.Unlock()
		if refused {
			return nil, syscall.ECONNREFUSED
		}
		conn := s.Dial().(*conn)
		s.mu.Lock()
		s.at[conn.out] = n
		dead := s.dead == n
		s.mu.Unlock()
		if dead { // meanwhile
			conn.Close()
			return nil, syscall.ECONNRESET
		}
		c, err := chatter.New(conn, name)
		if err != nil {
			conn.Close()
			return nil, err
		}
		return client{c}, nil
	}}
}

// kill has a server die.
func (s *servers) kill(_ context.Context, n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dead, s.ready = n, true
	if s.lease == 0 {
		s.cut(s.isNobody) // whom it would let in now, nobody would be told of
		s.bury()
		s.later(500*time.Millisecond, func() { s.cut(everybody) })
		return nil
	}
	s.cut(everybody)
	s.later(s.lease, s.bury)
	return nil
}

func everybody(*conn) bool { return true }

// isNobody reports whether a connection's client is not in yet.
func (s *servers) isNobody(c *conn) bool {
	return !slices.ContainsFunc(s.members, func(m *Member) bool { return m.conn == c })
}

// cut ends connections of the server that has died.
func (s *servers) cut(which func(*conn) bool) {
	for c := range s.conns {
		if s.at[c.in] == s.dead && which(c) {
			c.out.abrupt()
			c.Close()
		}
	}
}

// bury has all leave who were at the server that has died.
func (s *servers) bury() {
	var all []*Member
	for _, m := range s.members {
		if s.of(m) == s.dead {
			m.gone = true
			all = append(all, m)
		}
	}
	if s.gone != nil {
		s.gone(s, all)
		return
	}
	for _, m := range all {
		s.part(m)
	}
}

// faulty returns whether the fault shows now.
func (s *servers) faulty() bool { return s.ready && !s.done }

// survivor reports whether a member is at a server that lives, and had come before
// the other one died.
func (s *servers) survivor(m *Member) bool {
	return m.conn != nil && s.of(m) != s.dead && !m.gone && m.Chatter >= 0
}
