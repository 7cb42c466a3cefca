//go:build unix

package runs

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup keeps a terminal's Ctrl-C from a child: it would come twice, and the
// second one ends it without a report.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// interruptGroup asks a child to end, and what it has started: it may be a script.
func interruptGroup(cmd *exec.Cmd) error {
	err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
	if err == syscall.ESRCH {
		return os.ErrProcessDone
	}
	return err
}

// killGroup ends what is left of a child that has ended.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // fails where nothing is left, as it should be
	}
}
