package dialect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// hear returns what comes of a stream in pieces, to its end, and the answers.
func hear(c Codec, pieces ...[]byte) []string {
	cl := &client{Codec: c}
	var got []string
	var answers []byte
	for _, p := range pieces {
		got = append(got, cl.feed(p)...)
		answers = cl.Answer(answers)
	}
	return append(got, cl.end().Error(), string(answers))
}

// message returns a frame of a server's WebSocket.
func message(first byte, payload string) string {
	switch n := len(payload); {
	case n < 126:
		return string([]byte{first, byte(n)}) + payload
	case n <= 0xffff:
		return string(binary.BigEndian.AppendUint16([]byte{first, 126}, uint16(n))) + payload
	}
	return string(binary.BigEndian.AppendUint64([]byte{first, 127}, uint64(len(payload)))) + payload
}

// ircOpening is what a client of IRC is told until it is in.
const ircOpening = ":s CAP * LS :echo-message\r\n:s CAP * ACK :echo-message\r\n:s 001 bob :hi\r\n:s 376 bob :End\r\n" +
	":bob!a@b JOIN #chat\r\n:s 353 bob = #chat :amy bob\r\n:s 366 bob #chat :End\r\n"

var streams = map[string][]string{
	"line": {
		"{\"welcome\":\"bob2\"}\n[\"bob\",\"bob2\"]\n{\"join\":[\"李雷\"]}\n 李雷:你好@李雷@bob2\n{\"leave\":[\"李雷\"]}\n{\"error\":\"the room is full\"}\n",
		" bob:a@b@bob@------Group chat-------\n\n\r\n[\"\\u0041\"]\r\nHTTP/1.1 400\n{\"join\":[\"a\",\"b\"]}\n{\"jo",
		" bob:@bob@------Group chat-------\n bob:no end",
	},
	"ws": {
		message(0x81, " bob:hi@bob@x") + message(0x81, "") + message(0x01, " bob:half ") + message(0x89, "ping") +
			message(0x00, "") + message(0x80, "whole@bob@x") + message(0x81, " bob:"+strings.Repeat("y", 300)+"@bob@x") + message(0x88, "\x03\xe9bye"),
		message(0x81, "[\"bob\"]") + message(0xc1, "x"),
		message(0x01, "x") + message(0x88, ""),
		message(0x81, "{\"leave\":[\"x\"]}") + "\x81",
	},
	"irc": {
		ircOpening + ":amy!a@b PRIVMSG #chat :hi\r\n:amy!a@b PRIVMSG #chat ::)\r\nPING :x y\r\n:amy PRIVMSG bob :psst\r\n:zoe!z@b JOIN :#CHAT\r\n" +
			":zoe!z@b NICK :zoë\r\n:zoë!z@b PART #chat :bye\r\n:amy!a@b KICK #chat cat :out\r\n@time=1 :amy!a@b QUIT\r\nERROR :Closing link: (x)\r\n",
		ircOpening + ":amy!a@b PRIVMSG #chat :\x01ACTION waves\x01\r\n:amy!a@b PRIVMSG #chat\r\n:bob!a@b PRIVMSG bob :one\r\n:s 404 bob #chat :Cannot send\r\n:amy!a@b PRIV",
		":s 433 * bob :in use\r\n:s 432 * bob2 :bad\r\n:s 001 bob9 :hi\r\n:s 005 bob9 NICKLEN=9 :are\r\n:s 422 bob9 :none\r\n:bob9!a@b JOIN #chat\r\n" +
			":amy!a@b PRIVMSG #chat :between\r\nPING 1\r\n:s 353 bob9 = #chat :@amy\r\n:s 353 bob9 = #chat :bob9\r\n:amy!a@b QUIT :x\r\n:s 366 bob9 #chat :End\r\n",
		":s 464 bob :Password incorrect\r\nERROR :Closing link: wrong password: x\r\n",
		"\r\n\n:\r\n: \r\n@\r\n:x 353\r\nJOIN\r\n:bob!x@y NICK\r\n:s 005\r\n:x KICK #chat bob\r\n",
	},
}

// TestEverySplit: wherever a stream is cut, it is the same frames and answers.
func TestEverySplit(t *testing.T) {
	for kind, list := range streams {
		for _, stream := range list {
			s := []byte(stream)
			want := hear(codecs[kind]("bob"), s)
			for at := 1; at < len(s); at++ {
				if got := hear(codecs[kind]("bob"), s[:at], s[at:]); !slices.Equal(got, want) {
					t.Fatalf("%s: whole %q\ncut at %d %q", kind, want, at, got)
				}
			}
		}
	}
}

// FuzzSplit cuts any stream into pieces of any size.
func FuzzSplit(f *testing.F) {
	kinds := []string{"line", "ws", "irc"}
	for i, kind := range kinds {
		for _, stream := range streams[kind] {
			f.Add(stream, 1, i)
			f.Add(stream, 5, i)
		}
	}
	f.Fuzz(func(t *testing.T, stream string, piece, kind int) {
		open := codecs[kinds[uint(kind)%uint(len(kinds))]]
		want := hear(open("bob"), []byte(stream))
		got := hear(open("bob"), slices.Collect(slices.Chunk([]byte(stream), max(piece, 1)))...)
		if !slices.Equal(got, want) {
			t.Fatalf("whole %q\nin pieces of %d %q", want, piece, got)
		}
	})
}

