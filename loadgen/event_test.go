package loadgen

import (
	"sync"
	"testing"
)

// A signal wakes all who waited for it, and nobody who waits after it; an event also
// those.
func TestSignalsAndEvents(t *testing.T) {
	var s signal
	first, second := s.wait(), s.wait()
	s.send()
	if !isClosed(first) || !isClosed(second) {
		t.Error("somebody is not woken")
	}
	if isClosed(s.wait()) {
		t.Error("somebody is woken by what was before")
	}
	var e event
	before := e.wait()
	if e.has() || isClosed(before) {
		t.Error("it has happened before it does")
	}
	e.happens()
	e.happens()
	if !e.has() || !isClosed(before) || !isClosed(e.wait()) {
		t.Error("somebody does not know that it has happened")
	}
}

// Whoever waits for an event that happens meanwhile is woken.
func TestEventMissesNobody(t *testing.T) {
	for range 100 {
		var e event
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { <-e.wait() })
		}
		e.happens()
		all.Wait()
	}
}
