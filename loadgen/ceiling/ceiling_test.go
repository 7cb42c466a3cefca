package ceiling

import (
	"context"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMeasure(t *testing.T) {
	defer goleak.VerifyNone(t)
	r, err := Measure(context.Background(), 5, 4096, 20*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if r.Bytes == 0 || r.Elapsed < 20*time.Millisecond || r.BytesPerSecond() <= 0 {
		t.Errorf("measured %+v", r)
	}
}

func TestEveryByteArrives(t *testing.T) {
	defer goleak.VerifyNone(t)
	p, err := Open(context.Background(), 3)
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Round([]byte("to each of three"))
	if err != nil || n != 3*16 {
		t.Errorf("wrote %d bytes: %v", n, err)
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
	if _, err := Measure(ctx, 2, 64, time.Hour); err == nil {
		t.Error("a cancelled measurement gave a result")
	}
}
