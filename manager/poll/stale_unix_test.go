//go:build (linux || darwin) && !portable

package poll

import (
	"net"
	"slices"
	"testing"
)

// TestStaleEvent has the kernel report a connection whose slot and descriptor
// are those of another one by now.
func TestStaleEvent(t *testing.T) {
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	near, far := pair(t)
	old := add(t, p, near, "", "old")
	far.Write([]byte("x"))
	wait(t, p)
	reported := slices.Clone(p.events)
	if len(reported) != 1 || !reported[0].readable {
		t.Fatalf("reported is %v", reported)
	}
	var later [10]net.Conn // made before descriptors are free again
	for i := range later {
		later[i], _ = pair(t)
	}
	fd := old.fd
	old.Close()
	if ready, err := p.Wait(0); err != nil || len(ready) != 1 || ready[0] != old {
		t.Fatalf("after Close %v is returned, %v", ready, err)
	}
	again := false
	for i, conn := range later {
		c := add(t, p, conn, "", "new")
		again = again || c.fd == fd
		if i == 0 && (uint32(c.tag) != uint32(old.tag) || c.tag == old.tag) {
			t.Errorf("tags %x and %x, want the same slot of another generation", old.tag, c.tag)
		}
	}
	if !again {
		t.Error("the descriptor is nobody's again")
	}
	p.round++
	p.ready = p.ready[:0]
	p.dispatch(append(reported, event{old.tag, true, true}))
	if len(p.ready) > 0 {
		t.Error("a new connection is returned for what has come to an old one")
	}
}
