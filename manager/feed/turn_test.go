package feed

import (
	"testing"
	"time"
)

// TestRest: a writer rests as long as its turn took, but where its writes were
// large, and never for long.
func TestRest(t *testing.T) {
	const ago = time.Millisecond
	for _, test := range []struct {
		name          string
		writes, bytes uint64
		ago           time.Duration
		least, most   time.Duration
	}{
		{"small writes", 100, 100 * writeSize / 4, ago, ago, longestRest},
		{"large writes", 100, 100 * writeSize / 2, ago, 0, 0},
		{"nothing written", 0, 0, ago, 0, 0},
		{"a long turn", 100, 100, time.Hour, longestRest, longestRest},
	} {
		f := &Feed{start: time.Now().Add(-time.Hour)}
		f.stats = Stats{Writes: 7 + test.writes, Bytes: 8 + test.bytes}
		w := &writer{Feed: f, turn: turn{began: f.now() - test.ago, writes: 7, bytes: 8}}
		rest := w.restLocked()
		if rest < test.least || rest > test.most {
			t.Errorf("%s: %v, want %v to %v", test.name, rest, test.least, test.most)
		}
	}
}
