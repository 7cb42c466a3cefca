//go:build unix

package bench

import (
	"bytes"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"chatsim/manager"
	"chatsim/manager/wire"
)

const (
	stallLine = 4000    // bytes of text in a line
	stallRate = 8 << 20 // bytes a second that one user says
)

// BenchmarkStallers has one user say 8 MB/s to 20 who read all of it, while
// others join, read nothing, and come back as soon as they are put out.
// silence-ms is the longest time in which one of those who read got nothing,
// MB/s what each of them got, put-out how many stallers went, and kept-MB the
// most that the room kept for its readers.
func BenchmarkStallers(b *testing.B) { run(b, stallerTrials) }

func init() { suite["BenchmarkStallers"] = stallerTrials }

func stallerTrials(s scale) []trial {
	var out []trial
	for _, stallers := range []int{0, 20, 100} {
		readers := min(20, s.most)
		stallers = min(stallers, s.most)
		out = append(out, trial{fmt.Sprintf("stallers=%d", stallers), func(tb testing.TB) figures {
			return besideStallers(tb, readers, stallers, 5*s.room)
		}})
	}
	return out
}

func besideStallers(tb testing.TB, readers, stallers int, lasts time.Duration) figures {
	tb.Helper()
	ln := listen(tb)
	addr := ln.Addr().String()
	var room *manager.Manager
	stop := serveWith(tb, ln, manager.Config{}, func(m *manager.Manager) { room = m })
	defer stop()
	var reading, stalling, watching sync.WaitGroup
	over := make(chan struct{})
	var all []*hearer
	for i := range readers {
		h := &hearer{conn: joinLine(tb, addr, numbered(i))}
		all = append(all, h)
		reading.Go(h.hear)
	}
	speaker := &hearer{conn: joinLine(tb, addr, "speaker")}
	reading.Go(speaker.hear)
	for i := range stallers {
		stalling.Go(func() { stallAgain(addr, "staller"+numbered(i), over) })
	}
	kept := 0
	watching.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			kept = max(kept, room.Stats().Feed.Retained)
			select {
			case <-tick.C:
			case <-over:
				return
			}
		}
	})
	for _, h := range all {
		h.begin()
	}
	begin := time.Now()
	sayPaced(tb, speaker.conn, begin.Add(lasts))
	took := time.Since(begin)
	f := figures{"put-out": float64(room.Stats().Evicted[wire.Stalled] + room.Stats().Evicted[wire.Slow])}
	for _, h := range all {
		f["silence-ms"] = max(f["silence-ms"], ms(h.longest.Load()))
		f["MB/s"] += float64(h.got.Load()) / took.Seconds() / 1e6 / float64(readers)
	}
	close(over)
	watching.Wait()
	stalling.Wait()
	for _, h := range append(all, speaker) {
		h.conn.Close()
	}
	reading.Wait()
	f["kept-MB"] = float64(kept) / 1e6
	return f
}

// sayPaced says lines on a schedule of stallRate, as far as the room takes them.
func sayPaced(tb testing.TB, conn net.Conn, until time.Time) {
	const each = 5 * time.Millisecond
	text := append(bytes.Repeat([]byte("x"), stallLine), '\n')
	tick := time.NewTicker(each)
	defer tick.Stop()
	begin, said := time.Now(), 0
	for now := begin; now.Before(until); now = <-tick.C {
		due := int(now.Sub(begin).Seconds() * stallRate)
		said = max(said, due-stallRate/10) // what a stop has held up is not made up for all at once
		for ; said < due; said += len(text) {
			if _, err := conn.Write(text); err != nil {
				tb.Fatal(err)
			}
		}
	}
}

// hearer reads all and keeps how long it got nothing.
type hearer struct {
	conn    net.Conn
	began   atomic.Bool
	got     atomic.Int64 // bytes
	longest atomic.Int64 // ns
}

func (h *hearer) begin() { h.began.Store(true) }

func (h *hearer) hear() {
	buf := make([]byte, 64<<10)
	for last := (time.Time{}); ; {
		n, err := h.conn.Read(buf)
		if err != nil {
			return
		}
		if !h.began.Load() {
			continue
		}
		now := time.Now()
		if !last.IsZero() {
			h.longest.Store(max(h.longest.Load(), int64(now.Sub(last))))
		}
		last = now
		h.got.Add(int64(n))
	}
}

// stallAgain joins, reads nothing, and does so again when it is put out.
func stallAgain(addr, name string, over <-chan struct{}) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		_, err = conn.Write([]byte(name + "\n"))
		for err == nil && !hungUp(conn.(*net.TCPConn)) {
			select {
			case <-tick.C:
			case <-over:
				conn.Close()
				return
			}
		}
		conn.Close()
	}
}

// hungUp reports whether the connection was reset, without reading from it.
func hungUp(conn *net.TCPConn) (yes bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return true
	}
	err = raw.Control(func(fd uintptr) {
		p := []unix.PollFd{{Fd: int32(fd)}}
		_, _ = unix.Poll(p, 0)
		yes = p[0].Revents&(unix.POLLHUP|unix.POLLERR) != 0
	})
	return yes || err != nil
}
