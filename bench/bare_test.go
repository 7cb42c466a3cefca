package bench

import (
	"net"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"chatsim/loadgen/pace"
)

// bareLine is the size of a line with a text of the default size, in bytes.
const bareLine = 105

// bareLoop returns what no server can do without: one goroutine that writes a line
// to each socket when it is due, and one that reads for each. It reports the p99
// from due to read, in ms.
func bareLoop(tb testing.TB, users, rate int, d time.Duration) float64 {
	tb.Helper()
	needDescriptors(tb, users, 2)
	near, far := connections(tb, users)
	begin := time.Now().Add(10 * time.Millisecond)
	due := func(line int) time.Time { return begin.Add(time.Duration(line) * time.Second / time.Duration(rate)) }
	lines := int(d.Seconds() * float64(rate))
	took := make([][]time.Duration, users)
	var g errgroup.Group
	for i, c := range far {
		g.Go(func() (err error) {
			took[i], err = readLines(c, lines, due)
			return err
		})
	}
	g.Go(func() error {
		pacer := pace.New()
		defer pacer.Stop()
		b := make([]byte, bareLine)
		for line := 0; line < lines && pacer.Until(tb.Context(), due(line)); line++ {
			for _, c := range near {
				if _, err := c.Write(b); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		tb.Fatal(err)
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	return ms(int64(all[len(all)*99/100]))
}

// readLines reads so many lines and returns how long each took from when it was due.
func readLines(c net.Conn, lines int, due func(int) time.Time) ([]time.Duration, error) {
	took := make([]time.Duration, 0, lines)
	buf := make([]byte, 4<<10)
	for got := 0; len(took) < lines; {
		n, err := c.Read(buf)
		if err != nil {
			return nil, err
		}
		now := time.Now()
		got += n
		for len(took) < got/bareLine {
			took = append(took, now.Sub(due(len(took))))
		}
	}
	return took, nil
}

// connections are both ends of n connections over loopback, until the test ends.
func connections(tb testing.TB, n int) (near, far []net.Conn) {
	tb.Helper()
	ln := listen(tb)
	defer ln.Close()
	for range n {
		f, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { f.Close() })
		c, err := ln.Accept()
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { c.Close() })
		near, far = append(near, c), append(far, f)
	}
	return near, far
}
