package dialect

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatsim/manager/wire"
)

// codecs are those of the transcripts, by the beginning of the file's name.
var codecs = map[string]func(name string) Codec{
	"line":  NewLine,
	"raw":   func(name string) Codec { return NewRaw(name, "127.0.0.1:7") },
	"redis": func(name string) Codec { return NewRedis(Account{Name: name, Room: "chat"}) },
	"nats":  func(name string) Codec { return NewNATS(Account{Name: name, Room: "chat"}) },
	"mqtt":  func(name string) Codec { return NewMQTT(Account{Name: name, Room: "chat"}, "chatsim-"+name, 0) },
	"mqtt1": func(name string) Codec { return NewMQTT(Account{Name: name, Room: "chat"}, "chatsim-"+name, 1) },
	"mqtt2": func(name string) Codec { return NewMQTT(Account{Name: name, Room: "chat"}, "chatsim-"+name, 2) },
	"irc":   func(name string) Codec { return NewIRC(Account{Name: name, Room: "#chat"}, new(Nicks)) },
	"ws": func(name string) Codec {
		c := NewWebSocket(NewLine(name))
		c.(typing).key = func() uint32 { return 0 }
		return c
	},
}

// names are what users ask for, by transcript; others ask for bob.
var names = map[string]string{"line.txt": " bob\t"}

// client drives a codec as connections do: what is unread is handed in again with
// what has come since, and never in the memory in which it was before.
type client struct {
	Codec
	unread []byte
	frame  Frame
	ended  error
}

// feed hands bytes in and returns the frames that come of them, as text.
func (c *client) feed(b []byte) (got []string) {
	c.unread = append(bytes.Clone(c.unread), b...)
	for c.ended == nil {
		n, err := c.Decode(&c.frame, c.unread, false)
		if err == nil {
			if c.frame.Kind == wire.Invalid {
				err = c.Parse(&c.frame)
			}
			if err == nil {
				got = append(got, show(&c.frame))
			}
		}
		c.unread = c.unread[n:]
		var bad *FrameError
		switch {
		case err == ErrShort:
			return got
		case errors.As(err, &bad):
			got = append(got, fmt.Sprintf("bad %q %v", bad.Frame, bad.Err))
		case err != nil:
			c.ended = err
		}
	}
	return got
}

func (c *client) end() error {
	if c.ended != nil {
		return c.ended
	}
	return c.End(len(c.unread))
}

func show(f *Frame) string {
	kinds := map[wire.Kind]string{wire.Line: "line", wire.Roster: "roster", wire.Welcome: "welcome", wire.Join: "join",
		wire.Leave: "leave", wire.Error: "error", wire.Unknown: "unknown"}
	switch f.Kind {
	case wire.Line:
		to := "all"
		if f.Private {
			to = strconv.Quote(string(f.Target))
		}
		return fmt.Sprintf("line %q to %s: %q", f.Sender, to, f.Text)
	case wire.Error:
		return fmt.Sprintf("error %q", f.Text)
	case wire.Unknown:
		return "unknown"
	}
	return fmt.Sprintf("%s %q", kinds[f.Kind], f.Names)
}

// step is one of a transcript.
type step struct {
	line       int
	verb, rest string
	text       []byte // what is quoted at the end of rest
}

func transcript(t *testing.T, file string) (steps []step) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		verb, rest, _ := strings.Cut(line, " ")
		s := step{line: i + 1, verb: verb, rest: rest}
		if at := strings.IndexByte(rest, '"'); at >= 0 {
			if quoted, err := strconv.QuotedPrefix(rest[at:]); err == nil {
				text, _ := strconv.Unquote(quoted)
				s.text = []byte(text)
			}
		}
		if verb != "#" {
			steps = append(steps, s)
		}
	}
	return steps
}

// play goes through a transcript. What the server sends comes in pieces: cut says
// how it is cut.
func play(t *testing.T, file string, cut func([]byte) [][]byte) {
	t.Helper()
	name := filepath.Base(file)
	kind, _, _ := strings.Cut(strings.TrimSuffix(name, ".txt"), "-")
	asked, ok := names[name]
	if !ok {
		asked = "bob"
	}
	c := &client{Codec: codecs[kind](asked)}
	var out []byte
	var err error
	var got []string
	shut, now := false, time.Unix(1, 0)
	for _, s := range transcript(t, file) {
		wrong := func(got, want any) { t.Fatalf("%s:%d: %q, want %q", name, s.line, got, want) }
		if s.verb != "=" && len(got) > 0 {
			wrong(got[0], "nothing more")
		}
		switch s.verb {
		case "login":
			out, err = c.Login(nil)
		case "say":
			if !c.Held(now).IsZero() {
				wrong("the line is held", "none")
			}
			out, err = c.Say(nil, s.text)
		case "tell":
			out, err = c.Tell(nil, strings.Fields(s.rest)[0], s.text)
		case "claim":
			out, err = c.Codec.(Claimer).Claim(nil, strings.Fields(s.rest)[0], s.text)
		case "leave":
			out, shut = c.Leave(nil)
		case "held":
			if c.Held(now).IsZero() {
				wrong("the next line may go", "that it waits")
			}
		case ">":
			if err != nil || !bytes.Equal(out, s.text) {
				wrong(fmt.Sprintf("%s, %v", out, err), s.text)
			}
			if strings.HasSuffix(s.rest, "and no more") != shut {
				wrong(shut, s.rest)
			}
		case "!":
			if err == nil || err.Error() != s.rest {
				wrong(err, s.rest)
			}
		case "<":
			for _, piece := range cut(s.text) {
				got = append(got, c.feed(piece)...)
			}
			out, err = c.Answer(nil), nil
		case "=":
			if len(got) == 0 || got[0] != s.rest {
				wrong(got, s.rest)
			}
			got = got[1:]
		case "end":
			if err := c.end(); err.Error() != s.rest {
				wrong(err, s.rest)
			}
		default:
			t.Fatalf("%s:%d: %s is no step", name, s.line, s.verb)
		}
	}
}

// TestTranscripts has every transcript come out alike when the server's bytes come
// at once, one by one, and where each read is cut at any byte.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		play(t, file, func(b []byte) [][]byte { return [][]byte{b} })
		if strings.HasPrefix(filepath.Base(file), "raw") {
			continue // a read is a frame there, see TestRawEverySplit
		}
		play(t, file, func(b []byte) [][]byte { return slices.Collect(slices.Chunk(b, 1)) })
		for at := range 200 {
			play(t, file, func(b []byte) [][]byte { return [][]byte{b[:min(at, len(b))], b[min(at, len(b)):]} })
		}
	}
}
