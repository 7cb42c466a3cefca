package chatter

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/chatter/dialect"
	"chatsim/manager/wire"
)

// poster is a codec that posts its lines, and has each come back with the answer.
type poster struct {
	dialect.Codec
	lines    []string // the first is under way, or next
	underWay bool
	frames   []string
}

func (p *poster) Login(dst []byte) ([]byte, error) { return append(dst, "in\n"...), nil }
func (p *poster) Leave(dst []byte) ([]byte, bool)  { return append(dst, "out\n"...), false }
func (p *poster) Waits() bool                      { return len(p.frames) > 0 }
func (p *poster) Answer(dst []byte) []byte         { return dst }

func (p *poster) Say(dst, text []byte) ([]byte, error) {
	p.lines = append(p.lines, string(text))
	return dst, nil
}

func (p *poster) Held(now time.Time) (until time.Time) {
	if len(p.lines) > 0 {
		until = now.Add(time.Minute)
	}
	return until
}

func (p *poster) Call() (*dialect.Call, error) {
	if p.underWay || len(p.lines) == 0 {
		return nil, nil
	}
	p.underWay = true
	return &dialect.Call{URL: p.lines[0]}, nil
}

func (p *poster) Answered(a *dialect.Answer) error {
	said := string(a.Body)
	if a.Err != nil {
		said = a.Err.Error()
	}
	p.lines, p.underWay, p.frames = p.lines[1:], false, append(p.frames, said)
	return nil
}

func (p *poster) Upgrade(func(string) string) (path string, header map[string]string, err error) {
	return "", nil, nil
}

func (p *poster) Decode(f *Frame, in []byte, cut bool) (n int, err error) {
	if len(p.frames) == 0 {
		return p.Codec.Decode(f, in, cut)
	}
	f.Frame = wire.Frame{Kind: wire.Error, Text: []byte(p.frames[0])}
	p.frames = p.frames[1:]
	return 0, nil
}

// asking returns a client that posts its lines, and what its server reads of it. do is
// told each line, and returns its answer.
func asking(t *testing.T, do func(ctx context.Context, line string) (string, error)) (c *Client, server net.Conn, closed *bool) {
	mine, server := net.Pipe()
	login := make([]byte, 8)
	go func() { _, _ = server.Read(login) }()
	codec := &poster{Codec: dialect.NewLine("bob")}
	c, err := Open(mine, codec)
	if err != nil {
		t.Fatal(err)
	}
	closed = new(bool)
	c.Asks(&HTTP{Codec: codec, Close: func() { *closed = true }, Do: func(ctx context.Context, call *dialect.Call) (*dialect.Answer, error) {
		body, err := do(ctx, call.URL)
		return &dialect.Answer{Body: []byte(body)}, err
	}})
	return c, server, closed
}

// TestPosts has lines be posted one after the other, while the stream is read, and the
// goodbye be said behind the last answer.
func TestPosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, server, closed := asking(t, func(_ context.Context, line string) (string, error) {
			time.Sleep(time.Second) // of the bubble
			return "got " + line, nil
		})
		begun := time.Now()
		frames, after := make(chan string), make(chan time.Duration, 8)
		go func() {
			defer close(frames)
			for f := new(Frame); c.Next(f) == nil; {
				after <- time.Since(begun)
				frames <- string(f.Text)
			}
		}()
		go func() {
			for _, line := range []string{"a", "b"} {
				_ = c.Say([]byte(line))
			}
			_ = c.Leave(FIN)
		}()
		_, _ = server.Write([]byte(" amy:hi@amy@bob\n"))
		goodbye := make(chan string)
		go func() {
			b := make([]byte, 8)
			n, _ := server.Read(b)
			goodbye <- string(b[:n])
			server.Close()
		}()
		for i, want := range []string{"hi", "got a", "got b"} {
			if got := <-frames; got != want || <-after != time.Duration(i)*time.Second {
				t.Errorf("%s after %v, want %s", got, time.Since(begun), want)
			}
		}
		if said := <-goodbye; said != "out\n" || time.Since(begun) != 2*time.Second {
			t.Errorf("%q is said after %v", said, time.Since(begun))
		}
		<-frames
		if c.Close(); !*closed {
			t.Error("connections are kept that nobody needs")
		}
	})
}

// TestPostsEnd has a request under way be ended with the client, and one that is not
// answered be given up.
func TestPostsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ends sync.WaitGroup
		c, server, closed := asking(t, func(ctx context.Context, _ string) (string, error) {
			defer ends.Done()
			<-ctx.Done()
			return "", ctx.Err()
		})
		defer server.Close()
		begun := time.Now()
		ends.Add(1)
		_ = c.Say([]byte("a"))
		var f Frame
		if err := c.Next(&f); err != nil || string(f.Text) != context.DeadlineExceeded.Error() || time.Since(begun) != answerWithin {
			t.Errorf("%s, %v after %v", f.Text, err, time.Since(begun))
		}
		ends.Add(1)
		_ = c.Say([]byte("b"))
		if c.Close(); !*closed {
			t.Error("connections are kept that nobody needs")
		}
		ends.Wait()
		if err := c.Next(&f); time.Since(begun) != answerWithin || err != nil && !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}
