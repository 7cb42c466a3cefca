package dialect

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// brokers are the codecs for a chatter of a room.
var brokers = map[string]func(Account) Codec{
	"redis": NewRedis,
	"nats":  NewNATS,
	"mqtt":  func(a Account) Codec { return NewMQTT(a, "id", 0) },
	"mqtt1": func(a Account) Codec { return NewMQTT(a, "id", 1) },
	"mqtt2": func(a Account) Codec { return NewMQTT(a, "id", 2) },
}

// brokerStreams are what servers may say, by codec.
var brokerStreams = map[string][]string{
	"redis": {
		"%2\r\n+server\r\n$5\r\nredis\r\n$7\r\nmodules\r\n*0\r\n>3\r\n$9\r\nsubscribe\r\n$4\r\nchat\r\n:1\r\n" +
			">3\r\n$7\r\nmessage\r\n$4\r\nchat\r\n$9\r\nbob\thello\r\n:2\r\n>3\r\n$7\r\nmessage\r\n$4\r\nchat\r\n$6\r\nno tab\r\n",
		"|1\r\n+ttl\r\n:3600\r\n_\r\n,1.5\r\n#t\r\n(123\r\n=7\r\ntxt:abc\r\n~2\r\n:1\r\n:2\r\n$-1\r\n*-1\r\n!5\r\nERR x\r\n-WRONGTYPE y\r\n",
		">3\r\n$7\r\nmessage\r\n$5\r\nother\r\n$1\r\nx\r\n>2\r\n$4\r\npong\r\n$0\r\n\r\n>1\r\n+invalidate\r\n:",
		"-WRONGPASS invalid username-password pair or user is disabled.\r\n-NOAUTH Authentication required.\r\n",
	},
	"nats": {
		"INFO {\"a\":1}\r\nPONG\r\nMSG chat 1 9\r\nbob\thello\r\nMSG chat 1 inbox 6\r\nno tab\r\nPING\r\nPING\r\n+OK\r\nPONG\r\n-ERR 'Slow Consumer'\r\nMSG chat 1 0\r\n\r\nMSG",
	},
	"mqtt": {
		"\x20\x02\x00\x00\x90\x03\x00\x01\x00\x30\x0f\x00\x04chatbob\thello\xd0\x00\x30\x0c\x00\x04chatno tab\x30",
		"\x20\x02\x00\x05", "\x20\x02\x00\x09", "\x90\x03\x00\x01\x80",
	},
	"mqtt1": {"\x20\x02\x00\x00\x90\x03\x00\x01\x01\x32\x11\x00\x04chat\x00\x07bob\thello\x40\x02\x00\x02"},
	"mqtt2": {"\x20\x02\x00\x00\x90\x03\x00\x01\x02\x34\x11\x00\x04chat\x00\x07bob\thello\x62\x02\x00\x07\x50\x02\x00\x02\x70\x02\x00\x02"},
}

var chatRoom = Account{Name: "bob", Room: "chat"}

// TestBrokerStreams: what comes of a stream, and that it is the same wherever that
// is cut.
func TestBrokerStreams(t *testing.T) {
	in := []string{`welcome ["bob"]`, `roster ["bob"]`, `line "bob" to all: "hello"`}
	want := map[string][][]string{
		"redis": {append(slices.Clone(in), `line "" to all: "no tab"`, "EOF", ""), {`error "ERR x"`, `error "WRONGTYPE y"`, "EOF", ""}, {"unexpected EOF", ""},
			{`error "WRONGPASS invalid username-password pair or user is disabled."`, "EOF", ""}},
		"nats": {append(slices.Clone(in), `line "" to all: "no tab"`, `error "Slow Consumer"`, `line "" to all: ""`, "unexpected EOF", "PONG\r\nPONG\r\n")},
		"mqtt": {append(slices.Clone(in), `line "" to all: "no tab"`, "unexpected EOF", ""),
			{`error "not authorized"`, "EOF", ""}, {`error "refused with code 9"`, "EOF", ""}, {`error "the subscription is refused"`, "EOF", ""}},
		"mqtt1": {append(slices.Clone(in), "EOF", "\x40\x02\x00\x07")},
		"mqtt2": {append(slices.Clone(in), "EOF", "\x50\x02\x00\x07\x70\x02\x00\x07\x62\x02\x00\x02")},
	}
	for kind, list := range brokerStreams {
		for i, stream := range list {
			s := []byte(stream)
			if got := hear(brokers[kind](chatRoom), s); !slices.Equal(got, want[kind][i]) {
				t.Fatalf("%s: %q\nwant %q", kind, got, want[kind][i])
			}
			for at := 1; at < len(s); at++ {
				if got := hear(brokers[kind](chatRoom), s[:at], s[at:]); !slices.Equal(got, want[kind][i]) {
					t.Fatalf("%s, cut at %d: %q\nwant %q", kind, at, got, want[kind][i])
				}
			}
		}
	}
}

