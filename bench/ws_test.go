package bench

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/measure"
	"chatsim/loadgen/report"
	"chatsim/manager"
	"chatsim/manager/web"
)

// BenchmarkWebSocket is what those who come by a browser cost. delivery: the
// processor time, of both ends, of a delivery to 100 readers who throw all away, over
// WebSockets as a ratio to the line dialect. beside: the p99 of 500 chatters at 100 lines/s while
// 10 others read over WebSockets, as a ratio to the same without.
func BenchmarkWebSocket(b *testing.B) { run(b, webSocketTrials) }

func webSocketTrials(s scale) []trial { return clientTrials(s, "ws", joinWS, 50) }

// clientTrials are what those who join by another dialect than line cost: a
// delivery to them, and beside chatters of the line dialect, one for each share
// of these.
func clientTrials(s scale, name string, by func(tb testing.TB, addr, name string) net.Conn, share int) []trial {
	readers, lines := min(100, s.most), 50_000
	if s.most < 100 {
		lines = 500
	}
	users := min(500, s.most)
	return []trial{
		{fmt.Sprintf("delivery/readers=%d", readers), func(tb testing.TB) figures {
			at := func(join func(tb testing.TB, addr, name string) net.Conn) func() float64 {
				return func() float64 { return deliver(tb, readers, lines, join) * 1e9 / float64(readers*lines) }
			}
			return s.interleave(name+"/line", "cpu-ns/delivery", name, "line", at(by), at(joinLine))
		}},
		{fmt.Sprintf("beside/users=%d", users), func(tb testing.TB) figures {
			return s.interleave("with/without", "p99-ms", "with", "without",
				func() float64 { return besideP99(tb, s, users, users/share, by) },
				func() float64 { return besideP99(tb, s, users, 0, nil) })
		}},
	}
}

// openWeb opens a room that speaks WebSockets too.
func openWeb(tb testing.TB) (addr string, stop func()) {
	ln := listen(tb)
	return ln.Addr().String(), serveWith(tb, ln, manager.Config{Detect: true}, func(m *manager.Manager) { m.Handle(web.Sockets(m.ServeLines)) })
}

// besideP99 returns the p99 of the deliveries to chatters of the line dialect, in ms,
// while so many others read by another door.
func besideP99(tb testing.TB, s scale, users, others int, join func(tb testing.TB, addr, name string) net.Conn) float64 {
	tb.Helper()
	rep := driveBy(tb, func(tb testing.TB) (string, func()) {
		addr, stop := openWeb(tb)
		var conns []net.Conn
		for i := range others {
			conn := join(tb, addr, "other"+numbered(i))
			conns = append(conns, conn)
			go func() { _ = discard(conn, lastLine) }() // which is not said: until it is closed
		}
		return addr, func() {
			for _, conn := range conns {
				conn.Close()
			}
			stop()
		}
	}, loadgen.Dial, loadgen.Config{Users: users, Size: defaultSize, Verify: check.Full,
		Duration: s.paced, Warmup: s.paced / 3, Rate: report.Rate(100), Drain: 30 * time.Second})
	if rep.Latency.Delivery.P99 == nil {
		tb.Fatal("too few deliveries for a p99")
	}
	return ms(*rep.Latency.Delivery.P99)
}

const lastLine = "that is all"

// deliver returns the processor time, in seconds, until each reader has every line; what
// has passed where the system does not tell that. In every other run or so TCP waits for a
// third of a second, with both processors idle, for a receiver whose window was full: so
// what has passed differs fourfold between runs that did the same.
func deliver(tb testing.TB, readers, lines int, join func(tb testing.TB, addr, name string) net.Conn) float64 {
	tb.Helper()
	addr, stop := openWeb(tb)
	defer stop()
	var g errgroup.Group
	for i := range readers {
		conn := join(tb, addr, numbered(i))
		defer conn.Close()
		g.Go(func() error { return discard(conn, lastLine) })
	}
	speaker := joinLine(tb, addr, "speaker")
	defer speaker.Close()
	g.Go(func() error { return discard(speaker, lastLine) })
	text := []byte(strings.Repeat(strings.Repeat("x", defaultSize)+"\n", 100))
	start, watched := time.Now(), measure.Watch(0)
	for range lines / 100 {
		if _, err := speaker.Write(text); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := speaker.Write([]byte(lastLine + "\n")); err != nil {
		tb.Fatal(err)
	}
	if err := g.Wait(); err != nil {
		tb.Fatal(err)
	}
	passed, used := time.Since(start), watched()
	return cmp.Or(used.Resources().CPUS, passed.Seconds())
}

func joinLine(tb testing.TB, addr, name string) net.Conn { return joinBy(tb, addr, name+"\n", welcome) }

// joinWS returns a handshake whose answer nobody looks at, and a frame with a mask of
// zeros.
func joinWS(tb testing.TB, addr, name string) net.Conn {
	return joinBy(tb, addr, "GET /ws HTTP/1.1\r\nHost: "+addr+"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"+
		string([]byte{0x81, 0x80 | byte(len(name)), 0, 0, 0, 0})+name, welcome)
}

// welcome is in what the line dialect is told when it is in.
const welcome = `"welcome"`

// joinBy sends the opening and waits until it is in, which a text tells.
func joinBy(tb testing.TB, addr, opening, in string) net.Conn {
	tb.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := io.WriteString(conn, opening); err != nil {
		tb.Fatal(err)
	}
	if err := discard(conn, in); err != nil {
		tb.Fatal(err)
	}
	return conn
}

// discard reads until a text has come.
func discard(conn net.Conn, text string) error {
	const tail = 128
	buf := make([]byte, tail+64<<10)
	kept := 0
	for {
		n, err := conn.Read(buf[kept:])
		if err != nil {
			return fmt.Errorf("waiting for %q: %w", text, err)
		}
		end := kept + n
		if bytes.Contains(buf[:end], []byte(text)) {
			return nil
		}
		kept = copy(buf, buf[max(0, end-tail):end])
	}
}
