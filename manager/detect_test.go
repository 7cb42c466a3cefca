package manager

import (
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestFirstBytes has clients send pieces, with a time between them, and looks
// what comes of it.
func TestFirstBytes(t *testing.T) {
	const timeout = `{"error":"no name came in time"}` + "\n"
	welcome := func(name string) string { return `{"welcome":"` + name + `"}` + "\n" + names(name) + "\n" }
	for _, tc := range []struct {
		name   string
		cfg    Config
		pieces []string
		every  time.Duration
		want   string
		after  time.Duration // it has come by then, and not a tenth earlier
	}{
		{"a line", Config{}, []string{"bob\n"}, 0, welcome("bob"), 0},
		{"a name without an end", Config{}, []string{"bob"}, 0, names("bob"), 200 * time.Millisecond},
		{"of one character", Config{}, []string{"李"}, 0, names("李"), 3 * time.Second},
		{"with a message behind it", Config{}, []string{"b", "hi@b" + all}, 10 * time.Millisecond, names("b") + " b:hi@b" + all, 250 * time.Millisecond},
		{"keys", Config{}, []string{"b", "o", "b", "\r\n"}, 250 * time.Millisecond, welcome("bob"), 750 * time.Millisecond},
		{"slow keys", Config{}, strings.Split("b o b \n", " "), 2 * time.Second, welcome("bob"), 6 * time.Second},
		{"keys of a telnet client", Config{}, []string{"\xff\xfb\x1f", "x"}, time.Second, timeout, 10 * time.Second},
		{"bytes that never end", Config{}, strings.Split(strings.Repeat("x ", 60), " "), 300 * time.Millisecond, timeout, 10 * time.Second},
		{"bytes that never end, faster", Config{}, strings.Split(strings.Repeat("xy ", 199)+"x", " "), 150 * time.Millisecond, timeout, 10 * time.Second},
		{"no raw dialect", Config{NoRaw: true}, []string{"bob"}, 0, timeout, 10 * time.Second},
		{"a limit before the wait", Config{LoginTimeout: 2 * time.Second}, []string{"b"}, 0, timeout, 2 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.cfg.Detect = true
			synctest.Test(t, func(t *testing.T) {
				m := New(tc.cfg)
				server, conn := net.Pipe()
				go m.ServeConn(server)
				start := time.Now()
				var got strings.Builder
				var at time.Duration
				done := make(chan struct{})
				go func() {
					defer close(done)
					b := make([]byte, 4096)
					for {
						n, err := conn.Read(b)
						if err != nil {
							return
						}
						got.Write(b[:n])
						at = time.Since(start)
					}
				}()
				for i, piece := range tc.pieces {
					if i > 0 {
						time.Sleep(tc.every)
					}
					if _, err := io.WriteString(conn, piece); err != nil {
						break
					}
				}
				time.Sleep(11*time.Second - time.Since(start))
				synctest.Wait()
				said := got.String()
				if said != tc.want || at > tc.after || at < tc.after*9/10 {
					t.Errorf("after %v it got %q, want %q after %v", at, said, tc.want, tc.after)
				}
				conn.Close()
				<-done
				shut(t, m)
			})
		})
	}
}
