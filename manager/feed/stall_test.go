package feed

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The hall of these tests: a window that many lines fit in, and a grace that is
// a multiple of the time between looks.
const (
	hallWindow = 256 << 10
	hallGrace  = 4 * time.Second
	hallTick   = 250 * time.Millisecond
	hallLine   = 1 << 10
)

// hallSize returns how many readers there are.
func hallSize() int {
	if testing.Short() {
		return 50
	}
	return 500
}

// hall is many healthy readers, in a bubble, and some others.
type hall struct {
	t       *testing.T
	feed    *Feed
	reading sync.WaitGroup
	subs    []*Subscriber // healthy
	due     []time.Time   // of each line: when it was ready to be said

	mu      sync.Mutex
	longest time.Duration // that a line took to a healthy reader
	heard   int           // lines, by all healthy ones together
	most    int           // bytes ever retained
}

func newHall(t *testing.T, healthy int) *hall {
	h := &hall{t: t, feed: New(Config{Window: hallWindow, Grace: hallGrace})}
	for range healthy {
		server, client := net.Pipe()
		s, _ := subscribe(t, h.feed, server)
		h.subs = append(h.subs, s)
		h.reading.Go(func() { h.hear(client) })
	}
	return h
}

// say says n lines as fast as the window takes them.
func (h *hall) say(n int) {
	line := bytes.Repeat([]byte("."), hallLine)
	for range n {
		binary.BigEndian.PutUint64(line, uint64(len(h.due)))
		h.mu.Lock()
		h.due = append(h.due, time.Now())
		h.mu.Unlock()
		h.feed.Lock()
		h.feed.WaitRoomLocked()
		h.feed.AppendLocked(line)
		h.most = max(h.most, h.feed.log.Retained())
		h.feed.Unlock()
	}
}

// hear reads to the end, each line as soon as it comes.
func (h *hall) hear(client net.Conn) {
	in := bufio.NewReaderSize(client, 16*hallLine)
	line := make([]byte, hallLine)
	for n := uint64(0); ; n++ {
		if _, err := io.ReadFull(in, line); err != nil {
			return
		}
		if got := binary.BigEndian.Uint64(line); got != n {
			h.t.Errorf("line %d comes where %d is due", got, n)
			return
		}
		h.mu.Lock()
		h.heard++
		h.longest = max(h.longest, time.Since(h.due[n]))
		h.mu.Unlock()
	}
}

// empty ends all stays and looks at what the healthy ones have had.
func (h *hall) empty() {
	stop(h.t, h.feed)
	for _, s := range h.subs {
		s.conn.(net.Conn).Close()
	}
	h.reading.Wait()
	if want := len(h.subs) * len(h.due); h.heard != want {
		h.t.Errorf("%d lines heard by the healthy ones, want %d", h.heard, want)
	}
	if limit := Patience(hallGrace) + h.feed.glance; h.longest > limit {
		h.t.Errorf("a healthy one has waited for %v, want at most %v of a grace of %v", h.longest, limit, hallGrace)
	}
	if limit := hallWindow + h.feed.log.chunkSize + hallLine; h.most > limit {
		h.t.Errorf("%d bytes were kept, want at most %d", h.most, limit)
	}
	if st := h.feed.Stats(); st.Ended[Finished] < uint64(len(h.subs)) {
		h.t.Errorf("stats %+v, want %d finished", st, len(h.subs))
	}
	h.t.Logf("%d healthy readers, %d lines: longest wait %v, at most %d of %d bytes kept",
		len(h.subs), len(h.due), h.longest, h.most, hallWindow)
}

// TestStalledAmongMany has readers that stop while lines come at full rate.
func TestStalledAmongMany(t *testing.T) {
	const lines = 4 * hallWindow / hallLine
	for _, tc := range []struct {
		name    string
		stalled int
		after   int // bytes that the nth of them reads n times before it stops
	}{
		{"one", 1, 0},
		{"ten at once", 10, 0},
		{"ten after each other", 10, lines * hallLine / 12},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHall(t, hallSize()-tc.stalled)
				var stalling sync.WaitGroup
				for i := range tc.stalled {
					_, client, ended := pipe(t, h.feed)
					stalling.Go(func() {
						io.CopyN(io.Discard, client, int64(i*tc.after))
						stopped := time.Now()
						if e := <-ended; e.reason != Stalled {
							t.Errorf("one went out as %v, %v; want stalled", e.reason, e.err)
						}
						if took := time.Since(stopped); took > hallGrace {
							t.Errorf("evicted after %v", took)
						}
					})
				}
				h.say(lines)
				stalling.Wait()
				h.empty()
			})
		})
	}
}

// TestSlowAmongMany has a reader that takes something only from time to time,
// while lines come at a steady rate.
func TestSlowAmongMany(t *testing.T) {
	const (
		each   = 500 * time.Millisecond
		burst  = 16 * hallLine // in each of these times
		lasts  = time.Minute
		bursts = int(lasts / each)
	)
	for _, tc := range []struct {
		name  string
		every time.Duration
		most  int // bytes
		want  Reason
	}{
		{"all in time", hallGrace - 2*hallTick, hallWindow, Finished},
		{"just as much as comes", each, burst, Finished},
		{"too late", hallGrace + hallTick, hallWindow, Stalled},
		{"too little", each, burst * 3 / 4, Slow},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHall(t, hallSize()-1)
				s, client, ended := pipe(t, h.feed)
				got, stopped := 0, make(chan struct{})
				go func() {
					defer close(stopped)
					got = gulp(client, tc.every, tc.most)
				}()
				for range bursts {
					h.say(burst / hallLine)
					<-time.After(each)
				}
				h.empty()
				e := <-ended
				if e.reason != tc.want {
					t.Errorf("went out as %v, want %v", e.reason, tc.want)
				}
				s.conn.(net.Conn).Close()
				<-stopped
				if want := len(h.due) * hallLine; e.reason == Finished && got != want {
					t.Errorf("it got %d bytes, want %d", got, want)
				}
			})
		})
	}
}

// gulp reads at most so many bytes at once every time, to the end.
func gulp(client net.Conn, every time.Duration, most int) (got int) {
	buf := make([]byte, most)
	for {
		<-time.After(every)
		client.SetReadDeadline(time.Now().Add(1)) // what is there takes no time
		n, err := io.ReadFull(client, buf)
		got += n
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return got
		}
	}
}
