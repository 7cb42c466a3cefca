package loadgen_test

import (
	"testing"

	"chatsim/manager/wire"
)

// What a server says in its own name is an entry like any other, and no defect.
func TestTheServerMaySpeak(t *testing.T) {
	said := 0
	s := serve(t, faults{line: func(s *server, line int) {
		if line%10 != 5 {
			return
		}
		said++
		for _, p := range s.peers {
			p.conn.Write(wire.AppendLine(nil, wire.Server, []byte("tea is ready"), wire.Group))
		}
	}})
	rep := run(t, short(s, lively(t, "mixed")))
	passes(t, rep)
	s.mu.Lock()
	defer s.mu.Unlock()
	if said == 0 {
		t.Error("it has said nothing")
	}
}
