package host

import (
	"testing"
	"time"

	"chatsim/manager"
	"chatsim/manager/wire"
)

func TestHistory(t *testing.T) {
	var h history
	start := time.UnixMilli(1_000_000)
	for i := range sampleCount + 10 {
		st := manager.Stats{Online: i, Lines: 2, PrivateLines: 1, Evicted: map[wire.Reason]uint64{wire.Slow: 4}}
		h.add(Sample(st, start.Add(time.Duration(i)*sampleEvery)))
	}
	all := h.since(0)
	if len(all) != sampleCount || all[0].Users != 10 || all[sampleCount-1].Users != sampleCount+9 {
		t.Errorf("%d samples, from %d users on", len(all), all[0].Users)
	}
	if s := all[0]; s.Lines != 3 || s.Evicted["slow"] != 4 || len(s.Waits) != len(s.Bounds)+1 {
		t.Errorf("%+v", s)
	}
	last := all[sampleCount-1].At
	if got := h.since(last - 2000); len(got) != 2 {
		t.Errorf("%d samples of the last two seconds", len(got))
	}
	if got := h.since(last); got == nil || len(got) != 0 {
		t.Errorf("%v, want none, as an array", got)
	}
}
