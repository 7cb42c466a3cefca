package manager

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/semaphore"

	"chatsim/manager/cluster"
)

// dammed is a stream that stands still while it is dammed up.
type dammed struct {
	events chan cluster.Event

	mu    sync.Mutex
	seq   uint64
	dam   bool
	above [][]byte // what waits
}

func newDammed() *dammed {
	s := &dammed{events: make(chan cluster.Event, 1<<16)}
	s.events <- cluster.Event{Begin: true}
	return s
}

func (s *dammed) Publish(data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.above = append(s.above, bytes.Clone(data))
	s.flowLocked()
	return nil
}

func (s *dammed) flowLocked() {
	for ; !s.dam && len(s.above) > 0; s.above = s.above[1:] {
		s.seq++
		s.events <- cluster.Event{Message: cluster.Message{Seq: s.seq, At: time.Unix(1_700_000_000, int64(s.seq)), Data: s.above[0]}}
	}
}

// set dams the stream up, or has it flow.
func (s *dammed) set(dam bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dam = dam
	s.flowLocked()
}

func (s *dammed) Events() <-chan cluster.Event { return s.events }
func (s *dammed) Ask()                         {}
func (s *dammed) Answer(bool)                  {}
func (s *dammed) Close()                       {}

// Users who talk while the stream stands still are slowed once there is so much of
// them as may wait. Nothing of what they have said is lost, nor out of order.
func TestStreamStandsStill(t *testing.T) {
	const users, lines, limit = 4, 400, 200 << 10
	stream := newDammed()
	m := New(Config{Stream: stream})
	m.seq.replica.luggage.memory = semaphore.NewWeighted(limit)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = m.Serve(ln) })
	var clients []*bufio.Reader
	var writing sync.WaitGroup
	var conns []net.Conn
	for i := range users {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
		fmt.Fprintf(conn, "user%d\n", i)
		in := bufio.NewReader(conn)
		for range 2 { // the welcome and the roster
			if _, err := in.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		clients, conns = append(clients, in), append(conns, conn)
	}
	stream.set(true)
	for _, conn := range conns {
		writing.Go(func() {
			for n := range lines {
				fmt.Fprintf(conn, "%d %s\n", n, strings.Repeat("x", 1000))
			}
		})
	}
	deadline := time.Now().Add(30 * time.Second)
	for st := m.Cluster(); st.Slowed == 0; st = m.Cluster() {
		if st.Held > limit || time.Now().After(deadline) {
			t.Fatalf("%d bytes have not come back, and nobody waits", st.Held)
		}
		time.Sleep(time.Millisecond)
	}
	stream.set(false)
	for i, in := range clients {
		heard := make(map[string]int)
		for total := 0; total < users*lines; {
			line, err := in.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			who, text, said := strings.Cut(strings.TrimPrefix(line, " "), ":")
			if !said || strings.HasPrefix(line, "{") {
				continue
			}
			if want := fmt.Sprint(heard[who], " x"); !strings.HasPrefix(text, want) {
				t.Fatalf("user %d hears %.20q of %s, want %q", i, text, who, want)
			}
			heard[who]++
			total++
		}
	}
	writing.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := m.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	serving.Wait()
	if st := m.Cluster(); st.Held != 0 {
		t.Errorf("%d bytes have not come back in the end", st.Held)
	}
}
