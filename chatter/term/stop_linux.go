package term

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sigsetSize is that of the kernel's signal set, in bytes.
const sigsetSize = 8

// stopSelf does what SIGTSTP does to a program that does not handle it: it stops
// it until it is continued, or nothing where no shell could do that. The runtime keeps a handler that it has once installed, so the system itself is
// asked for the default, and for the handler again. Zeros are the default on
// every architecture; the handler's bytes are only kept.
func stopSelf() {
	var usual, handler [128]byte
	action := func(set, get *[128]byte) {
		_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(unix.SIGTSTP), uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(get)), sigsetSize, 0, 0)
	}
	runtime.LockOSThread() // a signal to the thread that sends it has done its work when that goes on
	defer runtime.UnlockOSThread()
	action(&usual, &handler)
	_ = unix.Tgkill(unix.Getpid(), unix.Gettid(), unix.SIGTSTP)
	action(&handler, nil)
}
