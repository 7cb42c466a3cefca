package feed

import (
	"testing"
	"time"
)

// TestRest: a writer rests as long as its turn took, but where its writes were
// large, and never for much: among thousands a quarter of the turn.
func TestRest(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name          string
		writes, bytes uint64
		took, want    time.Duration
	}{
		{"small writes", 100, 100 * writeSize / 4, ms, ms},
		{"large writes", 100, 100 * writeSize / 2, ms, 0},
		{"nothing written", 0, 0, ms, 0},
		{"a long turn", 100, 100, 2 * longestRest, longestRest},
		{"a turn of thousands", 100, 100, 60 * ms, 15 * ms},
	} {
		if got := rest(test.took, test.writes, test.bytes); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
