//go:build unix

package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"chatsim/manager/hinted"
)

// errNotOurs is the error of inForeground for a terminal that does not control
// this process, which can read there at any time.
var errNotOurs error = unix.ENOTTY

// inForeground reports whether the process is in the foreground of the terminal.
func inForeground(terminal *os.File) (bool, error) {
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp(), err
}

// staysAwake keeps a terminal from stopping the process in the background for
// reading there, or for writing where it is set to (stty tostop).
func staysAwake() (undo func()) {
	signal.Ignore(unix.SIGTTIN, unix.SIGTTOU)
	return func() { signal.Reset(unix.SIGTTIN, unix.SIGTTOU) }
}

// openPipe opens a named pipe, and makes it if it is not there.
func openPipe(path string) (*pipe, error) {
	p := &pipe{}
	switch err := unix.Mkfifo(path, 0o600); {
	case err == nil:
		p.made = true
	case !errors.Is(err, fs.ErrExist):
		return nil, hinted.Wrap(fmt.Errorf("-console %s: make a named pipe: %w", path, err), "name a file in a folder that is there and that you may write to")
	}
	if info, err := os.Stat(path); err == nil && info.Mode()&fs.ModeNamedPipe == 0 {
		return nil, hinted.Wrap(fmt.Errorf("-console %s: it is there and no named pipe", path), "choose another name: the pipe is made by chatsim; - is standard input")
	}
	// Open for writing, too: the pipe then has a writer at all times, and does not
	// end with the first. Non-blocking: a read ends with Close.
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, hinted.Wrap(fmt.Errorf("-console: %w", err), "whoever runs the room needs to read and write the pipe")
	}
	p.File = f
	return p, nil
}
