package pace

import (
	"syscall"
	"time"
)

// nap sleeps for a short time. The runtime's own timers are only looked at
// every millisecond while a process is idle, which would be a lag of the
// schedule; nanosleep(2) is late by its own slack, 50 µs.
func nap(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&ts, nil) // interrupted early: Until looks at the clock again
}
