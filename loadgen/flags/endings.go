package flags

import (
	"os"
	"os/signal"
	"syscall"
)

// Endings returns the signals that end what the command line asks for, in order. A
// hangup asks a room to reload instead; one that was ignored from the start, as
// nohup does, stays so.
func (c *Line) Endings() []os.Signal {
	of := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !c.On("serve") && !signal.Ignored(syscall.SIGHUP) {
		of = append(of, syscall.SIGHUP)
	}
	return of
}
