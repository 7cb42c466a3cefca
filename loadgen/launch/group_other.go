//go:build !unix

package launch

import (
	"os"
	"os/exec"
	"syscall"
	"time"
)

// group has nothing to do here: a command is ended alone.
type group struct{}

func (*group) lead(*exec.Cmd) error { return nil }
func (*group) joined(*exec.Cmd)     {}
func (*group) kill()                {}
func (*group) used() time.Duration  { return 0 }

// ask asks a command to end; where that cannot be asked, it is ended.
func (*group) ask(cmd *exec.Cmd, _ syscall.Signal) {
	if cmd.Process.Signal(os.Interrupt) != nil {
		_ = cmd.Process.Kill() // fails where it has ended
	}
}
