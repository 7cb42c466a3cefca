package manager

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"testing"

	"chatsim/manager/feed"
)

// swallow logs users in who read everything and keep nothing.
func swallow(t testing.TB, m *Manager, addr string, users int) {
	for i := range users {
		conn := dial(t, addr)
		fmt.Fprintf(conn, "reader%d\n", i)
		first := make([]byte, 1)
		if _, err := conn.Read(first); err != nil { // the welcome: it is in
			t.Fatal(err)
		}
		go discard(conn)
	}
	if n := m.Stats().Online; n != users {
		t.Fatalf("%d users are online, want %d", n, users)
	}
}

func discard(conn net.Conn) {
	buf := make([]byte, 64<<10)
	for {
		if _, err := conn.Read(buf); err != nil {
			return
		}
	}
}

// sessionOf finds the session of a user who is online.
func sessionOf(m *Manager, name string) *session {
	m.seq.feed.Lock()
	defer m.seq.feed.Unlock()
	return m.seq.state.room.Lookup(name).Session.(*stay).session
}

func TestPublishingDoesNotAllocate(t *testing.T) {
	m, addr := serve(t, Config{})
	swallow(t, m, addr, 5)
	s := sessionOf(m, "reader0")
	subs := []*feed.Subscriber{s.sub, sessionOf(m, "reader3").sub}
	b := newBatch(m.cfg.MaxLine)
	input := bytes.Repeat([]byte("plain\nhello@reader0@------Group chat-------\r\npsst@reader0@reader3\nhéllo\n"), 25)
	again := func() {
		rest, err := s.dialect.consume(round{s, b}, b.input[:copy(b.input, input)])
		if len(rest) != 0 || err != nil {
			t.Fatalf("rest %q, %v", rest, err)
		}
		m.seq.feed.Lock()
		defer m.seq.feed.Unlock()
		for _, sub := range subs {
			m.seq.feed.WaitConsumedLocked(sub, m.seq.feed.OwedLocked(sub))
		}
	}
	for range 200 { // until the log recycles its chunks
		again()
	}
	if n := testing.AllocsPerRun(200, again); n > 0.5 { // of 100 lines; the rest is the runtime's
		t.Errorf("%v allocations for 100 lines", n)
	}
}

// TestIdleMemory has many who have said something, are in the middle of their
// next line, and wait: their sessions must not hold buffers meanwhile.
func TestIdleMemory(t *testing.T) {
	const users = 200
	m, addr := serve(t, Config{})
	before := memory()
	var conns []net.Conn
	for i := range users {
		conn := dial(t, addr)
		fmt.Fprintf(conn, "reader%d\nhello\nunfinished", i)
		conns = append(conns, conn)
	}
	for m.Stats().Lines < users { // the test's own time limit is the hard end
		runtime.Gosched()
	}
	got := (memory() - before) / users
	runtime.KeepAlive(conns)
	limit := int64(16 << 10) // both ends of the connection, stacks, roster entries
	if sessionOf(m, "reader0").spot.Socket == nil {
		limit += smallRead
	}
	if got > limit {
		t.Errorf("%d bytes for an idle user, want at most %d", got, limit)
	}
}

// memory returns what is in use after all garbage and pooled memory is gone.
func memory() int64 {
	for range 3 {
		runtime.GC()
	}
	return inUse()
}

// inUse is memory with garbage that is not yet collected.
func inUse() int64 {
	var st runtime.MemStats
	runtime.ReadMemStats(&st)
	return int64(st.HeapAlloc + st.StackInuse)
}

// BenchmarkPublish is what a line costs the session that says it, with one
// reader to write it to.
func BenchmarkPublish(b *testing.B) {
	m, addr := serve(b, Config{})
	swallow(b, m, addr, 1)
	s := sessionOf(m, "reader0")
	batch := newBatch(m.cfg.MaxLine)
	line := fmt.Appendf(nil, "%064d@reader0@------Group chat-------\n", 0)
	input := bytes.Repeat(line, 100)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += 100 {
		if _, err := s.dialect.consume(round{s, batch}, batch.input[:copy(batch.input, input)]); err != nil {
			b.Fatal(err)
		}
	}
}