// TestRawEverySplit: where a frame is cut and each part says that more may follow,
// the raw dialect finds the same frames.
func TestRawEverySplit(t *testing.T) {
	const stream = `["amy", "bob"] amy:hi@amy@------Group chat------- bob:a@b@bob@------Group chat-------["amy"]`
	want := []string{`welcome ["bob"]`, `roster ["amy" "bob"]`, `line "amy" to all: "hi"`, `line "bob" to all: "a@b"`, `roster ["amy"]`}
	for at := range len(stream) + 1 {
		c := NewRaw("bob", "")
		var got []string
		for in, cut := []byte(stream)[:at], true; ; {
			var f Frame
			n, err := c.Decode(&f, in, cut)
			in = in[n:]
			switch {
			case err == nil:
				got = append(got, show(&f))
			case err == ErrShort && cut:
				in, cut = append(bytes.Clone(in), stream[at:]...), false
				continue
			case err != ErrShort:
				t.Fatalf("cut at %d: %v", at, err)
			}
			if err == ErrShort {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("cut at %d: %q", at, got)
		}
	}
}

// TestRawHoldsNotForEver: a claim that does not come back is given up.
func TestRawHoldsNotForEver(t *testing.T) {
	c, now := NewRaw("bob", ""), time.Unix(100, 0)
	if _, err := c.(Claimer).Claim(nil, "amy", []byte("x")); err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Duration{0, ClaimWait - 1} {
		if until := c.Held(now.Add(at)); until.IsZero() {
			t.Errorf("after %v: held until %v", at, until)
		}
	}
	if until := c.Held(now.Add(ClaimWait)); !until.IsZero() {
		t.Errorf("held until %v", until)
	}
}

func TestWebSocketWrongFrames(t *testing.T) {
	for name, tc := range map[string]struct {
		stream string
		want   error
	}{
		"masked":                {"\x81\x81abcdx", errWSMasked},
		"compressed":            {message(0xc1, "x"), errWSReserved},
		"binary":                {message(0x82, "x"), errWSBinary},
		"a kind of the future":  {message(0x83, "x"), errWSKind},
		"goes on from nothing":  {message(0x80, "x"), errWSOrder},
		"text within text":      {message(0x01, "x") + message(0x81, "y"), errWSOrder},
		"a ping in pieces":      {message(0x09, "x"), errWSControl},
		"a long ping":           {message(0x89, strings.Repeat("x", 126)), errWSControl},
		"larger than can be":    {"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", errWSSize},
		"closed in a message":   {message(0x01, "x") + message(0x88, ""), io.ErrUnexpectedEOF},
		"cut in a header":       {"\x81", io.ErrUnexpectedEOF},
		"cut behind a message":  {message(0x81, "x"), io.ErrUnexpectedEOF},
		"more behind a goodbye": {message(0x88, "") + message(0x81, "y"), io.EOF},
	} {
		c := &client{Codec: NewWebSocket(NewLine("bob"))}
		got := c.feed([]byte(tc.stream))
		if err := c.end(); !errors.Is(err, tc.want) || strings.Contains(strings.Join(got, " "), "y") {
			t.Errorf("%s: %q, %v, want %v", name, got, err, tc.want)
		}
	}
}

// TestNoAllocation: a batch of lines is taken apart without any memory.
func TestNoAllocation(t *testing.T) {
	const text = " bob:hello@bob@------Group chat-------"
	for kind, stream := range map[string]string{"line": strings.Repeat(text+"\n", 20), "ws": strings.Repeat(message(0x81, text), 20),
		"irc": strings.Repeat(":bob!a@b PRIVMSG #chat :hello\r\n", 20)} {
		c, batch := codecs[kind]("bob"), []byte(stream)
		if kind == "irc" {
			(&client{Codec: c}).feed([]byte(ircOpening))
		}
		var f Frame
		allocs := testing.AllocsPerRun(50, func() {
			in := batch
			for i := range 20 {
				n, err := c.Decode(&f, in, false)
				if err == nil {
					err = c.Parse(&f)
				}
				if err != nil || f.More != (i < 19) || string(f.Text) != "hello" {
					t.Fatalf("%s, frame %d: %q, more %v, %v", kind, i, f.Raw, f.More, err)
				}
				in = in[n:]
			}
			if _, err := c.Decode(&f, in, false); err != ErrShort {
				t.Fatal(err)
			}
		})
		if allocs > 0 {
			t.Errorf("%s: %v allocations for 20 frames", kind, allocs)
		}
	}
}

// BenchmarkDecode is a line of the default size, found and not parsed.
func BenchmarkDecode(b *testing.B) {
	text := " user0042:" + strings.Repeat("0123456789abcdef", 4) + "@user0042@------Group chat-------"
	for kind, stream := range map[string]string{"line": text + "\n", "ws": message(0x81, text)} {
		b.Run(kind, func(b *testing.B) {
			c, batch := codecs[kind]("bob"), []byte(strings.Repeat(stream, 500))
			var f Frame
			in := batch
			for b.Loop() {
				n, err := c.Decode(&f, in, false)
				if in = in[n:]; err == ErrShort {
					in = batch
				}
			}
		})
	}
}
