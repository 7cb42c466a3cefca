//go:build !unix

package host

import (
	"errors"
	"fmt"
	"os"

	"chatsim/manager/hinted"
)

var errNotOurs = errors.New("not the terminal of this process")

// inForeground reports true: jobs have no foreground here.
func inForeground(*os.File) (bool, error) { return true, nil }

func staysAwake() (undo func()) { return func() {} }

func openPipe(path string) (*pipe, error) {
	return nil, hinted.Wrap(fmt.Errorf("-console %s: this system has no named pipes in folders", path), "-console - reads standard input")
}
