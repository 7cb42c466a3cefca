package bench

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sys/unix"
)

// plain is a load of N users and nothing else: one thread that waits with
// epoll, reads, splits at '\n' and takes the stamp of each line. It verifies
// only that the number of deliveries is right. What the instrument adds to what
// it measures is the ratio of its figures to those of plain.
//
// A line's text begins with the time at which the line was due, in nanoseconds
// since start, as stampSize hexadecimal digits.
type plain struct {
	start time.Time
	epoll int
	users []plainUser
	slot  map[int]int // of the user, by descriptor
	buf   []byte
	text  []byte // of a line, with its '\n'

	joined int // users whose welcome has come
	sent   int
	got    int // deliveries
	took   *hdrhistogram.Histogram
	lag    *hdrhistogram.Histogram

	// answer is called where a user's own line has come back.
	answer func(user int) error
}

type plainUser struct {
	fd      int
	in      bool
	partial []byte // the beginning of a line
	prefix  []byte // of its own lines
}

const stampSize = 16

// newPlain returns N users who have joined, and how long joining took.
func newPlain(tb testing.TB, addr string, users int) (*plain, time.Duration) {
	tb.Helper()
	needDescriptors(tb, users)
	runtime.LockOSThread()
	tb.Cleanup(runtime.UnlockOSThread)
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	must(tb, err)
	p := &plain{start: time.Now(), epoll: epoll, slot: make(map[int]int), buf: make([]byte, 64<<10),
		text:   append(bytes.Repeat([]byte("x"), defaultSize), '\n'),
		took:   hdrhistogram.New(1, int64(time.Minute), 3),
		lag:    hdrhistogram.New(1, int64(time.Minute), 3),
		answer: func(int) error { return nil }}
	to := netip.MustParseAddrPort(addr)
	for i := range users {
		must(tb, p.dial(i, to))
		must(tb, p.round(0))
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
	name := fmt.Sprintf("p%d", i)
	p.users = append(p.users, plainUser{fd: fd, prefix: []byte(" " + name + ":")})
	p.slot[fd] = i
	return errors.Join(unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}),
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		unix.SetNonblock(fd, true), write(fd, []byte(name+"\n")),
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
	stamp := strconv.AppendUint(p.buf[:0], uint64(due), 16)
	copy(p.text, "0000000000000000")
	copy(p.text[stampSize-len(stamp):], stamp)
	p.sent++
	return write(p.users[user].fd, p.text)
}

// round waits for input, at most so long, and reads each socket once that has some.
func (p *plain) round(wait time.Duration) error {
	var events [256]unix.EpollEvent
	if wait > 0 {
		ts := unix.NsecToTimespec(int64(wait))
		_, _ = unix.Ppoll([]unix.PollFd{{Fd: int32(p.epoll), Events: unix.POLLIN}}, &ts, nil)
	}
	n, err := unix.EpollWait(p.epoll, events[:], 0)
	if err == unix.EINTR {
		return nil
	}
	for _, e := range events[:max(n, 0)] {
		if err := p.read(p.slot[int(e.Fd)]); err != nil {
			return err
		}
	}
	return err
}

func (p *plain) read(user int) error {
	u := &p.users[user]
	kept := copy(p.buf, u.partial)
	n, err := unix.Read(u.fd, p.buf[kept:])
	now := time.Since(p.start)
	if n == 0 && err == nil {
		return errors.New("the server has closed")
	}
	if err != nil && err != unix.EAGAIN {
		return err
	}
	data := p.buf[:kept+max(n, 0)]
	own := 0
	for {
		i := bytes.IndexByte(data, '\n')
		if i < 0 {
			break
		}
		if mine, err := p.frame(u, data[:i], now); err != nil {
			return err
		} else if mine {
			own++
		}
		data = data[i+1:]
	}
	u.partial = append(u.partial[:0], data...)
	for ; own > 0; own-- { // now that say may use the buffer
		if err := p.answer(user); err != nil {
			return err
		}
	}
	return nil
}

// frame takes one frame, and reports whether it is the user's own line.
func (p *plain) frame(u *plainUser, b []byte, now time.Duration) (own bool, err error) {
	if len(b) == 0 || b[0] != ' ' {
		if !u.in && bytes.HasPrefix(b, []byte(`{"welcome"`)) {
			u.in = true
			p.joined++
		}
		return false, nil
	}
	_, text, _ := bytes.Cut(b, []byte(":"))
	due, err := strconv.ParseUint(string(text[:min(stampSize, len(text))]), 16, 64)
	if err != nil {
		return false, fmt.Errorf("a line without a stamp: %q", b)
	}
	p.got++
	return bytes.HasPrefix(b, u.prefix), p.took.RecordValue(max(int64(now)-int64(due), 1))
}

// paced sends lines on a schedule for a time, from each user in turn, and reads
// until all of them have come to everybody.
func (p *plain) paced(tb testing.TB, rate int, d time.Duration) {
	tb.Helper()
	begin := time.Since(p.start)
	lines := int(d.Seconds() * float64(rate))
	due := func(line int) time.Duration { return begin + time.Duration(line)*time.Second/time.Duration(rate) }
	for limit := begin + d + 30*time.Second; p.got < lines*len(p.users); {
		now := time.Since(p.start)
		if now > limit {
			tb.Fatalf("%d of %d deliveries", p.got, lines*len(p.users))
		}
		for ; p.sent < lines && due(p.sent) <= now; now = time.Since(p.start) {
			must(tb, p.lag.RecordValue(max(int64(now-due(p.sent)), 1)))
			must(tb, p.say(p.sent%len(p.users), due(p.sent)))
		}
		wait := time.Second
		if p.sent < lines {
			wait = due(p.sent) - now
		}
		must(tb, p.round(wait))
	}
}

// saturated keeps so many lines under way for a time, and returns how many
// deliveries a second there were.
func (p *plain) saturated(tb testing.TB, inflight int, d time.Duration) float64 {
	tb.Helper()
	p.answer = func(user int) error { return p.say(user, time.Since(p.start)) }
	for i := range inflight {
		must(tb, p.answer(i%len(p.users)))
	}
	for end := time.Now().Add(d / 4); time.Now().Before(end); { // until it is under way
		must(tb, p.round(time.Second))
	}
	before, begin := p.got, time.Now()
	for time.Since(begin) < d {
		must(tb, p.round(time.Second))
	}
	return float64(p.got-before) / time.Since(begin).Seconds()
}
