package web

import (
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"chatsim/manager/wire/ws"
)

// frame returns one as a client sends it.
func frame(first byte, payload string) string {
	key := [4]byte{0x12, 0x34, 0x56, 0x78}
	b := ws.AppendHeader(nil, first, len(payload))
	b[1] |= ws.Masked
	b = append(b, key[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^key[i&3])
	}
	return string(b)
}

func text(s string) string { return frame(ws.Final|ws.Text, s) }
func code(n uint16, reason string) string {
	return string(binary.BigEndian.AppendUint16(nil, n)) + reason
}

// decode takes frames in by reads of step bytes.
func decode(frames string, step int) (string, *decoder) {
	var d decoder
	var out strings.Builder
	p := make([]byte, lead+step)
	for len(frames) > 0 && d.err == nil {
		n := copy(p[lead:], frames)
		frames = frames[n:]
		out.Write(p[:d.take(p, n)])
	}
	return out.String(), &d
}

// violations are what breaks the protocol, and how it is answered.
var violations = []struct {
	what, frames string
	code         websocket.StatusCode
	reason       string
}{
	{"RSV1, as compressed", frame(ws.Final|0x40|ws.Text, "x"), 1002, "a frame has reserved bits, and no extension was agreed on"},
	{"RSV2", frame(ws.Final|0x20|ws.Text, "x"), 1002, "a frame has reserved bits, and no extension was agreed on"},
	{"RSV3 of a ping", frame(ws.Final|0x10|ws.Ping, ""), 1002, "a frame has reserved bits, and no extension was agreed on"},
	{"opcode 3", frame(ws.Final|3, "x"), 1002, "opcode 3 is reserved"},
	{"opcode 7", frame(ws.Final|7, "x"), 1002, "opcode 7 is reserved"},
	{"opcode 11", frame(ws.Final|11, ""), 1002, "opcode 11 is reserved"},
	{"opcode 15", frame(ws.Final|15, ""), 1002, "opcode 15 is reserved"},
	{"no mask", "\x81\x01x", 1002, "a frame from a client is not masked"},
	{"a ping without a mask", "\x89\x00", 1002, "a frame from a client is not masked"},
	{"a ping in parts", frame(ws.Ping, ""), 1002, "a control frame is cut in parts"},
	{"a closing frame in parts", frame(ws.Close, ""), 1002, "a control frame is cut in parts"},
	{"a long ping", frame(ws.Final|ws.Ping, strings.Repeat("x", 126)), 1002, "a control frame has more than 125 bytes"},
	{"a continuation without a start", frame(ws.Final|ws.More, "x"), 1002, "a message goes on that was not begun"},
	{"a continuation after the end", text("a") + frame(ws.More, "x"), 1002, "a message goes on that was not begun"},
	{"a message within another", frame(ws.Text, "a") + text("b"), 1002, "a message begins within another"},
	{"a size with its highest bit set", "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04", 1002, "a frame is of an impossible size"},
	{"half a code", frame(ws.Final|ws.Close, "x"), 1002, "a closing frame has half a code"},
	{"code 0", frame(ws.Final|ws.Close, code(0, "")), 1002, "a closing frame has code 0, which none may have"},
	{"code 999", frame(ws.Final|ws.Close, code(999, "")), 1002, "a closing frame has code 999, which none may have"},
	{"code 1004", frame(ws.Final|ws.Close, code(1004, "")), 1002, "a closing frame has code 1004, which none may have"},
	{"code 1005", frame(ws.Final|ws.Close, code(1005, "")), 1002, "a closing frame has code 1005, which none may have"},
	{"code 1006", frame(ws.Final|ws.Close, code(1006, "")), 1002, "a closing frame has code 1006, which none may have"},
	{"code 1015", frame(ws.Final|ws.Close, code(1015, "")), 1002, "a closing frame has code 1015, which none may have"},
	{"code 2999", frame(ws.Final|ws.Close, code(2999, "")), 1002, "a closing frame has code 2999, which none may have"},
	{"code 5000", frame(ws.Final|ws.Close, code(5000, "")), 1002, "a closing frame has code 5000, which none may have"},
	{"a reason that is not UTF-8", frame(ws.Final|ws.Close, code(1000, "\xff")), 1007, "the text is not UTF-8"},
	{"a binary message", frame(ws.Final|ws.Binary, "x"), 1003, "text messages only"},
	{"an empty binary message", frame(ws.Final|ws.Binary, ""), 1003, "text messages only"},
	{"a byte that is not UTF-8", text("\xff"), 1007, "the text is not UTF-8"},
	{"half a character", text("\xe2\x82"), 1007, "the text is not UTF-8"},
	{"half a character in each of two messages", text("\xe2\x82") + text("\xac"), 1007, "the text is not UTF-8"},
	{"a character broken between parts", frame(ws.Text, "\xf0\x9f") + frame(ws.Final|ws.More, "x"), 1007, "the text is not UTF-8"},
	{"a surrogate over parts", frame(ws.Text, "\xed") + frame(ws.Final|ws.More, "\xa0\x80"), 1007, "the text is not UTF-8"},
	{"beyond Unicode", frame(ws.Text, "\xf4") + frame(ws.More, "\x90"), 1007, "the text is not UTF-8"},
	{"overlong", text("\xc0\xaf"), 1007, "the text is not UTF-8"},
	{"a message of a gigabyte", "\x81\xff\x00\x00\x00\x00\x40\x00\x00\x00\x01\x02\x03\x04", 1009, "a message of more than 1048576 bytes"},
	{"a message too long by its last part", frame(ws.Text, strings.Repeat("x", maxMessage)) + frame(ws.Final|ws.More, "x"), 1009, "a message of more than 1048576 bytes"},
}

