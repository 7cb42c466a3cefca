package manager

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"chatsim/manager/wire"
)

// script is a connection whose reads give these pieces, one each, and then the
// end. It keeps what is written to it.
type script struct {
	net.Conn
	pieces [][]byte
	got    bytes.Buffer
}

func (s *script) Read(b []byte) (int, error) {
	if len(s.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(b, s.pieces[0])
	if s.pieces[0] = s.pieces[0][n:]; len(s.pieces[0]) == 0 {
		s.pieces = s.pieces[1:]
	}
	return n, nil
}

func (s *script) Write(b []byte) (int, error)      { return s.got.Write(b) }
func (s *script) Close() error                     { return nil }
func (s *script) RemoteAddr() net.Addr             { return &net.UnixAddr{Name: "script"} }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// listen lets a user in who says nothing and hears all that is written to conn.
func listen(t testing.TB, m *Manager, name string, conn net.Conn) {
	s := newSession(m, conn)
	s.asked, s.signs = name, name
	if _, err := (login{s}).join(); err != nil {
		t.Fatal(err)
	}
	m.seq.feed.Release(s.sub)
}

// replay has a room read one connection's whole input in these pieces, and returns
// what that connection and somebody else in the room are sent.
func replay(t testing.TB, pieces [][]byte) (own, other []byte) {
	m := New(Config{MaxLine: 70, Window: 64 << 10})
	amy, conn := &script{}, &script{pieces: pieces}
	listen(t, m, "amy", amy)
	m.ServeConn(conn)
	if err := m.seq.feed.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if st := m.Stats(); st.Panics != 0 {
		t.Fatalf("%d panics", st.Panics)
	}
	return conn.got.Bytes(), amy.got.Bytes()
}

// cut returns b in pieces of n bytes.
func cut(b []byte, n int) (pieces [][]byte) {
	for len(b) > n {
		pieces, b = append(pieces, b[:n]), b[n:]
	}
	return append(pieces, b)
}

// presentable says what is wrong with a frame that was sent, if anything.
func presentable(frame *wire.Frame, line []byte) string {
	line, whole := bytes.CutSuffix(line, newline)
	switch err := frame.Parse(line); {
	case !whole:
		return "no end"
	case err != nil:
		return err.Error()
	case !utf8.Valid(line):
		return "not UTF-8"
	case bytes.ContainsFunc(line, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }):
		return "a control character"
	}
	return ""
}

// inputs are whole stays, from the name line to an unfinished last line.
var inputs = []string{
	"bob\nhello\nworld\r\n\n\r\nhéllo 😀\nunfinished",
	" bob \r\nhi@bob@" + wire.Group + "\r\nme@bob@bob\nno@bob@eve\nto@bob@amy\nx@eve@bob\n@@\n@bob@\na@b@c@bob@amy\n",
	"amy\n/who\n/msg amy hi\n//x\n/msg\n/msg eve x\nclaimed@amy@" + wire.Group + "\nassigned@amy2@" + wire.Group + "\n/who\n",
	"bob\n\x00\x1b[2J\xff\xfe\u0085\t\n\xf0\x9f\x98\nx\xf0\x9f\x98\x80\n\x9b31m\n\xc2\x85\xe2\x80\xa8\n\xed\xa0\x80\n",
	"bob\n0123456789012345678901234567890123456789012345678901234567890123456789\nfits\r\n" +
		"01234567890123456789012345678901234567890123456789012345678901234567890\nlong\n" +
		"0123456789012345678901234567890123456789012345678901234567890123456789\r\nlong, too\n" +
		"01234567890123456789012345678901234567890123456789012345678901234567890123456789@bob@amy\n" +
		"01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567",
	"\nunnamed\n", wire.NoName + "\r\nunnamed\n", "李 雷\nhi@李 雷@李 雷\n/msg 李 雷 hi\n",
	"b@b\nrefused\n", "b\x1bb\n", "\xff\n", "no end", "",
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789 no end of the name",
	"0123456789012345678901234567890123456789012345678901234567890123456789\nname too long\n",
}

// TestEverySplit cuts what comes in at every point, and in equal pieces of every
// size: what comes out is the same.
func TestEverySplit(t *testing.T) {
	for _, input := range inputs {
		wantOwn, wantOther := replay(t, [][]byte{[]byte(input)})
		same := func(pieces [][]byte) {
			own, other := replay(t, pieces)
			if !bytes.Equal(own, wantOwn) || !bytes.Equal(other, wantOther) {
				t.Fatalf("in one piece: own %q, other %q\nin pieces %q: own %q, other %q", wantOwn, wantOther, pieces, own, other)
			}
		}
		for at := 1; at < len(input); at++ {
			same([][]byte{[]byte(input[:at]), []byte(input[at:])})
			same(cut([]byte(input), at))
		}
	}
}

// FuzzStay is a connection that sends anything, in pieces of any size: what
// comes of it does not depend on the pieces, and is nothing but frames without
// control characters.
func FuzzStay(f *testing.F) {
	for _, input := range inputs {
		f.Add([]byte(input), 1)
		f.Add([]byte(input), 7)
	}
	f.Fuzz(func(t *testing.T, input []byte, piece int) {
		wantOwn, wantOther := replay(t, [][]byte{input})
		own, other := replay(t, cut(input, max(piece, 1)))
		if !bytes.Equal(own, wantOwn) || !bytes.Equal(other, wantOther) {
			t.Fatalf("in one piece  %q, other %q\nin pieces of %d %q, other %q", wantOwn, wantOther, piece, own, other)
		}
		var frame wire.Frame
		for _, stream := range [][]byte{own, other} {
			for line := range bytes.Lines(stream) {
				if wrong := presentable(&frame, line); wrong != "" {
					t.Fatalf("sent %q: %s", line, wrong)
				}
			}
		}
	})
}
