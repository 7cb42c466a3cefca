package file

import (
	"strings"
	"testing"

	"chatsim/chatter/dialect"
	"chatsim/manager/wire"
)

// TestSkip has a message that others got be skipped, but not before what came earlier.
func TestSkip(t *testing.T) {
	const line = `{"user":"amy","body":"hi"}`
	for _, transport := range []string{Lines, Frames} {
		d := room(t, "transport: "+transport+"\n")
		in := []byte(line + "\n")
		if transport == Frames {
			in = append([]byte{0, 0, 0, byte(len(line))}, line...)
		}
		c := d.Codec(Client{Asked: "bob"})
		s := c.(dialect.Skipper)
		if n := s.Skip(in, line); n != len(in) {
			t.Errorf("%s: %d bytes of %d", transport, n, len(in))
		}
		if n := s.Skip(in[:len(in)-1], line); n != 0 {
			t.Errorf("%s: %d bytes of one that is not whole", transport, n)
		}
		c.(*codec).put(wire.Frame{Kind: wire.Error})
		if n := s.Skip(in, line); n != 0 {
			t.Errorf("%s: %d bytes before what came earlier", transport, n)
		}
	}
}

// TestLongMessage has a message that nobody means be an error of the file.
func TestLongMessage(t *testing.T) {
	d := room(t, "", "{body: $text}", `("x" * 1e8)`)
	out, err := d.Codec(Client{Asked: "bob"}).Say(nil, []byte("hi"))
	if err == nil || d.Err() == nil || len(out) > 0 || !strings.HasPrefix(err.Error(), "f.yaml:1:7: say yields a message of 100000002 bytes, and at most 16777216 are sent") {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}

// BenchmarkDialectFile is a delivery in the dialect of a file: one that others have
// had before, one that is new, and one of a file that has every message be looked at
// by every client.
func BenchmarkDialectFile(b *testing.B) {
	const message = `{"type":"message","user":"user42","body":"abcd-42-7; the quick brown fox jumps over the lazy dog, again","at":1764210000}`
	for name, knows := range map[string]string{"new": "", "each": "$name as $me | "} {
		b.Run(name, func(b *testing.B) {
			d, err := Load("../../../testdata/dialects/json-ws.yaml")
			if err != nil {
				b.Fatal(err)
			}
			d.Receive.source = knows + d.Receive.source
			if err := d.Receive.compile("", "receive", nil); err != nil {
				b.Fatal(err)
			}
			if err := d.check(""); err != nil {
				b.Fatal(err)
			}
			c := dialect.NewWebSocket(d.Codec(Client{Asked: "bob"}))
			in := []byte(frame(message)[:2])
			in[1] = 126
			in = append(append(in, 0, byte(len(message))), message...)
			b.ReportAllocs()
			for b.Loop() {
				var f dialect.Frame
				if _, err := c.Decode(&f, in, false); err != nil {
					b.Fatal(err)
				}
				if f.Kind == wire.Invalid {
					if err := c.Parse(&f); err != nil {
						b.Fatal(err)
					}
				}
				if f.Kind != wire.Line {
					b.Fatal(f.Kind)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
		})
	}
	b.Run("known", func(b *testing.B) {
		c := room(b, "").Codec(Client{Asked: "bob"}).(dialect.Skipper)
		in := []byte(message + "\n")
		for b.Loop() {
			if c.Skip(in, message) == 0 {
				b.Fatal("not known")
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	})
}
