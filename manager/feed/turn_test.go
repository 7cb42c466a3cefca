package feed

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestRest: a writer rests as long as its turn took, but where its writes were
// large, and never for much: among thousands a quarter of the turn. Several writers
// rest together as long as one of two processors would.
func TestRest(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name          string
		writers       int
		writes, bytes uint64
		took, want    time.Duration
	}{
		{"small writes", 1, 100, 100 * writeSize / 4, ms, ms},
		{"large writes", 1, 100, 100 * writeSize / 2, ms, 0},
		{"nothing written", 1, 0, 0, ms, 0},
		{"a long turn", 1, 100, 100, 2 * longestRest, longestRest},
		{"a turn of thousands", 1, 100, 100, 60 * ms, 15 * ms},
		{"several writers", 5, 100, 100, ms / 2, 5 * ms / 4},
		{"as many as have processors", 2, 100, 100, ms, ms},
		{"several with long turns", 8, 100, 100, ms, longestRest},
		{"several of thousands", 8, 100, 100, 60 * ms, 15 * ms},
	} {
		if got := rest(test.took, test.writers, 4, test.writes, test.bytes); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// TestPause: a writer rests behind a turn also where nothing more is to be written, as
// something will be, unless it has slept before, or the rest would be short.
func TestPause(t *testing.T) {
	const short = shortestRest / 100 // for any number of writers
	for _, test := range []struct {
		name              string
		slept, took, want time.Duration
	}{
		{"a turn", 0, longestRest, longestRest},
		{"a turn after some sleep", longestRest / 3, longestRest, longestRest - longestRest/3},
		{"a turn after sleep", longestRest, longestRest, 0},
		{"a short turn", 0, short, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := New(Config{})
				synctest.Wait()
				w := newWriter(f)
				f.Lock()
				w.beginLocked()
				w.slept = test.slept
				time.Sleep(test.took)
				f.stats.Writes++
				over := f.now()
				w.pauseLocked()
				if waited := f.now() - over; waited != test.want {
					t.Errorf("waited for %v, want %v", waited, test.want)
				}
				f.Unlock()
				w.timer.Stop()
				stop(t, f)
			})
		})
	}
}
