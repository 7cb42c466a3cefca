package pace

import (
	"runtime"
	"syscall"
	"time"
)

// lookEvery is how often the use of the processors is looked at.
const lookEvery = 100 * time.Millisecond

// usage is how much of the processors this process uses. A nap keeps one of the
// runtime's processors for its time: with little to do for the others nothing is
// lost by that, on two busy ones it took a quarter of what they can do at 20,000
// naps a second. The runtime's timers are exact enough then, as they are looked at
// whenever a goroutine yields.
type usage struct {
	at   time.Time
	used time.Duration // by the process until then
	much bool          // more than a third of the processors, when looked at last
}

// busy reports whether the process uses more than a third of its processors.
func (u *usage) busy() bool {
	now := time.Now()
	wall := now.Sub(u.at)
	if wall < lookEvery {
		return u.much
	}
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return false
	}
	used := time.Duration(r.Utime.Nano() + r.Stime.Nano())
	u.much = !u.at.IsZero() && used-u.used > wall*time.Duration(runtime.GOMAXPROCS(0))/3
	u.at, u.used = now, used
	return u.much
}
