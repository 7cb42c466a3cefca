package measure

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestDoubts(t *testing.T) {
	quiet := Usage{clock: 10 * time.Second, wall: 10 * time.Second, cpu: 5 * time.Second, before: machine{busy: 100 * time.Second}}
	quiet.after = machine{busy: 105 * time.Second, waited: 5 * time.Second}
	if got := quiet.Doubts(); len(got) != 0 {
		t.Errorf("a quiet machine: %q", got)
	}
	all := time.Duration(runtime.NumCPU()) * 10 * time.Second
	for want, change := range map[string]func(u *Usage){
		"other load on the machine: other processes used ":                func(u *Usage) { u.after.busy += all / 2 },
		"threads of this one waited 0.50 s a second":                      func(u *Usage) { u.after.busy += all / 2 },
		"other load on the host: ":                                        func(u *Usage) { u.after.stolen = all / 2 },
		"throttled: the processor limit of this control group stopped it": func(u *Usage) { u.after.throttled = time.Second },
		"the wall clock was set by -1h0m0s":                               func(u *Usage) { u.clock -= time.Hour },
	} {
		u := quiet
		change(&u)
		if got := u.Doubts(); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("doubts %q, want one with %q", got, want)
		}
	}
}
