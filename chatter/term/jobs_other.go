//go:build !unix

package term

// onJobControl does nothing: there are no jobs.
func onJobControl(func(stop func()), func()) (end func()) { return func() {} }

func askToStop() {}

func inForeground(int) bool { return true }
