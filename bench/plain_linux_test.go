package bench

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sys/unix"
)

// plain is a load of N users and nothing else, the floor of what a load costs:
// one thread that waits with epoll, reads each socket that has something once,
// splits at '\n', takes the time out of each line, and then writes what is due,
// each line by a write of its own. It verifies only that the number of
// deliveries is right. What the instrument adds to what it measures is the ratio
// of its figures to those of plain.
//
// How it says and hears lines is in speech.
type plain struct {
	speech speech
	start  time.Time
	epoll  int
	events []unix.EpollEvent // of a round
	users  []plainUser
	slot   map[int]int // of the user, by descriptor
	buf    []byte
	line   []byte // as it is sent

	joined int // users whose welcome has come
	sent   int
	got    int   // deliveries
	back   []int // users whose lines have come back in this round, one for each line
	took   *hdrhistogram.Histogram
	lag    *hdrhistogram.Histogram
}

// atDoor is how many users join at a time: fewer than the connections that a server keeps until it
// accepts them, 10 in ngircd. What comes above that is dropped, and tried again 1, 2, 4 s … later.
const atDoor = 8

const (
	longestRead  = 64 << 10
	longestFrame = 1 << 20 // a welcome to 19,000 users is a fifth of it
)

type plainUser struct {
	fd      int
	in      bool
	partial []byte // the beginning of a frame
}

// newPlain returns N users who have joined, and how long joining took.
func newPlain(tb testing.TB, sp speech, addr string, users int) (*plain, time.Duration) {
	tb.Helper()
	needDescriptors(tb, users, 1)
	runtime.LockOSThread() // until close: a run of ours that is next has its threads as always
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	must(tb, err)
	p := &plain{speech: sp, start: time.Now(), epoll: epoll, slot: make(map[int]int),
		events: make([]unix.EpollEvent, 1024), buf: make([]byte, longestFrame), line: sp.line(),
		took: hdrhistogram.New(1, int64(time.Minute), 3),
		lag:  hdrhistogram.New(1, int64(time.Minute), 3)}
	to := netip.MustParseAddrPort(addr)
	for i := range users {
		must(tb, p.dial(i, to))
		must(tb, p.round(0))
		for i+1-p.joined >= atDoor {
			must(tb, p.round(time.Second))
		}
	}
	for deadline := time.Now().Add(time.Minute); p.joined < users; {
		if time.Now().After(deadline) {
			tb.Fatalf("%d of %d users are in", p.joined, users)
		}
		must(tb, p.round(time.Second))
	}
	return p, time.Since(p.start)
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func (p *plain) close() {
	defer runtime.UnlockOSThread()
	for _, u := range p.users {
		unix.Close(u.fd)
	}
	unix.Close(p.epoll)
}

func (p *plain) dial(i int, to netip.AddrPort) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	p.users = append(p.users, plainUser{fd: fd})
	p.slot[fd] = i
	return errors.Join(unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		unix.SetNonblock(fd, true), write(fd, []byte(strings.ReplaceAll(p.speech.login, "NAME", fmt.Sprintf("user%d", i)))),
		unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}))
}

// write writes all of b, and waits where the socket takes nothing.
func write(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := unix.Write(fd, b)
		if err == unix.EAGAIN {
			_, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, -1)
		}
		if err != nil && err != unix.EINTR {
			return err
		}
		b = b[max(n, 0):]
	}
	return nil
}

// say sends a user's line that was due at a time since start.
func (p *plain) say(user int, due time.Duration) error {
	p.speech.stamp(p.line, due, user)
	p.sent++
	return write(p.users[user].fd, p.line)
}

// round waits for input, at most so long, and reads each socket once that has some.
func (p *plain) round(wait time.Duration) error {
	p.back = p.back[:0]
	if wait > 0 {
		ts := unix.NsecToTimespec(int64(wait))
		_, _ = unix.Ppoll([]unix.PollFd{{Fd: int32(p.epoll), Events: unix.POLLIN}}, &ts, nil)
	}
	n, err := unix.EpollWait(p.epoll, p.events, 0)
	if err == unix.EINTR {
		return nil
	}
	for _, e := range p.events[:max(n, 0)] {
		if err := p.read(p.slot[int(e.Fd)]); err != nil {
			return err
		}
	}
	return err
}

func (p *plain) read(user int) error {
	u := &p.users[user]
	kept := copy(p.buf, u.partial)
	n, err := unix.Read(u.fd, p.buf[kept:min(kept+longestRead, len(p.buf))])
	now := time.Since(p.start)
	if n == 0 && err == nil {
		return errors.New("the server has closed")
	}
	if err != nil && err != unix.EAGAIN {
		return err
	}
	data := p.buf[:kept+max(n, 0)]
	for i := bytes.IndexByte(data, '\n'); i >= 0; i = bytes.IndexByte(data, '\n') {
		if err := p.frame(user, data[:i], now); err != nil {
			return err
		}
		data = data[i+1:]
	}
	u.partial = append(u.partial[:0], data...)
	return nil
}

// frame takes one frame.
func (p *plain) frame(user int, b []byte, now time.Duration) error {
	due, sender, ok := stampOf(b)
	if !ok {
		return p.control(user, b)
	}
	p.got++
	if p.speech.echo && user == sender || !p.speech.echo && user == (sender+1)%len(p.users) {
		p.back = append(p.back, sender)
	}
	return p.took.RecordValue(max(int64(now-due), 1))
}

// control takes a frame that is no line.
func (p *plain) control(user int, b []byte) error {
	u := &p.users[user]
	if !u.in && bytes.Contains(b, []byte(p.speech.in)) {
		u.in = true
		p.joined++
	}
	if rest, ok := bytes.CutPrefix(b, []byte("PING")); ok {
		return write(u.fd, slices.Concat([]byte("PONG"), rest, []byte("\n")))
	}
	return nil
}

// heard returns how many deliveries so many lines come to.
func (p *plain) heard(lines int) int {
	if p.speech.echo {
		return lines * len(p.users)
	}
	return lines * (len(p.users) - 1)
}
