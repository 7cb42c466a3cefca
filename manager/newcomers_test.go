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
			s, p := talking(b, size)
			for b.Loop() {
				p.apply(s)
			}
		})
	}
}

// talking returns a room with so long a history, and what one in it says.
func talking(b *testing.B, size int) (*state, *publication) {
	s := newState(&Config{History: size}, &nothing{})
	bob := new(stay)
	s.stays.add(bob)
	if out := (joinRequest{stay: bob.id, asked: "bob"}).apply(&s); out.err != nil {
		b.Fatal(out.err)
	}
	p := &publication{from: bob.id, at: time.Now()}
	p.say("bob", []byte(strings.Repeat("x", 64)))
	return &s, p
}

// nothing is a feed of which nothing is kept.
type nothing struct{ entries }

func (*nothing) AppendLocked([]byte) {}

// BenchmarkRecall is what is done for a newcomer who wants the last 200 lines: under
// the lock, and outside of it, where it is the first for these lines or a later one.
func BenchmarkRecall(b *testing.B) {
	s, p := talking(b, 200)
	for range 300 {
		p.apply(s)
	}
	recall := func() recalled { return s.history.recall(wire.Recall{Lines: 200}, 300, nil, false) }
	var dst []byte
	b.Run("locked", func(b *testing.B) {
		for b.Loop() {
			recall()
		}
	})
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			s.history.latest = nil
			got := recall()
			dst = got.appendFrames(dst[:0])
		}
	})
	b.Run("later", func(b *testing.B) {
		for b.Loop() {
			got := recall()
			dst = got.appendFrames(dst[:0])
		}
	})
}

// BenchmarkNewcomers is how long lines take to come back to one who talks on a
// schedule, in the second in which a thousand come in at once: who want the history,
// beside those who do not, in turn.
func BenchmarkNewcomers(b *testing.B) {
	var without, with []time.Duration
	for b.Loop() {
		without = append(without, newcomers(b, 1000, 0)...)
		with = append(with, newcomers(b, 1000, 200)...)
		with = append(with, newcomers(b, 1000, 200)...)
		without = append(without, newcomers(b, 1000, 0)...)
	}
	at := func(of []time.Duration, share float64) float64 {
		slices.Sort(of)
		return float64(of[int(share*float64(len(of)-1))]) / float64(time.Millisecond)
	}
	for _, q := range []struct {
		name  string
		share float64
	}{{"p50", 0.5}, {"p99", 0.99}} {
		b.ReportMetric(at(without, q.share), "without-"+q.name+"-ms")
		b.ReportMetric(at(with, q.share), "with-"+q.name+"-ms")
		b.ReportMetric(at(with, q.share)/at(without, q.share), q.name+"-ratio")
	}
	b.ReportMetric(0, "ns/op")
}

// newcomers has so many users come at once into a room in which somebody says a line
// every ten milliseconds, and returns how long those of a second took to come back.
func newcomers(b *testing.B, n, recall int) (echoes []time.Duration) {
	const pause, lines = 10 * time.Millisecond, 100
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
	next := func() (line string) { // that was said
		for line == "" || line[0] != ' ' {
			if line, err = in.ReadString('\n'); err != nil {
				b.Fatal(err)
			}
		}
		return line
	}
	text := strings.Repeat("x", 64)
	for range 200 {
		fmt.Fprintf(talker, "%s\n", text)
		next()
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	begin := time.Now()
	wg.Go(func() {
		for i := range lines {
			time.Sleep(time.Until(begin.Add(time.Duration(i) * pause)))
			fmt.Fprintf(talker, "%s\n", text)
		}
	})
	ask := "new\n"
	if recall > 0 {
		ask = string(wire.AppendName(nil, "new", wire.Coming{Recall: wire.Recall{Lines: recall}}))
	}
	for range n {
		wg.Go(func() {
			c := dialIn(b, ln, ask)
			go func() { io.Copy(io.Discard, c); c.Close() }() // ends with the room
		})
	}
	for i := range lines {
		next()
		echoes = append(echoes, time.Since(begin.Add(time.Duration(i)*pause)))
	}
	return echoes
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