// FuzzBroker cuts any stream into pieces of any size.
func FuzzBroker(f *testing.F) {
	kinds := []string{"redis", "nats", "mqtt", "mqtt1", "mqtt2"}
	for i, kind := range kinds {
		for _, stream := range brokerStreams[kind] {
			f.Add(stream, 1, i)
			f.Add(stream, 5, i)
		}
	}
	f.Fuzz(func(t *testing.T, stream string, piece, kind int) {
		open := brokers[kinds[uint(kind)%uint(len(kinds))]]
		want := hear(open(chatRoom), []byte(stream))
		got := hear(open(chatRoom), slices.Collect(slices.Chunk([]byte(stream), max(piece, 1)))...)
		if !slices.Equal(got, want) {
			t.Fatalf("whole %q\nin pieces of %d %q", want, piece, got)
		}
	})
}

// TestBrokerWrong: what no server sends ends the stream.
func TestBrokerWrong(t *testing.T) {
	for stream, c := range map[string]struct {
		kind string
		want error
	}{
		"HTTP/1.1 400 Bad Request\r\n":           {"redis", errRESPType},
		"+OK\n":                                  {"redis", errRESPType},
		"\n":                                     {"redis", errRESPType},
		"$-2\r\n":                                {"redis", errRESPSize},
		"$x\r\n":                                 {"redis", errRESPSize},
		"$99999999999\r\n":                       {"redis", errRESPSize},
		"$1\r\nabc":                              {"redis", errRESPSize},
		strings.Repeat("*1\r\n", maxRESPDepth+1): {"redis", errRESPDepth},
		"+" + strings.Repeat("x", maxRESPLine):   {"redis", errRESPSize},
		"NOTICE AUTH\r\n":                        {"nats", errNATSVerb},
		"INFO {}\r\nMSG chat 1 x\r\n":            {"nats", errNATSSize},
		"INFO {}\r\nMSG 5\r\nhello\r\n":          {"nats", errNATSSize},
		"INFO {}\r\nMSG chat 1 -1\r\n":           {"nats", errNATSSize},
		"INFO {}\r\nMSG chat 1 1\r\nabc":         {"nats", errNATSSize},
		"INFO " + strings.Repeat("x", maxNATSLine+1): {"nats", errNATSSize},
		"\x30\xff\xff\xff\xff":                       {"mqtt", errMQTTSize},
		"\x30\x01\x00":                               {"mqtt", errMQTTShort},
		"\x36\x07\x00\x04chatx":                      {"mqtt", errMQTTShort},
		"\x30\x03\x00\x09x":                          {"mqtt", errMQTTShort},
		"\x20\x00":                                   {"mqtt", errMQTTShort},
		"\x90\x02\x00\x01":                           {"mqtt", errMQTTShort},
		"\x10\x02\x00\x00":                           {"mqtt", errMQTTKind},
		"HTTP/1.1 400 Bad Request" + strings.Repeat(" ", 99): {"mqtt", errMQTTKind},
	} {
		cl := &client{Codec: brokers[c.kind](chatRoom)}
		got := cl.feed([]byte(stream))
		if err := cl.end(); !errors.Is(err, c.want) || len(got) > 0 {
			t.Errorf("%s, %.40q: %q, %v, want %v", c.kind, stream, got, err, c.want)
		}
	}
}

