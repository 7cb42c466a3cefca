//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package term

import (
	"os"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// signals makes a terminal's keys send signals again, Ctrl-C that of an
// interrupt, without showing what is typed; until the returned function is
// called.
func signals(tty *os.File, _ *term.State) (stop func()) {
	fd := int(tty.Fd())
	set := func(on bool) {
		t, err := unix.IoctlGetTermios(fd, getTermios)
		if err != nil {
			return
		}
		if t.Lflag &^= unix.ISIG; on {
			t.Lflag |= unix.ISIG
		}
		_ = unix.IoctlSetTermios(fd, setTermios, t)
	}
	set(true)
	return func() { set(false) }
}
