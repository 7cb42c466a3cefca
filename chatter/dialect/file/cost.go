package file

import (
	"runtime"
	"sync/atomic"
	"time"
)

// oneOf is how many uses of programs there are to each that is measured.
const oneOf = 8

// cost is the processor time that the programs of a file take: looked at in every so
// many uses, as looking takes time itself.
type cost struct {
	uses  atomic.Int64
	spent atomic.Int64 // nanoseconds
}

// begin begins a use; end is to be called by the same goroutine with what begin
// returns. In between the goroutine keeps its thread, whose time is measured.
func (c *cost) begin() (at time.Duration) {
	if c.uses.Add(1)%oneOf != 1 {
		return -1
	}
	runtime.LockOSThread()
	return processorTime()
}

func (c *cost) end(at time.Duration) {
	if at < 0 {
		return
	}
	c.spent.Add(int64(processorTime() - at))
	runtime.UnlockOSThread()
}

// Spent returns the processor time that programs have taken, about.
func (d *Dialect) Spent() time.Duration { return oneOf * time.Duration(d.cost.spent.Load()) }
