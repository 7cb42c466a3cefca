package check

import (
	"testing"
	"time"
)

// linkedLong is how many lines a long run has, linkedPace how far apart they are, and
// linkedKept how many of them may be known in the end: some more than twice those of the
// last half minute.
const (
	linkedLong = 10_000
	linkedPace = 100 * time.Millisecond
	linkedKept = 2_000
)

// long returns how many lines a long run has: two fifths with -short.
func long() int {
	if testing.Short() {
		return linkedLong * 2 / 5
	}
	return linkedLong
}

// TestLinkedServerWithNobody holds that a server where nobody is keeps no lines, and that
// each is told of once, when its own server's have read it.
func TestLinkedServerWithNobody(t *testing.T) {
	told := make(map[*Line]int)
	p := newLinkedPair(func(l *Line, _, _ time.Duration) { told[l]++ })
	a := p.comes(0, 0, "a")
	b := p.comes(0, 1, "b", a)
	for range linkedLong {
		p.now += linkedPace
		p.heard(p.says(a, ""), a, b)
	}
	if n := len(told); n < linkedLong/2 {
		t.Errorf("%d lines told of before the end", n)
	}
	if n := p.known(1); n > linkedKept {
		t.Errorf("%d lines known where nobody is", n)
	}
	p.ends(t, 0)
	if len(told) != linkedLong {
		t.Errorf("%d lines told of", len(told))
	}
	for l, n := range told {
		if n != 1 {
			t.Fatalf("line %d was told of %d times", l.Seq, n)
		}
	}
}

// TestLinkedPrivateLinesElsewhere holds that private lines between two at one server are
// not kept at another, and those to one who has left there are not either.
func TestLinkedPrivateLinesElsewhere(t *testing.T) {
	p := newLinkedPair(nil)
	a := p.comes(0, 0, "a")
	c := p.comes(1, 2, "c", a)
	b := p.comes(0, 1, "b", a, c)
	p.leaves(b, a, c)
	b = p.comes(0, 1, "b", a, c)
	p.seqs[b] = 0
	d := p.comes(1, 3, "d", a, b, c)
	for range long() / 4 {
		p.now += linkedPace
		p.heard(p.says(a, "b"), a, b)
		p.heard(p.says(a, ""), a, b, c, d)
		p.heard(p.says(a, "nobody"))
		p.noUser(a, "nobody")
	}
	lost := p.says(a, "d")
	p.heard(lost, a)
	p.leaves(d, c, a, b)
	p.noUser(a, "d")
	for range long() / 4 {
		p.now += linkedPace
		p.heard(p.says(a, ""), a, b, c)
	}
	if n := p.known(1); n > linkedKept {
		t.Errorf("%d lines known at the other server", n)
	}
	p.ends(t, 0)
}

// TestLinkedDialsThatFail holds that those who never get in are forgotten at the other
// server, and so are those who left while nobody was there.
func TestLinkedDialsThatFail(t *testing.T) {
	for name, there := range map[string]bool{"somebody there": true, "nobody there": false} {
		t.Run(name, func(t *testing.T) {
			p := newLinkedPair(nil)
			a := p.comes(0, 0, "a")
			all := []*Session{a}
			if there {
				all = append(all, p.comes(1, 1, "c", a))
			}
			for n := range long() {
				p.now += linkedPace
				if there {
					s := p.DialAt(0, 10+n%50, "x", p.now)
					s.Closing(Reset, p.now)
					s.Ended(p.now)
				} else {
					x := p.comes(0, 10, "x", a)
					p.leaves(x, a)
				}
				p.heard(p.says(a, ""), all...)
			}
			closed := hear(p.ledger, End{})
			if _, why := failures(closed.verdicts()); why != "" {
				t.Error(why)
			}
			if n := len(closed[1].Abroad); n > linkedKept {
				t.Errorf("%d of %d are kept", n, long())
			}
		})
	}
}

// TestLinkedServerEmptied holds that who comes to a server that all had left finds the room
// as it is.
func TestLinkedServerEmptied(t *testing.T) {
	p := newLinkedPair(nil)
	a := p.comes(0, 0, "a")
	c := p.comes(1, 1, "c", a)
	p.leaves(c, a)
	b := p.comes(0, 2, "b", a)
	p.now += time.Minute
	p.heard(p.says(a, ""), a, b)
	p.now += time.Minute
	d := p.comes(1, 3, "d", a, b)
	p.heard(p.says(a, ""), a, b, d)
	p.leaves(b, a, d)
	p.heard(p.says(d, ""), a, d)
	p.ends(t, 0)
}
