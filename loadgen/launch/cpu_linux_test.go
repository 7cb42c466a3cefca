package launch

import (
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// The processor time is that of whoever is in the group.
func TestCPU(t *testing.T) {
	p, err := Start(exec.Command("/bin/sh", "-c", "(while :; do :; done) & echo pid $!; wait"))
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); p.group.used() < 30*time.Millisecond; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no time is used")
		}
	}
	p.Stop(syscall.SIGTERM, 10*time.Second)
	if used := p.CPU(); used < 30*time.Millisecond || used > time.Minute {
		t.Errorf("%v of processor time", used)
	}
}
