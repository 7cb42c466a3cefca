package file

import (
	"time"

	"golang.org/x/sys/unix"
)

// processorTime returns what the calling thread has had of a processor: other load on
// the machine does not count.
func processorTime() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
