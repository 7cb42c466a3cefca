package ledger

import (
	"slices"
	"testing"
	"time"
)

// TestCarriedIsBounded holds that few are kept of many lines that came over a link, in
// order, and all of the last.
func TestCarriedIsBounded(t *testing.T) {
	const lines = 1 << 20
	var list []carried
	for n := range lines {
		list = append(thinned(list), carried{int64(n), time.Duration(n) * carriedStep})
	}
	if len(list) > maxCarried || len(list) < maxCarried/2 {
		t.Errorf("%d are kept", len(list))
	}
	if !slices.IsSortedFunc(list, func(a, b carried) int { return int(a.place - b.place) }) {
		t.Error("they are in no order")
	}
	for i, c := range list[len(list)-maxCarried/2:] {
		if want := lines - maxCarried/2 + i; c.place != int64(want) {
			t.Fatalf("the last but %d is line %d", maxCarried/2-i, c.place)
		}
	}
}
