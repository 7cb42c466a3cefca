package loadgen

import (
	"testing"

	"chatsim/loadgen/measure"
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
	m := measure.New()
	var f Frame
	deliver := func() {
		batch := m.Begin(5)
		for range 100 {
			if err := s.next(&f); err != nil {
				t.Error(err)
			}
			batch.Deliver(measure.Delivery{Sent: 1, At: 5, Bytes: size(&f), Measured: true})
		}
		m.Add(batch)
	}
	deliver() // makes the histograms
	if n := testing.AllocsPerRun(100, deliver) / 100; n > 0.1 {
		t.Errorf("%v allocations a delivery", n)
	}
}
