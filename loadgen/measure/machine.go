package measure

import (
	"fmt"
	"runtime"
	"time"

	"chatsim/loadgen/report"
)

// machine is what the system says of itself and of what it does to this
// process, each since some moment of its own; what is not known is 0.
type machine struct {
	busy      time.Duration // all processors, whoever used them
	stolen    time.Duration // by other guests of the same host
	waited    time.Duration // this process's threads, runnable without a processor
	throttled time.Duration // by the control group's processor limit
}

// From when on a disturbance is worth a warning.
const (
	otherLoad    = 0.10                   // of the machine's processors, used by others
	runQueue     = 0.10                   // of the time, a thread of ours waiting for one, if others use some
	throttling   = 0.01                   // of the time
	clockStep    = 100 * time.Millisecond // between the wall clock and the monotonic one,
	clockSlewing = 0.001                  // beside what adjusting it slowly may do
)

// Doubts returns the disturbances of the measured time, in words.
func (u *Usage) Doubts() []string {
	wall := u.wall
	if wall <= 0 {
		return nil
	}
	var out []string
	a, b := u.before, u.after
	share := func(d time.Duration) float64 { return d.Seconds() / wall.Seconds() }
	cores := float64(runtime.NumCPU())
	others := share(b.busy - a.busy - u.cpu)
	if b.busy > 0 && others > otherLoad*cores {
		text := fmt.Sprintf("other load on the machine: other processes used %.2f of its %s", others, report.Plural(int64(runtime.NumCPU()), "core", "cores"))
		if waited := share(b.waited - a.waited); waited > runQueue {
			text += fmt.Sprintf("; threads of this one waited %.2f s a second for a processor", waited)
		}
		out = append(out, text)
	}
	if stolen := share(b.stolen - a.stolen); stolen > otherLoad*cores {
		out = append(out, fmt.Sprintf("other load on the host: %.2f of the machine's %s were taken from it", stolen, report.Plural(int64(runtime.NumCPU()), "core", "cores")))
	}
	if t := b.throttled - a.throttled; share(t) > throttling {
		out = append(out, fmt.Sprintf("throttled: the processor limit of this control group stopped it for %v of %v",
			t.Round(time.Millisecond), wall.Round(time.Millisecond)))
	}
	step := u.clock - wall
	if off := step.Abs(); off > clockStep+time.Duration(clockSlewing*float64(wall)) {
		out = append(out, fmt.Sprintf("the wall clock was set by %v during the run; latencies are of the monotonic clock, which was not",
			step.Round(time.Millisecond)))
	}
	return out
}
