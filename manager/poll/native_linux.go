//go:build !portable

package poll

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// wakeTag is that of the event by which Wake ends a wait: no connection has its
// slot.
const wakeTag = 0

// native is an epoll instance and an eventfd that wakes it.
type native struct {
	epoll, event int
	buf          [512]unix.EpollEvent // of wait
}

func newNative() (*native, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	event, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		_ = unix.Close(epoll)
		return nil, os.NewSyscallError("eventfd", err)
	}
	n := &native{epoll: epoll, event: event}
	if err := n.arm(event, wakeTag, 0, toRead); err != nil {
		_ = n.close()
		return nil, err
	}
	return n, nil
}

func (n *native) close() error {
	_ = unix.Close(n.event)
	return os.NewSyscallError("close", unix.Close(n.epoll))
}

// arm changes what is reported of fd, and under which tag.
func (n *native) arm(fd int, tag uint64, was, want interest) error {
	op := unix.EPOLL_CTL_MOD
	switch {
	case was == 0:
		op = unix.EPOLL_CTL_ADD
	case want == 0:
		op = unix.EPOLL_CTL_DEL
	}
	e := unix.EpollEvent{Fd: int32(uint32(tag)), Pad: int32(tag >> 32)} // together its 64 bits of data
	if want&toRead != 0 {
		e.Events |= unix.EPOLLIN
	}
	if want&toWrite != 0 {
		e.Events |= unix.EPOLLOUT
	}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(n.epoll, op, fd, &e))
}

// wait adds what is reported within the timeout, which is forever if negative.
func (n *native) wait(to []event, timeout time.Duration) ([]event, error) {
	millis := 0
	switch {
	case timeout < 0:
		millis = -1
	case timeout > 0: // epoll_wait knows no less than a millisecond
		ts := unix.NsecToTimespec(int64(timeout))
		_, err := unix.Ppoll([]unix.PollFd{{Fd: int32(n.epoll), Events: unix.POLLIN}}, &ts, nil)
		if err != nil && err != unix.EINTR {
			return to, os.NewSyscallError("ppoll", err)
		}
	}
	got, err := unix.EpollWait(n.epoll, n.buf[:], millis)
	if err == unix.EINTR {
		return to, nil
	}
	if err != nil {
		return to, os.NewSyscallError("epoll_wait", err)
	}
	for _, e := range n.buf[:got] {
		tag := uint64(uint32(e.Pad))<<32 | uint64(uint32(e.Fd))
		if tag == wakeTag {
			n.awake()
			continue
		}
		over := e.Events&(unix.EPOLLERR|unix.EPOLLHUP) != 0 // both are told so
		to = append(to, event{tag, over || e.Events&unix.EPOLLIN != 0, over || e.Events&unix.EPOLLOUT != 0})
	}
	return to, nil
}

// wake ends a wait.
func (n *native) wake() {
	one := [8]byte{1}
	_, _ = unix.Write(n.event, one[:])
}

// awake takes what wake has written.
func (n *native) awake() {
	var b [8]byte
	_, _ = unix.Read(n.event, b[:])
}
