package manager

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"net"
	"sync"
	"testing"

	"chatsim/manager/wire"
)

// heard is what one user heard, to the end.
type heard struct {
	lines uint64
	sum   uint64 // of all lines, in their order
	last  string // frame
	err   error
}

// hearAll reads to the end, and says when it is in and when a line of its own
// has come back.
func hearAll(conn net.Conn, name string, in, back func()) (h heard) {
	own := []byte(" " + name + ":")
	sum := fnv.New64a()
	frames := bufio.NewScanner(conn)
	frames.Split(wholeLines)
	for frames.Scan() {
		switch frame := frames.Bytes(); frame[0] {
		case ' ':
			h.lines++
			sum.Write(frame)
			if bytes.HasPrefix(frame, own) {
				back()
			}
		case '[':
			in()
		default:
			h.last = string(frame)
		}
	}
	h.sum, h.err = sum.Sum64(), frames.Err()
	return h
}

// TestShutdownAtFullRate shuts down while all talk as fast as the room takes it,
// a thousand lines under way: what was accepted from anybody comes to everybody.
func TestShutdownAtFullRate(t *testing.T) {
	const users, underWay = 20, 50
	enough := uint64(10_000)
	if testing.Short() {
		enough = 3_000
	}
	m, addr := serve(t, Config{})
	var coming, talking, reading sync.WaitGroup
	all := make([]heard, users)
	coming.Add(users)
	for i := range users {
		conn, name := dial(t, addr), fmt.Sprintf("user%d", i)
		fmt.Fprintln(conn, name)
		may := make(chan struct{}, underWay)
		reading.Go(func() {
			all[i] = hearAll(conn, name, coming.Done, func() { <-may })
			conn.Close()
		})
		talking.Go(func() {
			coming.Wait()
			for n := 0; ; n++ {
				select {
				case may <- struct{}{}:
				case <-m.ctx.Done():
					return
				}
				if _, err := fmt.Fprintf(conn, "%064d\n", n); err != nil {
					return
				}
			}
		})
	}
	settle(t, func() bool { return m.Stats().Lines >= enough })
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := m.Shutdown(ctx); err != nil {
		t.Errorf("shutdown: %v", err)
	}
	reading.Wait()
	talking.Wait()
	accepted := m.Stats().Lines
	for i, h := range all {
		if h.lines != accepted || h.sum != all[0].sum {
			t.Errorf("user %d heard %d lines of %d accepted, in the first one's order: %v", i, h.lines, accepted, h.sum == all[0].sum)
		}
		if want := string(bytes.TrimSuffix(wire.AppendError(nil, wire.Shutdown.Text()), newline)); h.last != want || h.err != nil {
			t.Errorf("user %d heard %q last, then %v", i, h.last, h.err)
		}
	}
	t.Logf("%d lines accepted, heard by each of %d", accepted, users)
}

// TestShutdownWaitsForWhoTalks has one who has not read what was written to it,
// and goes on talking for a while before it does.
func TestShutdownWaitsForWhoTalks(t *testing.T) {
	const lines = 200
	m, addr := serve(t, Config{})
	amy := come(t, addr, "amy", "amy")
	bob := dial(t, addr)
	if err := bob.SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(bob, "bob")
	amy.expect(joined("bob"))
	text := string(bytes.Repeat([]byte("x"), 1000))
	for range lines {
		amy.send(text)
		amy.expect(group("amy", text))
	}
	settle(t, func() bool { return m.Stats().Feed.Blocked == 0 })
	down := make(chan error)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		down <- m.Shutdown(ctx)
	}()
	amy.expect(`{"error":"the server is shutting down"}`)
	amy.ends()
	amy.conn.Close()
	if n, err := bob.Write(make([]byte, 8<<20)); err != nil {
		t.Errorf("bob was cut off %d bytes later: %v", n, err)
	}
	if err := bob.SetReadBuffer(1 << 20); err != nil {
		t.Fatal(err)
	}
	h := hearAll(bob, "bob", func() {}, func() {})
	if h.lines != lines || h.last != `{"error":"the server is shutting down"}` || h.err != nil {
		t.Errorf("bob heard %d lines of %d, then %q, then %v", h.lines, lines, h.last, h.err)
	}
	bob.Close()
	if err := <-down; err != nil {
		t.Errorf("shutdown: %v", err)
	}
}
