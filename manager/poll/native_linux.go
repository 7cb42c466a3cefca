//go:build !portable

package poll

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A wait reports at first minEvents, at most maxEvents, of which each has 12 bytes:
// where more are ready, the owner of many connections has those first who have
// waited longest, and sees nothing of the others. Until it has read all of them it
// is late for each by a whole round of the others.
const (
	minEvents = 128
	maxEvents = 16 << 10
)

// wakeTag is that of the event by which Wake ends a wait: no connection has its
// slot.
const wakeTag = 0

// native is an epoll instance and an eventfd that wakes it. The instance is itself
// waited for by the runtime's poller: a goroutine that blocked in epoll_wait would
// keep its processor until the runtime takes it away, up to 10 ms later.
type native struct {
	epoll, event int
	file         *os.File // owns epoll
	waiter       syscall.RawConn
	buf          []unix.EpollEvent // of wait

	// The result of look.
	got int
	err error
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
	// Without O_NONBLOCK package os would not hand it to the runtime's poller.
	if err := unix.SetNonblock(epoll, true); err != nil {
		_, _ = unix.Close(epoll), unix.Close(event)
		return nil, os.NewSyscallError("fcntl", err)
	}
	n := &native{epoll: epoll, event: event, file: os.NewFile(uintptr(epoll), "epoll"),
		buf: make([]unix.EpollEvent, minEvents)}
	if n.waiter, err = n.file.SyscallConn(); err != nil {
		_ = n.close()
		return nil, err
	}
	if err := n.arm(event, wakeTag, 0, toRead); err != nil {
		_ = n.close()
		return nil, err
	}
	return n, nil
}

func (n *native) close() error {
	_ = unix.Close(n.event)
	return n.file.Close()
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
	switch {
	case timeout == 0:
		n.look(uintptr(n.epoll))
	default:
		var until time.Time
		if timeout > 0 {
			until = time.Now().Add(timeout)
		}
		if err := n.file.SetReadDeadline(until); err != nil {
			return to, err
		}
		if err := n.waiter.Read(n.look); errors.Is(err, os.ErrDeadlineExceeded) {
			return to, nil
		} else if err != nil {
			return to, err
		}
	}
	if n.err != nil {
		return to, os.NewSyscallError("epoll_wait", n.err)
	}
	for _, e := range n.buf[:n.got] {
		tag := uint64(uint32(e.Pad))<<32 | uint64(uint32(e.Fd))
		if tag == wakeTag {
			n.awake()
			continue
		}
		over := e.Events&(unix.EPOLLERR|unix.EPOLLHUP) != 0 // both are told so
		to = append(to, event{tag, over || e.Events&unix.EPOLLIN != 0, over || e.Events&unix.EPOLLOUT != 0})
	}
	if n.got == len(n.buf) && n.got < maxEvents {
		n.buf = make([]unix.EpollEvent, 2*n.got)
	}
	return to, nil
}

// look takes what is reported now, and reports whether there is anything.
func (n *native) look(epoll uintptr) bool {
	n.got, n.err = unix.EpollWait(int(epoll), n.buf, 0)
	if n.err == unix.EINTR {
		n.got, n.err = 0, nil
	}
	return n.got > 0 || n.err != nil
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
