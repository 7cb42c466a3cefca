package check

import (
	"slices"
	"testing"
	"time"

	"chatsim/manager/wire"
)

// TestLinkedReadings holds that a line's last reader may be at another server.
func TestLinkedReadings(t *testing.T) {
	var first, last time.Duration
	told := 0
	p := newLinkedPair(func(_ *Line, f, l time.Duration) { first, last, told = f, l, told+1 })
	a := p.comes(0, 0, "a")
	b := p.comes(1, 1, "b", a)
	line := p.says(a, "")
	p.heard(line, a)
	sent := p.now
	p.now += 500 * time.Millisecond
	p.heard(line, b)
	p.ends(t, 0)
	if told != 1 || first != sent || last != p.now {
		t.Errorf("told %d times, of %v and %v, want %v and %v", told, first, last, sent, p.now)
	}
}

// TestLinkedBefore holds that who was there before the run is listed once.
func TestLinkedBefore(t *testing.T) {
	p := newLinkedPair(nil)
	a := p.DialAt(0, 0, "a", 0)
	p.see(a, wire.Frame{Kind: wire.Welcome, Names: linkedNames("a")})
	p.see(a, wire.Frame{Kind: wire.Roster, Names: linkedNames("bob", "a")})
	b := p.DialAt(1, 1, "b", 0)
	p.see(b, wire.Frame{Kind: wire.Welcome, Names: linkedNames("b")})
	p.see(b, wire.Frame{Kind: wire.Roster, Names: linkedNames("bob", "a", "b")})
	p.told(wire.Join, "b", a)
	if before := p.ends(t, 0).Before; !slices.Equal(before, []string{"bob"}) {
		t.Errorf("before the run: %v", before)
	}
}

// TestLinkedCalm holds that how long anybody waited while all read counts for a stall,
// live and from the recording, at whichever server that was.
func TestLinkedCalm(t *testing.T) {
	for _, waits := range []int{0, 1} {
		p := newLinkedPair(nil)
		a := p.comes(0, 0, "a")
		b := p.comes(1, 1, "b", a)
		c := p.comes(1, 2, "c", a, b)
		d := p.comes(1, 3, "d", a, b, c)
		e := p.comes(0, 4, "e", a, b, c, d)
		says := func(late *Session, wait time.Duration, prompt ...*Session) wire.Frame {
			line := p.says(b, "")
			p.heard(line, prompt...)
			p.now += wait
			p.heard(line, late)
			return line
		}
		if waits == 0 {
			says(e, 3*time.Second, a, b, c, d)
		} else {
			says(c, 3*time.Second, a, b, d, e)
		}
		d.Stall(p.now)
		p.now += 10 * time.Millisecond
		missed := says(c, 4*time.Second, a, b, e)
		d.Resume(p.now)
		p.heard(missed, d)
		p.heard(p.says(b, ""), a, b, c, d, e)
		p.ends(t, 0)
	}
}

// TestLinkedServerDies holds that what a server had not passed on when it died, as was
// declared, is no violation; but what it had passed by is one.
func TestLinkedServerDies(t *testing.T) {
	for name, later := range map[string]int64{"nothing came later": 0, "something came later": 1} {
		t.Run(name, func(t *testing.T) {
			p := newLinkedPair(nil)
			a := p.comes(0, 0, "a")
			b := p.comes(1, 1, "b", a)
			c := p.comes(0, 2, "c", a, b)
			gone := p.comes(0, 3, "gone", a, b, c)
			p.now += time.Millisecond
			p.heard(p.says(gone, ""), a, c, gone)
			p.leaves(gone, a, c)
			p.heard(p.says(a, "b"), a)
			if p.now += 2 * time.Millisecond; later > 0 {
				p.heard(p.says(c, ""), a, c, b)
			}
			p.now += time.Millisecond
			late := p.newcomer(0, 4, "late", a, b, c)
			p.told(wire.Join, "late", a, c)
			late.Lose(p.now, time.Second)
			for _, s := range []*Session{a, c} {
				s.Lose(p.now, time.Second)
				s.Ended(p.now)
			}
			p.now += time.Millisecond
			p.told(wire.Leave, "gone", b)
			p.told(wire.Leave, "a", b)
			p.told(wire.Leave, "c", b)
			p.heard(p.says(b, ""), b)
			p.ends(t, 2*later)
		})
	}
}

// TestLinkedLeavesBeforeLoss holds that it is no violation that others at another server
// know first of those whose server has died, as was declared.
func TestLinkedLeavesBeforeLoss(t *testing.T) {
	p := newLinkedPair(nil)
	a := p.comes(0, 0, "a")
	b := p.comes(1, 1, "b", a)
	p.now += time.Millisecond
	p.told(wire.Leave, "a", b)
	p.now += time.Second
	a.Lose(p.now, time.Second)
	a.Ended(p.now)
	c := p.comes(1, 2, "c", b)
	p.heard(p.says(b, ""), b, c)
	p.ends(t, 0)
}

// TestLinkedErrorCrosses holds that an error may follow a private line that met its target's
// leave on the link, once, and that no line that was sent later is excused by that.
func TestLinkedErrorCrosses(t *testing.T) {
	for _, tc := range []struct {
		name       string
		again      bool // the target comes again, and gets what the error is about
		errors     int
		violations int64
	}{
		{"once", false, 1, 0}, {"twice", false, 2, 1}, {"long after", true, 1, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newLinkedPair(nil)
			a := p.comes(0, 0, "a")
			b := p.comes(1, 1, "b", a)
			c := p.comes(1, 2, "c", a, b)
			if !tc.again {
				p.heard(p.says(a, "c"), a)
			}
			p.leaves(c, b, a)
			if tc.again {
				c = p.comes(1, 2, "c", a, b)
				p.heard(p.says(a, "c"), a, c)
			}
			for range tc.errors {
				p.noUser(a, "c")
			}
			p.ends(t, tc.violations)
		})
	}
}

// TestLinkedMiscalled holds that one whom the room calls by another name than its welcome
// is one violation, not one more at each server.
func TestLinkedMiscalled(t *testing.T) {
	for _, name := range []string{"m", "N"} {
		t.Run(name, func(t *testing.T) {
			p := newLinkedPair(nil, func(c *Config) { c.Capabilities.Sets, c.Capabilities.OwnSuffix = false, false })
			a := p.comes(0, 0, "a")
			b := p.comes(1, 1, "b", a)
			m := p.DialAt(0, 2, name, p.now)
			p.see(m, wire.Frame{Kind: wire.Welcome, Names: linkedNames("n")})
			p.see(m, wire.Frame{Kind: wire.Roster, Names: linkedNames("a", "b", name)})
			p.told(wire.Join, name, a, b)
			p.now += time.Millisecond
			p.heard(p.says(a, ""), a, b, m)
			line := p.says(m, "")
			line.Sender = []byte(name)
			p.heard(line, a, m, b)
			p.ends(t, 1)
		})
	}
}
