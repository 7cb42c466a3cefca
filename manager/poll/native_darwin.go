//go:build !portable

package poll

import (
	"errors"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// wakeTag is that of the event by which Wake ends a wait: no connection has its
// slot.
const wakeTag = 0

// native is a kqueue.
type native struct {
	kqueue int
	buf    []unix.Kevent_t // of wait
}

func newNative() (*native, error) {
	kqueue, err := unix.Kqueue()
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	unix.CloseOnExec(kqueue)
	n := &native{kqueue: kqueue, buf: kevents(512)}
	if err := n.change(wakeTag, wakeTag, unix.EVFILT_USER, unix.EV_ADD|unix.EV_CLEAR, 0); err != nil {
		_ = n.close()
		return nil, err
	}
	return n, nil
}

// kevents returns memory for events. Their Udata has the type of a pointer and
// holds a tag, so the memory is such that the garbage collector does not look into.
func kevents(n int) []unix.Kevent_t {
	const words = unsafe.Sizeof(unix.Kevent_t{}) / unsafe.Sizeof(uint64(0))
	b := make([]uint64, n*int(words))
	return unsafe.Slice((*unix.Kevent_t)(unsafe.Pointer(&b[0])), n)
}

func tagOf(e *unix.Kevent_t) *uint64 { return (*uint64)(unsafe.Pointer(&e.Udata)) }

func (n *native) close() error { return os.NewSyscallError("close", unix.Close(n.kqueue)) }

// arm changes what is reported of fd, and under which tag.
func (n *native) arm(fd int, tag uint64, was, want interest) error {
	return errors.Join(n.armOne(fd, tag, unix.EVFILT_READ, was&toRead, want&toRead),
		n.armOne(fd, tag, unix.EVFILT_WRITE, was&toWrite, want&toWrite))
}

func (n *native) armOne(fd int, tag uint64, filter int16, was, want interest) error {
	switch {
	case was == want:
		return nil
	case want == 0:
		return n.change(uint64(fd), tag, filter, unix.EV_DELETE, 0)
	}
	return n.change(uint64(fd), tag, filter, unix.EV_ADD, 0)
}

func (n *native) change(ident, tag uint64, filter int16, flags uint16, fflags uint32) error {
	e := kevents(1)
	e[0].Ident, e[0].Filter, e[0].Flags, e[0].Fflags = ident, filter, flags, fflags
	*tagOf(&e[0]) = tag
	_, err := unix.Kevent(n.kqueue, e, nil, nil)
	return os.NewSyscallError("kevent", err)
}

// wait adds what is reported within the timeout, which is forever if negative.
func (n *native) wait(to []event, timeout time.Duration) ([]event, error) {
	var limit *unix.Timespec
	if timeout >= 0 {
		ts := unix.NsecToTimespec(int64(timeout))
		limit = &ts
	}
	got, err := unix.Kevent(n.kqueue, nil, n.buf, limit)
	if err == unix.EINTR {
		return to, nil
	}
	if err != nil {
		return to, os.NewSyscallError("kevent", err)
	}
	for i := range n.buf[:got] {
		e := &n.buf[i]
		if tag := *tagOf(e); tag != wakeTag {
			to = append(to, event{tag, e.Filter == unix.EVFILT_READ, e.Filter == unix.EVFILT_WRITE})
		}
	}
	return to, nil
}

// wake ends a wait.
func (n *native) wake() {
	_ = n.change(wakeTag, wakeTag, unix.EVFILT_USER, 0, unix.NOTE_TRIGGER)
}
