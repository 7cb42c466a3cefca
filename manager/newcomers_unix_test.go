//go:build unix

package manager

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"chatsim/manager/wire"
)

// BenchmarkNewcomers is how long lines take to come back to one who talks on a
// schedule, in the second in which a thousand come in at once: who want the history,
// beside those who do not, in turn. Of each such second there is a p50 and a p99, and
// the processor's time in it, which other load on the machine changes least; medians
// of these are reported.
func BenchmarkNewcomers(b *testing.B) {
	var without, with seconds
	for b.Loop() {
		without.add(newcomers(b, 1000, 0))
		with.add(newcomers(b, 1000, 200))
		with.add(newcomers(b, 1000, 200))
		without.add(newcomers(b, 1000, 0))
	}
	for i, name := range []string{"p50", "p99", "cpu"} {
		b.ReportMetric(without.median(i), "without-"+name+"-ms")
		b.ReportMetric(with.median(i), "with-"+name+"-ms")
		b.ReportMetric(with.median(i)/without.median(i), name+"-ratio")
	}
	b.ReportMetric(0, "ns/op")
}

// seconds are the p50, the p99 and the processor's time of each, in milliseconds.
type seconds [3][]float64

func (s *seconds) add(echoes []time.Duration, processor time.Duration) {
	slices.Sort(echoes)
	for i, d := range []time.Duration{echoes[len(echoes)/2], echoes[len(echoes)*99/100], processor} {
		s[i] = append(s[i], float64(d)/float64(time.Millisecond))
	}
}

func (s *seconds) median(i int) float64 {
	slices.Sort(s[i])
	return s[i][len(s[i])/2]
}

// newcomers has so many users come at once into a room in which somebody says a line
// every ten milliseconds, and returns how long those of a
// second took to come back, and the processor's time that this process has used.
func newcomers(b *testing.B, n, recall int) (echoes []time.Duration, used time.Duration) {
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
	begin, before := time.Now(), processorTime(b)
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
	return echoes, processorTime(b) - before
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

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
