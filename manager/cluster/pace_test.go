package cluster

import (
	"testing"
	"time"
)

// Who is far behind is dropped when the grace is over, unless it catches up, or takes a
// quarter of what the stream keeps meanwhile.
func TestWatch(t *testing.T) {
	const keeps = 1000
	for _, test := range []struct {
		what         string
		takes, after int // bytes behind before it takes so many a second, and when it is dropped
		behind       uint64
	}{
		{"it takes nothing", 0, 6, 300},
		{"it takes little", 30, 6, 300},
		{"it takes enough", 70, 0, 300},
		{"it is not so far behind", 0, 0, 249},
	} {
		c := NewCore(Config{Machine: &flood{}, NewID: func() ID { return ID{} }})
		c.pace.keep(keeps)
		l := &life{speaks: newest}
		c.lives.alive[ID{1}] = l
		c.pace.measure(&c.lives)
		at := 0
		for second := 1; second <= 30 && at == 0; second++ {
			c.pace.sum += uint64(test.takes)
			if second == 1 {
				c.pace.sum += test.behind
			}
			c.pace.progress(l, c.pace.sum-test.behind, &c.lives)
			if c.pace.heldUp() != (test.behind >= keeps/farShare) {
				t.Fatalf("%s: the others wait: %v", test.what, c.pace.heldUp())
			}
			if c.pace.watch(l, time.Second, c.cfg.Grace) {
				at = second
			}
		}
		if at != test.after {
			t.Errorf("%s: it is dropped after %d s, want %d; 0: never", test.what, at, test.after)
		}
	}
}

// Managers of a newer version speak the older one for as long as somebody does not speak
// theirs.
func TestRolling(t *testing.T) {
	w := newWorld(1, 3, right, false)
	w.run(5*time.Second, false)
	for i, n := range w.nodes {
		if got := n.core.pace.version(&n.core.lives); !n.core.Ready() || got != oldest {
			t.Errorf("node %d of %d new ones speaks version %d", n.index, i, got)
		}
		w.start(n)
		w.run(2*lease, false)
	}
	for _, n := range w.nodes {
		if got := n.core.pace.version(&n.core.lives); !n.core.Ready() || got != newest {
			t.Errorf("node %d speaks version %d at last", n.index, got)
		}
	}
	if n := w.closed[ErrNewer]; n > 0 || w.bad != "" {
		t.Errorf("%d have met messages of a newer version; %s", n, w.bad)
	}
}
