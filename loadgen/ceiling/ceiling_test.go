package ceiling

import (
	"context"
	"runtime"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMeasure(t *testing.T) {
	defer goleak.VerifyNone(t)
	s, err := Measure(context.Background(), 5, 4096, 20*time.Millisecond, 5*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if best, low := s.Ceiling(); best <= 0 || low > best || len(s) > 3 {
		t.Errorf("measured %v: %v, %v", s, best, low)
	}
}

// Slices too short for a reader to have its turn last until it had one.
func TestShortSlices(t *testing.T) {
	defer goleak.VerifyNone(t)
	s, err := Measure(context.Background(), 50, 64, time.Millisecond, 1)
	if err != nil {
		t.Fatal(err)
	}
	if slowest := slices.Min(s); slowest <= 0 {
		t.Errorf("a slice has %v bytes a second", slowest)
	}
}

func TestCeiling(t *testing.T) {
	for _, tt := range []struct {
		of        Slices
		best, low float64
	}{
		{nil, 0, 0},
		{Slices{2}, 2, 2},
		{Slices{1, 3}, 3, 1},
		{Slices{4, 4, 4, 4}, 4, 4},
		{Slices{4, 4, 1, 4, 4, 4, 4, 4}, 4, 4},    // one bad moment
		{Slices{2, 2, 2, 2, 5, 3, 3, 3}, 4, 2},    // slow before, faster after
		{Slices{1, 2, 3, 4, 5, 6, 7, 8, 9}, 8, 3}, // 7, 8 and 9 are the best
		{Slices{9, 1, 8, 2, 7, 3, 6, 4, 5, 10}, 9, 3},
	} {
		if best, low := tt.of.Ceiling(); best != tt.best || low != tt.low {
			t.Errorf("%v: %v, %v, want %v, %v", tt.of, best, low, tt.best, tt.low)
		}
	}
}

func TestEveryByteArrives(t *testing.T) {
	defer goleak.VerifyNone(t)
	p, err := Open(context.Background(), 3)
	if err != nil {
		t.Fatal(err)
	}
	n := int64(0)
	for i := range 3 {
		wrote, err := p.Write(i, []byte("to each of three"))
		if err != nil || wrote != 16 {
			t.Errorf("wrote %d bytes: %v", wrote, err)
		}
		n += int64(wrote)
	}
	for p.Received() < n { // the test's own time limit is the hard end
		runtime.Gosched()
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if p.Received() != n {
		t.Errorf("read %d of %d bytes", p.Received(), n)
	}
}

func TestMeasureIsCancelled(t *testing.T) {
	defer goleak.VerifyNone(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Measure(ctx, 2, 64, time.Hour, time.Second); err == nil {
		t.Error("a cancelled measurement gave a result")
	}
}