func TestViolations(t *testing.T) {
	for _, tc := range violations {
		for _, step := range []int{1 + len(tc.frames)/1000, 3 + len(tc.frames)/1000, 100, len(tc.frames)} {
			out, d := decode(text("before")+tc.frames+text("after"), step)
			v, ok := errors.AsType[*violation](d.err)
			if !ok || v.code != tc.code || v.reason != tc.reason || len(v.reason) > maxReason {
				t.Errorf("%s, in steps of %d: %v", tc.what, step, d.err)
			}
			if !strings.HasPrefix(out, "before\n") || strings.Contains(out, "after") {
				t.Errorf("%s, in steps of %d: it is read as %.80q", tc.what, step, out)
			}
			if d.closing != 0 {
				t.Errorf("%s: it would be answered with %d", tc.what, d.closing)
			}
		}
	}
}

func TestDecode(t *testing.T) {
	euro := "€😀é"
	for _, tc := range []struct {
		frames, want string
		err          error
		extra        int
	}{
		{text("a") + text("b\n"), "a\nb\n", nil, 0},
		{text("") + text("\n") + text("\n\na\nb\n"), "\n\n  a b\n", nil, 0},
		{frame(ws.Text, "a\n") + frame(ws.More, "\n") + frame(ws.Final|ws.More, "b\n"), "a  b\n", nil, 2},
		{frame(ws.Text, "a\n") + frame(ws.More, "") + frame(ws.Final|ws.More, ""), "a\n", nil, 2},
		{frame(ws.Text, "") + frame(ws.More, euro[:1]) + frame(ws.More, euro[1:4]) + frame(ws.More, "") + frame(ws.Final|ws.More, euro[4:]), euro + "\n", nil, 4},
		{frame(ws.Text, "a") + frame(ws.Final|ws.Ping, "x") + frame(ws.Final|ws.More, "b"), "ab\n", nil, 2},
		{frame(ws.Final|ws.Pong, "") + frame(ws.Final|ws.Pong, "x"), "", nil, 2},
		{text(strings.Repeat("x", 70_000)) + text("b"), strings.Repeat("x", 70_000) + "\nb\n", nil, 0},
		{text("a") + frame(ws.Final|ws.Close, "") + text("b"), "a\n", io.EOF, 0},
		{frame(ws.Text, "a") + frame(ws.Final|ws.Close, code(3000, "bye")) + text("b"), "a", io.EOF, 1},
		{text("a")[:6], "", nil, 0},
		{text("ab")[:7], "a", nil, 0},
	} {
		for _, step := range []int{1, 2, 5, 7, 4096, 1 << 20} {
			out, d := decode(tc.frames, step)
			if out != tc.want || d.err != tc.err || d.extra != tc.extra {
				t.Errorf("%.60q in steps of %d: %.60q, %v, %d extra frames; want %.60q, %v, %d", tc.frames, step, out, d.err, d.extra, tc.want, tc.err, tc.extra)
			}
		}
	}
	if _, d := decode(frame(ws.Final|ws.Close, code(4321, "bye")), 100); d.closing != 4321 {
		t.Errorf("the code is taken for %d", d.closing)
	}
	if _, d := decode(frame(ws.Final|ws.Ping, "one")+frame(ws.Final|ws.Ping, "two"), 100); !d.asked || string(d.ping) != "two" {
		t.Errorf("the last ping is %q", d.ping)
	}
}

// Whatever comes is read alike in reads of any size, and the text never passes
// the frames that it is made of.
func FuzzDecode(f *testing.F) {
	for _, tc := range violations {
		if len(tc.frames) < 300 {
			f.Add([]byte(tc.frames), 3)
		}
	}
	f.Add([]byte(text("a\n")+frame(ws.Text, "\n")+frame(ws.Final|ws.More, "é\n")), 2)
	f.Fuzz(func(t *testing.T, frames []byte, step int) {
		step = 1 + max(step, -step)%64
		if step <= 0 {
			step = 1
		}
		want, one := decode(string(frames), len(frames)+1)
		got, d := decode(string(frames), step)
		if errors.Is(d.err, errNotUTF8) { // how much comes of the message that is broken depends on the reads
			got, want = got[:strings.LastIndex(got, "\n")+1], want[:strings.LastIndex(want, "\n")+1]
		}
		if got != want || (d.err == nil) != (one.err == nil) || d.err != nil && d.err.Error() != one.err.Error() || d.extra != one.extra {
			t.Errorf("%q: %q, %v, %d at once; %q, %v, %d in steps of %d", frames, want, one.err, one.extra, got, d.err, d.extra, step)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	frames := []byte(strings.Repeat(text(strings.Repeat("x", 64)), 50))
	p := make([]byte, lead+len(frames))
	var d decoder
	b.SetBytes(int64(len(frames)))
	b.ReportAllocs()
	for b.Loop() {
		if n := copy(p[lead:], frames); d.take(p, n) != 50*65 {
			b.Fatal(d.err)
		}
	}
}
