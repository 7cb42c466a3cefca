package loadgen

import (
	"testing"

	"chatsim/loadgen/check"
)

// streamed is a client that always has the same frame.
type streamed struct {
	Parser
	raw []byte
}

func (c *streamed) NextRaw(f *Frame) error {
	f.Raw = c.raw
	return nil
}

// TestReadingAllocatesNothing: not for the frame and not for the delivery.
func TestReadingAllocatesNothing(t *testing.T) {
	s := &stay{client: connection{parser: &streamed{raw: []byte(" amy:hello@amy@bob")}}}
	m := newMeasure()
	l := &check.Line{Note: check.Note{Actual: 1, Measured: true}}
	var f Frame
	deliver := func() {
		rec := m.take(5)
		for range 100 {
			if err := s.next(&f); err != nil {
				t.Error(err)
			}
			rec.deliver(l, &f, 5, false, true)
		}
		m.give(rec)
	}
	deliver() // makes the histograms
	if n := testing.AllocsPerRun(100, deliver) / 100; n > 0.1 {
		t.Errorf("%v allocations a delivery", n)
	}
}
