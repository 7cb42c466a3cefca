package flags

import (
	"os"
	"os/signal"
	"syscall"
)

// Outlast has no hangup end the program any more. A terminal that is closed sends
// two: its shell passes its own on, and the system sends another when the shell is
// gone.
func Outlast() { signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) }

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
