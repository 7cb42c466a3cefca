// Package launch starts programs and ends them again: a Process is a command with
// all that it starts, of which nothing is left behind; a Server is one that is
// waited for until it answers on a free port.
//
// It does not know what a chat or a run is.
package launch

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"chatsim/loadgen/report"
)

// outputGrace is how long the output of a command is read when all of its group
// has been killed: what has left the group may hold it for ever.
const outputGrace = time.Second

// Process is a command that runs in a process group of its own. Nothing of the
// group outlives Stop, nor this program, whatever ends it.
type Process struct {
	// Static after Start.
	cmd    *exec.Cmd
	group  group
	output *os.File

	used    time.Duration // set by Stop: processor time of the group
	said    tail
	stopped atomic.Bool
	err     error         // set before done is closed: what is wrong beside how it ended
	done    chan struct{} // closed at the end of the command and of its output
}

// Start starts a command. Its standard output and error are read here.
func Start(cmd *exec.Cmd) (*Process, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	p := &Process{cmd: cmd, output: r, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = w, w
	if err := p.group.lead(cmd); err != nil {
		r.Close()
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		p.group.kill()
		r.Close()
		return nil, err
	}
	p.group.joined(cmd)
	go p.wait()
	return p, nil
}

// wait waits for the end. Output that is still held when the command itself has
// ended is of what it has started, which goes on in its place.
func (p *Process) wait() {
	defer close(p.done)
	_, _ = io.Copy(&p.said, p.output) // its end, or that Stop has closed it
	if err := p.cmd.Wait(); !errors.As(err, new(*exec.ExitError)) {
		p.err = err
	}
	_ = p.output.Close()
}

// Done is closed when the command has ended, and with it all that writes to its
// output.
func (p *Process) Done() <-chan struct{} { return p.done }

// Stop asks the command and what it has started to end, waits for that as long as
// grace, and kills what is left. It reports whether the command had to be killed,
// and does nothing when it is called again.
func (p *Process) Stop(ask syscall.Signal, grace time.Duration) (killed bool) {
	if p.stopped.Swap(true) {
		<-p.done
		return false
	}
	defer p.group.kill()
	select {
	case <-p.done:
		return false
	default:
	}
	p.used = p.group.used()
	p.group.ask(p.cmd, ask)
	if p.within(grace) {
		return false
	}
	p.group.kill()
	_ = p.cmd.Process.Kill() // fails where the group has been killed
	if !p.within(outputGrace) {
		_ = p.output.Close()
		<-p.done
	}
	return true
}

// within reports whether the end comes in time.
func (p *Process) within(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-p.done:
		return true
	case <-t.C:
		return false
	}
}

// Ended returns in words how the command has ended; it must have.
func (p *Process) Ended() string {
	<-p.done
	if p.err != nil {
		return p.err.Error()
	}
	return p.cmd.ProcessState.String()
}

// CPU returns the processor time of the command and of what it has started, as of
// when it was asked to end; where that cannot be told, of what it has waited for.
func (p *Process) CPU() time.Duration {
	<-p.done
	if p.used > 0 {
		return p.used
	}
	if p.cmd.ProcessState == nil {
		return 0
	}
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}

// Said returns the last lines of the command's output, fit to be shown.
func (p *Process) Said() []string {
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(p.said.String())) {
		lines = append(lines, report.Printable(strings.TrimRight(line, "\r\n")))
	}
	return lines
}

// Quoted returns that the command has said something, and what; or that it has
// not.
func (p *Process) Quoted() string {
	lines := p.Said()
	if len(lines) == 0 {
		return ", without a word"
	}
	return "; it said:\n  " + strings.Join(lines, "\n  ")
}
