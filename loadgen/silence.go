package loadgen

import (
	"slices"
	"sync"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/measure"
)

// silences are the longest times in which nobody got a line.
type silences struct {
	before, after time.Duration // the first loss
}

// standstill returns for how long the time of a loss did not count.
func (s *silences) standstill() time.Duration {
	return min(max(s.after-s.before, 0), ledger.MaxStandstill)
}

// listenEvery is how often it is looked whether something has come.
const listenEvery = 5 * time.Millisecond

// listen measures silences until stop is called, where servers may die.
func (l *losses) listen(c *clock, m *measure.Recorder) (stop func()) {
	if len(l.doors) == 0 {
		return func() {}
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(listenEvery)
		defer tick.Stop()
		last, since := m.Observed(), c.now()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			now := c.now()
			if l.stage.is(Loading) {
				l.silent(now - since)
			}
			if n := m.Observed(); n != last {
				last, since = n, now
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

// silent records that nobody has got a line for so long.
func (l *losses) silent(for_ time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.killed) == 0 && len(l.all) == 0 {
		l.before = max(l.before, for_)
		return
	}
	l.after = max(l.after, for_)
	for _, in := range slices.Backward(l.all) {
		if in.dead() {
			in.silence = max(in.silence, for_)
			return
		}
	}
}
