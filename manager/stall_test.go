package manager

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/wire"
)

// tight gives the first connections that it accepts small send buffers, so that
// they are full soon.
type tight struct {
	net.Listener
	left int
}

func (l *tight) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil && l.left > 0 {
		l.left--
		err = conn.(*net.TCPConn).SetWriteBuffer(16 << 10)
	}
	return conn, err
}

// tally reads to the end and counts frames.
type tally struct {
	conn   *net.TCPConn
	in     chan struct{} // closed when the welcome has come
	buf    [16 << 10]byte
	frames int
	last   []byte // what came last, so many bytes
}

const lastBytes = 100

func (y *tally) read() {
	for {
		n, err := y.conn.Read(y.buf[:])
		if y.frames == 0 && n > 0 {
			close(y.in)
		}
		y.frames += bytes.Count(y.buf[:n], newline)
		y.last = append(y.last, y.buf[max(0, n-lastBytes):n]...)
		y.last = append(y.last[:0], y.last[max(0, len(y.last)-lastBytes):]...)
		if err != nil {
			return
		}
	}
}

// TestStalledAmongMany has ten among five hundred users who read nothing, while
// four talk as fast as they can: the ten go, the others miss nothing.
func TestStalledAmongMany(t *testing.T) {
	healthy := 490
	if testing.Short() {
		healthy = 90
	}
	const (
		stalled, talkers = 10, 4
		grace            = 2 * time.Second
		window           = 512 << 10
		lines            = 125 // of each talker
	)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := New(Config{Grace: grace, Window: window})
	served := make(chan error, 1)
	go func() { served <- m.Serve(&tight{ln, stalled}) }()
	for i := range stalled {
		conn := dial(t, ln.Addr().String())
		if err := conn.SetReadBuffer(4 << 10); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "stalled%d\n", i)
	}
	settle(t, func() bool { return m.Stats().Online == stalled })
	var reading, talking, watching sync.WaitGroup
	var all []*tally
	for i := range healthy {
		y := &tally{conn: dial(t, ln.Addr().String()), in: make(chan struct{})}
		fmt.Fprintf(y.conn, "healthy%d\n", i)
		reading.Go(y.read)
		<-y.in // one after the other: that makes it known what each hears
		all = append(all, y)
	}
	before, begin := memory(), time.Now()
	var done atomic.Bool
	var most int64
	retained := 0
	watching.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for !done.Load() {
			most = max(most, inUse()-before)
			retained = max(retained, m.Stats().Feed.Retained)
			<-tick.C
		}
	})
	text := []byte(strings.Repeat("x", 4000) + "\n")
	for _, y := range all[:talkers] {
		talking.Go(func() {
			for range lines {
				if _, err := y.conn.Write(text); err != nil {
					t.Error(err)
				}
			}
		})
	}
	talking.Wait()
	settle(t, func() bool { return m.Stats().Lines == talkers*lines })
	took := time.Since(begin)
	done.Store(true)
	watching.Wait()
	shut(t, m)
	reading.Wait()
	if err := <-served; err != ErrShutdown {
		t.Errorf("Serve: %v", err)
	}
	goodbye := wire.AppendError(nil, wire.Shutdown.Text())
	for i, y := range all {
		// Welcome, roster, who came later, what was said, who went, good-bye.
		if want := 2 + healthy - 1 - i + talkers*lines + stalled + 1; y.frames != want || !bytes.HasSuffix(y.last, goodbye) {
			t.Errorf("healthy%d got %d frames, want %d; the last is %q", i, y.frames, want, y.last)
			break
		}
	}
	// What is said does not fit in what is kept: for all of it to be said, the
	// stalled ones must be gone; as slow, if the kernel took something late.
	if st := m.Stats(); st.Evicted[wire.Stalled]+st.Evicted[wire.Slow] != stalled || st.Feed.Ended[feed.Finished] != uint64(healthy) {
		t.Errorf("stats %+v", st)
	}
	if limit := window + window/8 + 2*batchSize; retained > limit {
		t.Errorf("%d bytes were kept for readers, want at most %d", retained, limit)
	}
	if limit := int64(window + 16<<20); most > limit { // parked writers' and readers' stacks, the tallies, garbage
		t.Errorf("memory in use has grown by %d bytes, want at most %d", most, limit)
	}
	t.Logf("%d stalled among %d: all said after %v, at most %d bytes kept, %d in use", stalled, stalled+healthy, took, retained, most)
}

// A client of the raw dialect that reads nothing is put out like any other, long
// before the grace, and not borne for as long as the system keeps its spaced frames.
// By then the system may have taken some of them: it is stalled or slow.
func TestStalledRaw(t *testing.T) {
	const grace = 30 * time.Second
	m, addr := serve(t, Config{Detect: true, RawWait: 10 * time.Millisecond, Grace: grace, Window: 512 << 10})
	stalled := dial(t, addr)
	if err := stalled.SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(stalled, "stalled")
	settle(t, func() bool { return m.Stats().Online == 1 })
	y := &tally{conn: dial(t, addr), in: make(chan struct{})}
	fmt.Fprint(y.conn, "talker\n")
	go y.read()
	<-y.in
	text := []byte(strings.Repeat("x", 4000) + "\n")
	ends := func(st Stats) uint64 { return st.Evicted[wire.Stalled] + st.Evicted[wire.Slow] }
	begin := time.Now()
	for ends(m.Stats()) == 0 { // said in vain while the window is full
		if _, err := y.conn.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if st, took := m.Stats(), time.Since(begin); ends(st) != 1 || took > grace/2 {
		t.Errorf("evicted: %v, after %v of a grace of %v", st.Evicted, took, grace)
	}
}
