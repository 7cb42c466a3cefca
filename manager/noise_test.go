package manager

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"chatsim/manager/wire"
)

// scraps are what lines of noise are made of.
var scraps = []string{
	"\x1b[2J", "\x1b]0;title\a", "\x9b31m", "\u009b31m", "\u0085", "\x7f", "\x00", "\r", "\t", "\v\f\b",
	"\xff\xfe", "\xc0\x80", "\xed\xa0\x80", "\xf0\x9f\x98", "\xe4", "\xf4\x90\x80\x80", "\u2028", "\uFEFF", "😀", "你好", "é",
	"hello", "0123456789abcdef", " ", "@", ":", "[\"amy\"]", `{"leave":["amy"]}`, " amy:hi@amy@", "\\u001b", "\"",
	"@bob@amy", "@bob@bob", "@bob@eve\x1b", "@amy@" + wire.Group, "@bob@" + wire.Group, "/msg amy ", "/msg eve ", "//", "/",
}

// noise is a connection that says many lines of noise and then leaves. What is
// written to it is looked at and counted.
type noise struct {
	script
	rng  *rand.Rand
	left int // lines to say
	line []byte
	seen audience
}

func (n *noise) Read(b []byte) (size int, err error) {
	for size < len(b) && (n.left > 0 || len(n.line) > 0) {
		if len(n.line) == 0 {
			n.line = n.next(n.line[:0])
			n.left--
		}
		k := copy(b[size:], n.line)
		size += k
		n.line = n.line[k:]
	}
	if size == 0 {
		return 0, io.EOF
	}
	return size, nil
}

// next makes a line: a few scraps, some random bytes, rarely one that is too
// long or asks who is there.
func (n *noise) next(line []byte) []byte {
	r := n.rng.Uint64()
	switch {
	case r%2048 == 0:
		return append(line, "/who\n"...)
	case r%2048 == 1:
		return append(line, strings.Repeat("long\x1b", 20)+"\n"...)
	}
	for range r >> 8 % 5 {
		line = append(line, scraps[n.rng.IntN(len(scraps))]...)
	}
	for range r >> 16 % 4 {
		if c := byte(n.rng.Uint32()); c != '\n' {
			line = append(line, c)
		}
	}
	return append(line, '\n')
}

func (n *noise) Write(b []byte) (int, error) { return n.seen.Write(b) }

// audience looks at all that it is sent: only frames that may be shown, and
// lines from nobody but one.
type audience struct {
	script
	from   string // the only one who talks; empty: anybody may
	rest   []byte
	frame  wire.Frame
	frames int
	lines  int    // of those
	wrong  string // the first that should not have come, and why
}

func (a *audience) Write(b []byte) (int, error) {
	size := len(b)
	for len(b) > 0 && a.wrong == "" {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			a.rest = append(a.rest, b...)
			break
		}
		line := b[:i+1]
		if len(a.rest) > 0 {
			a.rest = append(a.rest, line...)
			line = a.rest
		}
		a.look(line)
		b, a.rest = b[i+1:], a.rest[:0]
	}
	return size, nil
}

func (a *audience) look(line []byte) {
	wrong := presentable(&a.frame, line)
	if a.frame.Kind == wire.Line {
		a.lines++
		if a.from != "" && string(a.frame.Sender) != a.from {
			wrong = "not from " + a.from
		}
	}
	if wrong != "" {
		a.wrong = strings.ToValidUTF8(string(line), "?") + ": " + wrong
	}
	a.frames++
}

// TestNoise has a million lines of noise said: what is passed on can be shown to
// anybody, and each line has its one answer.
func TestNoise(t *testing.T) {
	lines := 1_000_000
	if testing.Short() {
		lines = 50_000
	}
	m := New(Config{MaxLine: 90})
	amy := &audience{from: "bob"}
	listen(t, m, "amy", amy)
	bob := &noise{rng: rand.New(rand.NewPCG(1, 2)), left: lines, line: []byte("bob\n"), seen: audience{from: "bob"}}
	m.ServeConn(bob)
	shut(t, m)
	if bob.seen.wrong != "" || amy.wrong != "" {
		t.Fatalf("bob was sent %q, amy %q", bob.seen.wrong, amy.wrong)
	}
	const greeting = 2 // welcome and roster
	if got := bob.seen.frames - greeting; got != lines {
		t.Errorf("%d lines were answered %d times", lines, got)
	}
	st := m.Stats()
	if st.Lines < uint64(lines/2) || st.PrivateLines == 0 || st.UnknownNames == 0 || st.LongLines == 0 || amy.lines < lines/2 {
		t.Errorf("the noise lacks something: %+v", st)
	}
	t.Logf("%d lines of noise: %d for all, %d private, %d to nobody, %d too long", lines, st.Lines, st.PrivateLines, st.UnknownNames, st.LongLines)
}
