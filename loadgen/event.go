package loadgen

import "sync/atomic"

// signal wakes those who wait for it. It has a channel only while somebody does: a channel
// takes 100 bytes, and a chatter has several signals.
type signal struct{ waiting atomic.Pointer[chan struct{}] }

// wait returns a channel that the next send closes. Whoever waits for a condition
// calls it before looking whether the condition holds, or may miss the send.
func (s *signal) wait() <-chan struct{} {
	for {
		if c := s.waiting.Load(); c != nil {
			return *c
		}
		c := make(chan struct{})
		if s.waiting.CompareAndSwap(nil, &c) {
			return c
		}
	}
}

// send wakes all who wait now.
func (s *signal) send() {
	if c := s.waiting.Swap(nil); c != nil {
		close(*c)
	}
}

// event is what happens once, and has happened from then on.
type event struct{ signal signal }

// happened is what an event that has happened waits for.
var happened = func() *chan struct{} {
	c := make(chan struct{})
	close(c)
	return &c
}()

// wait returns a channel that is closed once the event has happened.
func (e *event) wait() <-chan struct{} { return e.signal.wait() }

// happens records that the event has happened, and wakes all who wait for it. The second
// time it does nothing.
func (e *event) happens() {
	if c := e.signal.waiting.Swap(happened); c != nil && c != happened {
		close(*c)
	}
}

// has reports whether the event has happened.
func (e *event) has() bool { return e.signal.waiting.Load() == happened }
