//go:build unix

package term

import (
	"os"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"
)

// onResize calls do when the terminal's size has changed, until stop.
func onResize(do func()) (stop func()) {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, unix.SIGWINCH)
	var wg sync.WaitGroup
	wg.Go(func() {
		for range changed {
			do()
		}
	})
	return func() {
		signal.Stop(changed)
		close(changed)
		wg.Wait()
	}
}
