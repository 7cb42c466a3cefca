//go:build unix

package feed

import "syscall"

// discard reads what is there and throws it away; false at the end.
func discard(raw syscall.RawConn) (more bool) {
	buf := scratches.Get().(*[writeSize]byte)
	defer scratches.Put(buf)
	err := raw.Read(func(fd uintptr) bool {
		n, err := syscall.Read(int(fd), buf[:])
		more = n > 0
		return err != syscall.EAGAIN
	})
	return more && err == nil
}
