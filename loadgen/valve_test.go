package loadgen

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/chatter"
)

// far is a connection that has always something to read, and keeps what is written
// with the time at which it was.
type far struct {
	net.Conn
	wrote []byte
	at    []time.Duration
	begun time.Time
}

func (c *far) Read(b []byte) (int, error) { return len(b), nil }
func (c *far) Close() error               { return nil }
func (c *far) Write(b []byte) (int, error) {
	c.wrote = append(c.wrote, b...)
	for range b {
		c.at = append(c.at, time.Since(c.begun))
	}
	return len(b), nil
}

// A valve reads so many bytes a second, none, and then again all there is.
func TestValveReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newValve(&far{begun: time.Now()})
		buf := make([]byte, 8<<10)
		reads := func(ctx context.Context, rate float64) (n int) {
			v.readSlowly(ctx, rate)
			for ctx.Err() == nil {
				k, err := v.Read(buf)
				if err != nil {
					t.Fatal(err)
				}
				n += k
			}
			return n
		}
		for _, rate := range []float64{1, 500, 10_000} {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			if n := reads(ctx, rate); float64(n) < 9*rate || float64(n) > 11*rate {
				t.Errorf("%d bytes in 10 s at %v a second", n, rate)
			}
			cancel()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begun := time.Now()
		if n := reads(ctx, 0); n != len(buf) || time.Since(begun) != time.Minute { // once it reads on
			t.Errorf("%d bytes after %v of a stall of a minute", n, time.Since(begun))
		}
		v.readSlowly(t.Context(), 0)
		time.AfterFunc(time.Second, func() { _ = v.Close() })
		if _, err := v.Read(buf); !errors.Is(err, net.ErrClosed) {
			t.Errorf("closed while it read nothing: %v", err)
		}
	})
}

// A valve writes byte by byte; before the last the writer is told, and what is left
// when the time is over goes at once.
func TestValveWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			seconds int
			last    time.Duration // when the last of ten bytes is written
		}{{100, 9 * time.Second}, {4, 4 * time.Second}} {
			f := &far{begun: time.Now()}
			v := newValve(f)
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(c.seconds)*time.Second)
			v.writeSlowly(ctx, 1)
			told := -1
			v.beforeLast(func() { told = len(f.wrote) })
			if n, err := v.Write([]byte("0123456789")); n != 10 || err != nil || !bytes.Equal(f.wrote, []byte("0123456789")) {
				t.Errorf("%d, %v, wrote %q", n, err, f.wrote)
			}
			if f.at[1] != time.Second || f.at[9] != c.last {
				t.Errorf("bytes were written at %v", f.at)
			}
			if told < min(9, c.seconds) || told > 9 {
				t.Errorf("told when %d bytes were written", told)
			}
			cancel()
		}
		f := &far{begun: time.Now()}
		v := newValve(f)
		v.writeSlowly(t.Context(), 1)
		time.AfterFunc(2500*time.Millisecond, func() { _ = v.Close() })
		if n, err := v.Write(make([]byte, 10)); n != 3 || !errors.Is(err, net.ErrClosed) {
			t.Errorf("closed while it wrote: %d, %v", n, err)
		}
		if err := v.CloseWrite(); !errors.Is(err, errors.ErrUnsupported) || v.NetConn() != net.Conn(f) {
			t.Errorf("%v", err)
		}
	})
}

// What a client is told before it goes through a valve is not lost, nor what comes
// through it.
func TestThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, other := net.Pipe()
		go func() {
			_, _ = io.ReadFull(other, make([]byte, 4)) // its name
			_, _ = io.WriteString(other, "{\"welcome\":\"amy\"}\n[\"amy\"]\n amy:hi@a")
			_, _ = io.WriteString(other, "my@------Group chat-------\n")
		}()
		c, err := chatter.New(near, "amy")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var f Frame
		next := func() string {
			if err := c.Next(&f); err != nil {
				t.Fatal(err)
			}
			return string(f.Raw)
		}
		welcome := next()
		c.Through(func(conn net.Conn) net.Conn { return newValve(conn) })
		if roster, line := next(), next(); welcome != `{"welcome":"amy"}` || roster != `["amy"]` || line != " amy:hi@amy@------Group chat-------" {
			t.Errorf("%q, %q, %q", welcome, roster, line)
		}
	})
}
