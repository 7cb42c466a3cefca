//go:build unix && !linux

package term

import (
	"time"

	"golang.org/x/sys/unix"
)

// stopTakes is the time that it may take until a program which has sent itself a
// signal is stopped by it.
const stopTakes = 100 * time.Millisecond

// stopSelf stops the program until it is continued, or does nothing where no
// shell could do that. The runtime keeps the handler of SIGTSTP, so it is
// another signal, which does the same to a program that does not handle it.
func stopSelf() {
	_ = unix.Kill(unix.Getpid(), unix.SIGTTOU)
	time.Sleep(stopTakes)
}
