package chatter

import (
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
)

// script is a connection whose reads give these pieces, one each, and then the
// end.
type script struct {
	net.Conn
	pieces []string
}

func (s *script) Read(b []byte) (int, error) {
	if len(s.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(b, s.pieces[0])
	if s.pieces[0] = s.pieces[0][n:]; s.pieces[0] == "" {
		s.pieces = s.pieces[1:]
	}
	return n, nil
}

func (s *script) Write(b []byte) (int, error) { return len(b), nil }

// hear returns what a client hears of a stream in these pieces, to its end.
func hear(t *testing.T, pieces ...string) (got []string) {
	client, err := New(&script{pieces: slices.DeleteFunc(pieces, func(p string) bool { return p == "" })}, "bob")
	if err != nil {
		t.Fatal(err)
	}
	var f Frame
	for {
		err := client.Next(&f)
		var wrong *FrameError
		switch {
		case err == nil:
			got = append(got, strings.TrimSuffix(show(&f), " +"))
		case errors.As(err, &wrong):
			got = append(got, err.Error())
		default:
			return append(got, err.Error())
		}
	}
}

var streams = []string{
	"{\"welcome\":\"bob2\"}\n[\"bob\",\"bob2\"]\n{\"join\":[\"李雷\"]}\n 李雷:你好@李雷@bob2\n{\"leave\":[\"李雷\"]}\n{\"error\":\"the room is full\"}\n",
	" bob:a@b@bob@------Group chat-------\n\n\r\n[\"\\u0041\"]\r\nHTTP/1.1 400\n{\"join\":[\"a\",\"b\"]}\n{\"jo",
	" bob:@bob@------Group chat-------\n bob:no end",
}

// Wherever a stream is cut, it is the same frames: each kind, and what is none.
func TestEverySplit(t *testing.T) {
	for _, stream := range streams {
		want := hear(t, stream)
		for at := 1; at < len(stream); at++ {
			if got := hear(t, stream[:at], stream[at:]); !slices.Equal(got, want) {
				t.Fatalf("whole %q\ncut at %d %q", want, at, got)
			}
		}
	}
}

func FuzzStream(f *testing.F) {
	for _, stream := range streams {
		f.Add(stream, 1)
		f.Add(stream, 5)
	}
	f.Fuzz(func(t *testing.T, stream string, piece int) {
		var pieces []string
		for p := range slices.Chunk([]byte(stream), max(piece, 1)) {
			pieces = append(pieces, string(p))
		}
		want := hear(t, stream)
		if got := hear(t, pieces...); !slices.Equal(got, want) {
			t.Fatalf("whole %q\nin pieces of %d %q", want, piece, got)
		}
	})
}
