package loadgen

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"chatsim/loadgen/pace"
)

const (
	// beatEvery is how often the clock is looked at even if nobody asks it.
	beatEvery = 100 * time.Millisecond
	// unlooked is for how long after a look the time is told without another: a pause
	// begins no earlier, or the clock would go back.
	unlooked = 2 * beatEvery
	// pauseLeast is from when on a time in which nobody looked is a pause: a
	// busy machine may be late by some hundreds of milliseconds.
	pauseLeast = time.Second
)

// clock counts the time in which the program ran: while it was stopped, or its
// machine was, the run stood still, and nobody can be blamed for what did not
// come. It is told time, and is for any goroutine.
type clock struct {
	start  time.Time
	beat   atomic.Int64 // when somebody looked last, since start
	pauses atomic.Pointer[[]pause]
	mu     sync.Mutex // held to add a pause
}

// pause is a time, since the clock's start, in which the program did not run.
type pause struct{ from, to time.Duration }

// at returns the time of the run at t, which is not long ago.
func (c *clock) at(t time.Time) time.Duration {
	since := t.Sub(c.start)
	if since-time.Duration(c.beat.Load()) > unlooked {
		c.look(since)
	}
	pauses := c.pauses.Load()
	if pauses == nil {
		return since
	}
	ran := since
	for _, p := range *pauses {
		ran -= max(0, min(since, p.to)-p.from)
	}
	return ran
}

// look records that the program runs at a time since the start, and that it did
// not where nobody has for long.
func (c *clock) look(since time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := time.Duration(c.beat.Load())
	if since-last > pauseLeast {
		var all []pause
		if had := c.pauses.Load(); had != nil {
			all = append(all, *had...)
		}
		all = append(all, pause{last + unlooked, since})
		c.pauses.Store(&all)
	}
	c.beat.Store(int64(max(last, since)))
}

// real returns when it will be a time of the run, if the program runs on.
func (c *clock) real(at time.Duration) time.Time {
	if pauses := c.pauses.Load(); pauses != nil {
		for _, p := range *pauses {
			at += p.to - p.from
		}
	}
	return c.start.Add(at)
}

// wall returns when a time of the run was, by the machine's clock.
func (c *clock) wall(at time.Duration) time.Time {
	if pauses := c.pauses.Load(); pauses != nil {
		for _, p := range *pauses { // in order
			if at > p.from {
				at += p.to - p.from
			}
		}
	}
	return c.start.Round(0).Add(at).UTC()
}

// run looks until done is closed.
func (c *clock) run(done <-chan struct{}) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case now := <-tick.C:
			c.look(now.Sub(c.start))
		}
	}
}

// stopped tells of the pauses, in words.
func (c *clock) stopped() []string {
	pauses := c.pauses.Load()
	if pauses == nil {
		return nil
	}
	var longest pause
	var all time.Duration
	for _, p := range *pauses {
		all += p.to - p.from
		if p.to-p.from > longest.to-longest.from {
			longest = p
		}
	}
	text := fmt.Sprintf("this program did not run for %.1f s, %.1f s after its start (stopped, or its machine was)",
		(longest.to - longest.from).Seconds(), longest.from.Seconds())
	if n := len(*pauses); n > 1 {
		text += fmt.Sprintf(", and for %.1f s in %d such pauses in all", all.Seconds(), n)
	}
	return []string{text + ": limits, schedule and latencies do not count that time"}
}

// now returns the time of the run.
func (c *clock) now() time.Duration { return c.at(time.Now()) }

// within waits until one of up to three channels is closed; false if the program
// has run for so long before.
func (c *clock) within(d time.Duration, any ...<-chan struct{}) bool {
	var done [3]<-chan struct{} // nil ones are never closed
	copy(done[:], any)
	end := c.now() + d
	t := time.NewTimer(d)
	defer t.Stop()
	for {
		select {
		case <-done[0]:
			return true
		case <-done[1]:
			return true
		case <-done[2]:
			return true
		case <-t.C:
		}
		left := end - c.now()
		if left <= 0 {
			return false
		}
		t.Reset(left)
	}
}

// until waits for a time of the run; false if ctx was cancelled before it.
func (c *clock) until(ctx context.Context, pacer *pace.Pacer, at time.Duration) bool {
	for pacer.Until(ctx, c.real(at)) {
		if c.now() >= at { // else the program did not run for a while
			return true
		}
	}
	return false
}
