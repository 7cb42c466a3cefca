package manager

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chatsim/manager/wire"
)

// BenchmarkHistory is what a line costs those who say it: with a history, and
// without.
func BenchmarkHistory(b *testing.B) {
	for _, size := range []int{0, 200} {
		b.Run(fmt.Sprint(size, " lines"), func(b *testing.B) {
			s := newState(&Config{History: size}, &nothing{})
			bob := new(stay)
			s.stays.add(bob)
			if out := (joinRequest{stay: bob.id, asked: "bob"}).apply(&s); out.err != nil {
				b.Fatal(out.err)
			}
			p := publication{from: bob.id, at: time.Now()}
			p.say("bob", []byte(strings.Repeat("x", 64)))
			for b.Loop() {
				p.apply(&s)
			}
		})
	}
}

// nothing is a feed of which nothing is kept.
type nothing struct{ entries }

func (*nothing) AppendLocked([]byte) {}

// BenchmarkNewcomers is how long those who talk wait for their own lines while a
// thousand come in at once, who want the history or do not; and how long one of them
// waits for all of it.
func BenchmarkNewcomers(b *testing.B) {
	for _, recall := range []int{0, 200} {
		b.Run(fmt.Sprint("with ", recall, " lines"), func(b *testing.B) {
			var echoes, greetings []time.Duration
			for b.Loop() {
				e, g := newcomers(b, 1000, recall)
				echoes, greetings = append(echoes, e...), append(greetings, g...)
			}
			at := func(of []time.Duration, share float64) float64 {
				slices.Sort(of)
				return float64(of[int(share*float64(len(of)-1))]) / float64(time.Millisecond)
			}
			b.ReportMetric(at(echoes, 0.5), "echo-p50-ms")
			b.ReportMetric(at(echoes, 0.99), "echo-p99-ms")
			b.ReportMetric(at(greetings, 0.5), "greeting-p50-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// newcomers has so many users come at once into a room in which somebody talks, and
// returns how long lines took to come back meanwhile, and greetings to come.
func newcomers(b *testing.B, n, recall int) (echoes, greetings []time.Duration) {
	m := New(Config{History: 200})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- m.Serve(ln) }()
	defer func() { shut(b, m); <-served }()
	talker := dialIn(b, ln, "talker\n")
	defer talker.Close()
	in := bufio.NewReader(talker)
	say := func() time.Duration {
		begin := time.Now()
		fmt.Fprintf(talker, "%s\n", strings.Repeat("x", 64))
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				b.Fatal(err)
			}
			if line[0] == ' ' {
				return time.Since(begin)
			}
		}
	}
	for range 200 {
		say()
	}
	ask := "new\n"
	if recall > 0 {
		ask = string(wire.AppendName(nil, "new", wire.Coming{Recall: wire.Recall{Lines: recall}}))
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			begin := time.Now()
			c := dialIn(b, ln, ask)
			r := bufio.NewReader(c)
			for {
				line, err := r.ReadString('\n')
				if err != nil || line[0] == '[' {
					break
				}
			}
			mu.Lock()
			greetings = append(greetings, time.Since(begin))
			mu.Unlock()
			go func() { io.Copy(io.Discard, c); c.Close() }() // ends with the room
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for {
		select {
		case <-done:
			return echoes, greetings
		default:
			echoes = append(echoes, say())
		}
	}
}

func dialIn(b *testing.B, ln net.Listener, opening string) net.Conn {
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		b.Error(err)
		return nil
	}
	if _, err := io.WriteString(c, opening); err != nil {
		b.Error(err)
	}
	return c
}
