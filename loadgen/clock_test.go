package loadgen

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// beat looks at a clock as run does, up to a time since its start.
func (c *clock) beatUntil(to time.Duration) {
	for at := time.Duration(c.beat.Load()); at < to; at += beatEvery {
		c.look(at)
	}
	c.look(to)
}

func TestClockStandsStillWhileStopped(t *testing.T) {
	c := &clock{start: time.Now()}
	at := func(d time.Duration) time.Duration { return c.at(c.start.Add(d)) }
	c.beatUntil(3 * time.Second)
	if got := at(3100 * time.Millisecond); got != 3100*time.Millisecond || c.stopped() != nil {
		t.Errorf("before any pause: %v, %q", got, c.stopped())
	}
	late := 3*time.Second + pauseLeast // a busy machine
	if got := at(late); got != late || c.stopped() != nil {
		t.Errorf("a look that is late: %v, %q", got, c.stopped())
	}
	c.beatUntil(5 * time.Second)
	const lost = 11*time.Second - unlooked
	for _, p := range []struct{ real, run time.Duration }{ // whoever comes first, and whatever was read before
		{16500 * time.Millisecond, 16500*time.Millisecond - lost - 500*time.Millisecond},
		{16 * time.Second, 5*time.Second + unlooked},
		{4 * time.Second, 4 * time.Second},
		{5050 * time.Millisecond, 5050 * time.Millisecond},
		{17 * time.Second, 17*time.Second - lost - 500*time.Millisecond},
	} {
		if got := at(p.real); got != p.run {
			t.Errorf("at %v the run is at %v, want %v", p.real, got, p.run)
		}
	}
	if next := 6200 * time.Millisecond; at(c.real(next).Sub(c.start)) != next {
		t.Errorf("%v of the run is at %v", next, at(c.real(next).Sub(c.start)))
	}
	c.beatUntil(18 * time.Second)
	at(20 * time.Second)
	want := "this program did not run for 11.3 s, 5.2 s after its start (stopped, or its machine was), and for 13.1 s in 2 such pauses in all"
	if got := c.stopped(); len(got) != 1 || !strings.HasPrefix(got[0], want) {
		t.Errorf("it says %q, want %q", got, want)
	}
}

// What was told before a pause was known is not after what is told later: the measured
// part may have begun then.
func TestClockNeverGoesBack(t *testing.T) {
	for since := time.Duration(0); since <= 3*beatEvery; since += beatEvery / 4 {
		c := &clock{start: time.Now()}
		c.beatUntil(5 * time.Second)
		before := c.at(c.start.Add(5*time.Second + since))
		if after := c.at(c.start.Add(16 * time.Second)); after < before {
			t.Errorf("%v after a look it was %v, after a pause it is %v", since, before, after)
		}
	}
}

// A limit is of the time in which the program ran.
func TestWithin(t *testing.T) {
	for _, stopped := range []time.Duration{0, 11 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			c := &clock{start: time.Now()}
			stop := alongside(c.run)
			over := make(chan bool)
			go func() { over <- c.within(5*time.Second, nil, make(chan struct{})) }()
			time.Sleep(2 * time.Second)
			stop()
			time.Sleep(stopped)
			stop = alongside(c.run)
			defer stop()
			if <-over {
				t.Error("a channel is closed that nobody closes")
			}
			took, want := time.Since(c.start), 5*time.Second+stopped
			if took < want-5*unlooked || // each look in the time that is none costs one
				took > want+2*beatEvery {
				t.Errorf("stopped for %v, it waited %v", stopped, took)
			}
		})
	}
}