// TestBrokerLogin: passwords, and rooms and names that cannot be.
func TestBrokerLogin(t *testing.T) {
	for _, c := range []struct {
		kind string
		Account
		want string // of the login; empty: it fails
	}{
		{"redis", Account{Name: "bob", Room: "chat", Password: "sesame"}, "$4\r\nAUTH\r\n$7\r\ndefault\r\n$6\r\nsesame\r\n"},
		{"redis", Account{Name: "bob", Room: "chat", User: "al", Password: "sesame"}, "$2\r\nal\r\n$6\r\nsesame\r\n"},
		{"redis", Account{Name: "bob", Room: "a room"}, "$6\r\na room\r\n"},
		{"nats", Account{Name: "bob", Room: "chat", Password: "sesame"}, `"auth_token":"sesame"`},
		{"nats", Account{Name: "bob", Room: "chat.eu", User: "al", Password: "sesame"}, `"user":"al","pass":"sesame"`},
		{"mqtt", Account{Name: "bob", Room: "chat/eu", User: "al", Password: "sesame"}, "\x00\x04MQTT\x04\xc2\x00\x3c\x00\x02id\x00\x02al\x00\x06sesame"},
		{"mqtt", Account{Name: "bob", Room: "chat", Password: "sesame"}, "\x04\xc2\x00\x3c\x00\x02id\x00\x00\x00\x06sesame"},
		{"mqtt", Account{Name: "bob", Room: strings.Repeat("x", 200)}, "\x82\xcd\x01\x00\x01\x00\xc8xxx"},
		{"nats", Account{Name: "bob", Room: "a room"}, ""},
		{"nats", Account{Name: "bob", Room: "chat.*"}, ""},
		{"mqtt", Account{Name: "bob", Room: "chat/#"}, ""},
		{"redis", Account{Name: "bob", Room: ""}, ""},
		{"redis", Account{Name: "bob", Room: "a\r\nb"}, ""},
		{"redis", Account{Name: "b\tob", Room: "chat"}, ""},
	} {
		out, err := brokers[c.kind](c.Account).Login(nil)
		if (err != nil) != (c.want == "") || !strings.Contains(string(out), c.want) {
			t.Errorf("%s %+v: %q, %v", c.kind, c.Account, out, err)
		}
	}
	if _, err := NewMQTT(chatRoom, "id", 3).Login(nil); err == nil {
		t.Error("QoS 3 is allowed")
	}
}

// TestMQTTKeepAlive: whoever has nothing to say says so before the server closes;
// identifiers of packets are never 0.
func TestMQTTKeepAlive(t *testing.T) {
	m := NewMQTT(chatRoom, "id", 1)
	now := time.Unix(1, 0)
	for i, want := range []string{"", "\xc0\x00", "\xc0\x00"} {
		out, next := m.Tick(nil, now)
		if string(out) != want || next.Sub(now) <= 0 || next.Sub(now) > mqttKeepAlive*2/3 {
			t.Errorf("%d: %q, again after %v", i, out, next.Sub(now))
		}
		now = next
	}
	for range 70_000 {
		out, err := m.Say(nil, []byte("x"))
		if err != nil || string(out[8:10]) == "\x00\x00" {
			t.Fatalf("%q, %v", out, err)
		}
	}
	if err := m.End(1); err != io.ErrUnexpectedEOF {
		t.Error(err)
	}
	if _, shut := m.Leave(nil); !shut || m.End(1) != io.EOF {
		t.Error("the end behind a leave is a broken one")
	}
}

// TestBrokerNoAllocation: a batch of messages is taken apart without any memory.
func TestBrokerNoAllocation(t *testing.T) {
	const n = 20
	for kind, message := range map[string]string{"redis": ">3\r\n$7\r\nmessage\r\n$4\r\nchat\r\n$9\r\nbob\thello\r\n",
		"nats": "MSG chat 1 9\r\nbob\thello\r\n", "mqtt": "\x30\x0f\x00\x04chatbob\thello"} {
		c, batch := brokers[kind](chatRoom), []byte(strings.Repeat(message, n))
		if kind == "nats" {
			_, _ = c.Decode(new(Frame), []byte("INFO {}\r\n"), false)
		}
		var f Frame
		allocs := testing.AllocsPerRun(50, func() {
			in := batch
			for i := range n {
				size, err := c.Decode(&f, in, false)
				if err != nil || f.More != (i < n-1) || string(f.Text) != "hello" || string(f.Sender) != "bob" || string(f.Raw) != "bob\thello" {
					t.Fatalf("%s, message %d: %+v, %v", kind, i, f, err)
				}
				in = in[size:]
			}
			if _, err := c.Decode(&f, in, false); err != ErrShort {
				t.Fatal(err)
			}
		})
		if allocs > 0 {
			t.Errorf("%s: %v allocations for %d messages", kind, allocs, n)
		}
	}
}

// BenchmarkBroker is a message of the default size.
func BenchmarkBroker(b *testing.B) {
	text := "user0042\t" + strings.Repeat("0123456789abcdef", 4)
	for kind, message := range map[string]string{"redis": ">3\r\n$7\r\nmessage\r\n$4\r\nchat\r\n$73\r\n" + text + "\r\n",
		"nats": "MSG chat 1 73\r\n" + text + "\r\n", "mqtt": "\x30\x4f\x00\x04chat" + text} {
		b.Run(kind, func(b *testing.B) {
			c, batch := brokers[kind](chatRoom), []byte(strings.Repeat(message, 500))
			if kind == "nats" {
				_, _ = c.Decode(new(Frame), []byte("INFO {}\r\n"), false)
			}
			var f Frame
			in := batch
			for b.Loop() {
				n, err := c.Decode(&f, in, false)
				if in = in[n:]; err == ErrShort {
					in = batch
				} else if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
