package dialect

import (
	"slices"
	"testing"
)

// raws returns what Decode makes of a stream that comes in two pieces: each Raw, and
// how its frame was taken. With known, frames are skipped where they can be.
func raws(c Codec, known []string, pieces ...[]byte) (got []string, skipped int) {
	var unread []byte
	var f Frame
	for _, p := range pieces {
		unread = append(slices.Clip(unread), p...)
		for {
			if len(got) < len(known) {
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
	for _, kind := range []string{"line", "ws"} {
		for _, stream := range streams[kind] {
			s := []byte(stream)
			want, _ := raws(codecs[kind]("bob"), nil, s)
			for at := range s {
				got, skipped := raws(codecs[kind]("bob"), want, s[:at], s[at:])
				if !slices.Equal(got, want) {
					t.Fatalf("%s cut at %d: %q, without skipping %q", kind, at, got, want)
				}
				if kind == "line" && skipped != len(want) {
					t.Fatalf("cut at %d: %d of %d frames skipped", at, skipped, len(want))
				}
			}
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
