package dialect

import (
	"slices"
	"testing"
)

// published are messages as brokers send them, behind what lets a client in.
var published = map[string][]string{
	"redis": {"%0\r\n>3\r\n$9\r\nsubscribe\r\n$4\r\nchat\r\n:1\r\n" +
		">3\r\n$7\r\nmessage\r\n$4\r\nchat\r\n$6\r\nbob\thi\r\n:2\r\n>3\r\n$7\r\nmessage\r\n$4\r\nchat\r\n$7\r\namy\t\r\n\n\r\n"},
	"nats":  {"INFO {}\r\nPONG\r\nMSG chat 1 6\r\nbob\thi\r\nPING\r\nMSG chat 1 inbox 7\r\namy\t\r\n\n\r\n"},
	"mqtt":  {"\x20\x02\x00\x00\x90\x03\x00\x01\x00" + "\x30\x0c\x00\x04chatbob\thi" + "\xd0\x00" + "\x30\x0d\x00\x04chatamy\thi!"},
	"mqtt1": {"\x20\x02\x00\x00\x90\x03\x00\x01\x01" + "\x32\x0e\x00\x04chat\x00\x07bob\thi"},
}

// raws returns what Decode makes of a stream that comes in two pieces: each Raw, and
// how its frame was taken. With known, frames are skipped where they can be.
func raws(c Codec, known []string, pieces ...[]byte) (got []string, skipped int) {
	var unread []byte
	var f Frame
	for _, p := range pieces {
		unread = append(slices.Clip(unread), p...)
		for {
			if len(got) < len(known) && known[len(got)] != "" {
				if n := c.(Skipper).Skip(unread, known[len(got)]); n > 0 {
					got, unread = append(got, known[len(got)]), unread[n:]
					skipped++
					continue
				}
			}
			n, err := c.Decode(&f, unread, false)
			unread = unread[n:]
			if err != nil {
				break
			}
			got = append(got, string(f.Raw))
		}
	}
	return got, skipped
}

// TestSkip: whoever skips the frames that others got sees the same frames, wherever
// the stream is cut.
func TestSkip(t *testing.T) {
	most := make(map[string]int) // skipped of a stream
	least := map[string]int{"line": 3, "ws": 1, "irc": 1, "redis": 2, "nats": 2, "mqtt": 2, "mqtt1": 0}
	for kind, want := range least {
		for _, stream := range slices.Concat(streams[kind], published[kind]) {
			s := []byte(stream)
			all, _ := raws(codecs[kind]("bob"), nil, s)
			for at := range s {
				got, skipped := raws(codecs[kind]("bob"), all, s[:at], s[at:])
				if !slices.Equal(got, all) {
					t.Fatalf("%s cut at %d: %q, without skipping %q", kind, at, got, all)
				}
				most[kind] = max(most[kind], skipped)
			}
		}
		if most[kind] < want || want == 0 && most[kind] > 0 {
			t.Errorf("%s: %d frames of a stream are skipped, want %d", kind, most[kind], want)
		}
	}
}

func TestSkipsNothingElse(t *testing.T) {
	for _, test := range []struct{ kind, in, raw string }{
		{"line", "hello", "hello"},
		{"line", "hello\n", "hell"},
		{"line", "hell\n", "hello"},
		{"line", "", "x"},
		{"ws", message(0x81, "hello")[:6], "hello"},
		{"ws", message(0x81, "hello"), "hell"},
		{"ws", message(0x01, "hello"), "hello"},
		{"ws", message(0x82, "hello"), "hello"},
		{"ws", message(0x89, "hello"), "hello"},
		{"ws", "", "x"},
	} {
		if n := codecs[test.kind]("bob").(Skipper).Skip([]byte(test.in), test.raw); n != 0 {
			t.Errorf("%s: %d bytes of %q are taken for %q", test.kind, n, test.in, test.raw)
		}
	}
}

// TestSkipWithinAMessage: what stands between the pieces of a message is no message.
func TestSkipWithinAMessage(t *testing.T) {
	c := codecs["ws"]("bob")
	begun, whole := []byte(message(0x01, "half")), []byte(message(0x81, "hello"))
	if n, err := c.Decode(new(Frame), begun, false); n != len(begun) || err != ErrShort {
		t.Fatal(n, err)
	}
	if n := c.(Skipper).Skip(whole, "hello"); n != 0 {
		t.Error("a message within another is taken")
	}
}
