package feed

import "iter"

// links is a node of an intrusive ring: a Subscriber's, or a list's own.
type links struct {
	prev, next *links
	sub        *Subscriber
}

func (n *links) unlink() {
	n.prev.next, n.next.prev = n.next, n.prev
	n.prev, n.next = nil, nil
}

// list is a queue of subscribers in which everything is O(1), even taking one
// out of the middle without knowing which list it is on, and moving a whole
// list behind another.
type list struct{ ring links }

func (l *list) init() { l.ring.prev, l.ring.next = &l.ring, &l.ring }

func (l *list) empty() bool { return l.ring.next == &l.ring }

func (l *list) first() *Subscriber { return l.ring.next.sub }

// push moves s, wherever it is, to the end of l.
func (l *list) push(s *Subscriber) {
	n := &s.links
	if n.next != nil {
		n.unlink()
	}
	n.prev, n.next = l.ring.prev, &l.ring
	n.prev.next, l.ring.prev = n, n
}

// take moves all of o to the end of l.
func (l *list) take(o *list) {
	if o.empty() {
		return
	}
	first, last := o.ring.next, o.ring.prev
	first.prev, last.next = l.ring.prev, &l.ring
	l.ring.prev.next, l.ring.prev = first, last
	o.init()
}

// all goes through l; the subscriber at hand may be taken out meanwhile.
func (l *list) all() iter.Seq[*Subscriber] {
	return func(yield func(*Subscriber) bool) {
		for n := l.ring.next; n != &l.ring; {
			s := n.sub
			n = n.next
			if !yield(s) {
				return
			}
		}
	}
}
