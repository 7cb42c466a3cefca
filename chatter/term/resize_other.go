//go:build !unix

package term

// onResize does nothing where nobody tells of a new size.
func onResize(func()) (stop func()) { return func() {} }
