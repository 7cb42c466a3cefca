package manager

import (
	"bufio"
	"testing"
	"time"
)

// BenchmarkEcho is how long a user's line takes to come back to itself, read by a
// goroutine that waits for it and after the session was parked.
func BenchmarkEcho(b *testing.B) {
	for _, bm := range []struct {
		name  string
		after time.Duration
	}{{"talking", time.Hour}, {"parked", 100 * time.Microsecond}} {
		b.Run(bm.name, func(b *testing.B) {
			before := parkAfter
			parkAfter = bm.after
			defer func() { parkAfter = before }()
			_, addr := serve(b, Config{})
			conn := dial(b, addr)
			in := bufio.NewReader(conn)
			conn.Write([]byte("amy\n"))
			for range 2 { // the welcome and the roster
				if _, err := in.ReadString('\n'); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				b.StopTimer()
				time.Sleep(time.Millisecond)
				b.StartTimer()
				conn.Write([]byte("hello\n"))
				if _, err := in.ReadSlice('\n'); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
