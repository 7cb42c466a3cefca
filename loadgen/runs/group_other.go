//go:build !unix

package runs

import (
	"os"
	"os/exec"
)

// ownGroup has nothing to do here.
func ownGroup(*exec.Cmd) {}

// interruptGroup asks a child to end; where that cannot be asked, exec ends it.
func interruptGroup(cmd *exec.Cmd) error { return cmd.Process.Signal(os.Interrupt) }

// killGroup has nothing to do here.
func killGroup(*exec.Cmd) {}
