package manager

import (
	"bytes"
	"context"
	"net"
	"testing"
	"time"

	"chatsim/manager/wire"
)

// tape is a connection that keeps what is written to it.
type tape struct {
	net.Conn
	bytes.Buffer
}

func (t *tape) Write(b []byte) (int, error)      { return t.Buffer.Write(b) }
func (t *tape) Read([]byte) (int, error)         { return 0, net.ErrClosed }
func (t *tape) SetWriteDeadline(time.Time) error { return nil }

// replay gives a user's input, cut in pieces, to a room of its own and returns
// all that this user is sent.
func replay(t *testing.T, input []byte, piece int) []byte {
	m := New(Config{MaxLine: 50})
	conn := &tape{}
	s := newSession(m, conn)
	s.asked = "bob"
	if _, err := s.join(); err != nil {
		t.Fatal(err)
	}
	m.feed.Release(s.sub)
	b := newBatch(m.cfg.MaxLine)
	var rest []byte
	for len(input) > 0 {
		n := min(piece, len(input))
		data := append(rest, input[:n]...)
		input = input[n:]
		left, err := s.consume(b, data)
		if err != nil {
			t.Fatal(err)
		}
		rest = bytes.Clone(left)
	}
	s.leave(true)
	<-s.ended
	if err := m.feed.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	return conn.Bytes()
}

// FuzzInput sends anything in pieces of any size: what comes of it does not
// depend on the pieces, and is nothing but frames without control characters.
func FuzzInput(f *testing.F) {
	for _, seed := range []string{
		"hello\nworld\r\n",
		"hi@bob@" + wire.Group + "\nme@bob@bob\nno@bob@eve\nx@eve@bob\n",
		"/who\n/msg bob hi\n//x\n/msg\n/msg eve x\n",
		"\x00\x1b[2J\xff\xfe\u0085\t\n\n\n@@\n@bob@\n",
		"0123456789012345678901234567890123456789012345678901234567890123456789\nafter\n",
		"01234567890123456789012345678901234567890123456789\r\nunfinished",
	} {
		for _, piece := range []int{1, 3, 50} {
			f.Add([]byte(seed), piece)
		}
	}
	f.Fuzz(func(t *testing.T, input []byte, piece int) {
		whole := replay(t, input, len(input)+1)
		if pieces := replay(t, input, max(piece, 1)); !bytes.Equal(whole, pieces) {
			t.Fatalf("in one piece  %q\nin pieces of %d %q", whole, piece, pieces)
		}
		var frame wire.Frame
		for line := range bytes.Lines(whole) {
			line, ok := bytes.CutSuffix(line, newline)
			if err := frame.Parse(line); !ok || err != nil {
				t.Fatalf("sent %q: %v", line, err)
			}
			if frame.Kind == wire.Line && !bytes.Equal(wire.AppendText(nil, frame.Text), frame.Text) {
				t.Fatalf("sent text that must not be said: %q", frame.Text)
			}
		}
	})
}
