//go:build unix

package term

import (
	"os"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"
)

// onJobControl calls suspend when the program is asked to stop, with a function
// that stops it and returns when it goes on, and resume when it is told that it
// goes on, after any stop; until the returned function is called.
func onJobControl(suspend func(stop func()), resume func()) (end func()) {
	told := make(chan os.Signal, 4)
	signal.Notify(told, unix.SIGCONT)
	if !signal.Ignored(unix.SIGTSTP) {
		signal.Notify(told, unix.SIGTSTP)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for sig := range told {
			if sig == unix.SIGTSTP {
				suspend(stopSelf)
			} else {
				resume()
			}
		}
	})
	return func() {
		signal.Stop(told)
		close(told)
		wg.Wait()
	}
}

// askToStop has the whole job stopped, as Ctrl-Z does where it is a signal.
func askToStop() { _ = unix.Kill(0, unix.SIGTSTP) }

// inForeground reports whether a terminal listens to this program's job.
func inForeground(fd int) bool {
	group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
