//go:build unix

package launch

import (
	"io"
	"os/exec"
	"syscall"
)

// guardian leads a group. It waits for the end of its standard input, which this
// program holds and never writes to: whatever ends this program, a kill -9 too,
// ends the group. While it lives the group's number belongs to nobody else. It
// does not obey the signals by which the group is asked to end.
const guardian = `trap '' INT TERM HUP; read x; kill -TERM 0; sleep 2; kill -KILL 0`

// group is the process group of a command.
type group struct {
	id    int // 0: there is none yet
	guard *exec.Cmd
	line  io.Closer // what the guardian reads
}

// lead has cmd start in a group of its own. Without a shell here the command leads
// it, and nobody guards it.
func (g *group) lead(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	sh, err := exec.LookPath("/bin/sh")
	if err != nil {
		return nil
	}
	lead := exec.Command(sh, "-c", guardian)
	lead.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	line, err := lead.StdinPipe()
	if err != nil {
		return err
	}
	if err := lead.Start(); err != nil {
		return err
	}
	g.guard, g.line, g.id = lead, line, lead.Process.Pid
	cmd.SysProcAttr.Pgid = g.id
	return nil
}

// joined is told that cmd has started.
func (g *group) joined(cmd *exec.Cmd) {
	if g.id == 0 {
		g.id = cmd.Process.Pid
	}
}

// ask sends a signal to all of the group.
func (g *group) ask(_ *exec.Cmd, sig syscall.Signal) { _ = syscall.Kill(-g.id, sig) } // fails where nothing is left

// kill ends what is left of the group, once.
func (g *group) kill() {
	if g.id == 0 {
		return
	}
	_ = syscall.Kill(-g.id, syscall.SIGKILL) // fails where nothing is left, as it should be
	if g.guard != nil {
		_ = g.line.Close()
		_ = g.guard.Wait() // it was killed
	}
	g.guard, g.id = nil, 0
}
