//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package term

import (
	"os"

	"golang.org/x/term"
)

// signals has the terminal given back as it was, until the returned function is
// called: Ctrl-C is a signal meanwhile.
func signals(tty *os.File, before *term.State) (stop func()) {
	_ = term.Restore(int(tty.Fd()), before)
	return func() { _, _ = term.MakeRaw(int(tty.Fd())) }
}
