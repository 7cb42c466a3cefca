package bench

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// speech is how plain says and hears lines in a dialect whose frames are, or hold,
// lines of text.
//
// A line costs the server what one of ours does: names have the length of ours, and so
// have messages at brokers, of which the sender's name is a part.
//
// A text begins with a mark that nothing else in a frame has, then the time at which
// the line was due, in microseconds, and its sender's number, each as digits to the
// base of 16 from a to p.
type speech struct {
	login         string // NAME stands for the user's name
	in            string // what a frame holds that says the user is in
	text          int    // bytes
	before, after string // a text, as it is sent
	echo          bool   // own lines come back
}

const (
	textMark   = '`'
	dueDigits  = 8
	fromDigits = 4

	published = len("user100-0\t") + defaultSize // bytes of a message at a broker, which knows no senders
)

var speeches = map[string]speech{
	"line": {login: "NAME\n", in: `{"welcome"`, text: defaultSize, after: "\n", echo: true},
	"irc": {login: "NICK NAME\r\nUSER chatsim 0 * :chatsim\r\nJOIN #chat\r\n", in: " 366 ",
		text: defaultSize, before: "PRIVMSG #chat :", after: "\r\n"},
	"redis": {login: "HELLO 3\r\nSUBSCRIBE chat\r\n", in: "subscribe\r",
		text: published, before: fmt.Sprintf("*3\r\n$7\r\nPUBLISH\r\n$4\r\nchat\r\n$%d\r\n", published), after: "\r\n", echo: true},
	"nats": {login: "CONNECT {\"verbose\":false,\"echo\":true}\r\nSUB chat 1\r\nPING\r\n", in: "PONG",
		text: published, before: fmt.Sprintf("PUB chat %d\r\n", published), after: "\r\n", echo: true},
	// Of MQTT's packets, which know no lines, those that matter hold a line break: the
	// message as its last byte, the acknowledgment in the number of the subscription.
	"mqtt": {login: "\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00" + "\x82\x09I\n\x00\x04chat\x00", in: "\x90\x03I",
		text: published, before: fmt.Sprintf("0%c\x00\x04chat", 2+len("chat")+published+1), after: "\n", echo: true},
}

// line returns a line to be stamped.
func (sp speech) line() []byte {
	return []byte(sp.before + string(textMark) + strings.Repeat("x", sp.text-1) + sp.after)
}

// stamp stamps a line.
func (sp speech) stamp(line []byte, due time.Duration, sender int) {
	to := line[len(sp.before)+1:]
	putDigits(to[:dueDigits], due.Microseconds())
	putDigits(to[dueDigits:dueDigits+fromDigits], int64(sender))
}

func putDigits(to []byte, n int64) {
	for i := len(to) - 1; i >= 0; i, n = i-1, n>>4 {
		to[i] = 'a' + byte(n&15)
	}
}

func digits(b []byte) (n int64) {
	for _, c := range b {
		n = n<<4 | int64(c-'a')
	}
	return n
}

// stampOf returns the stamp of a frame; false if it has none.
func stampOf(frame []byte) (due time.Duration, sender int, ok bool) {
	i := bytes.IndexByte(frame, textMark)
	if i < 0 || len(frame) < i+1+dueDigits+fromDigits {
		return 0, 0, false
	}
	b := frame[i+1:]
	return time.Duration(digits(b[:dueDigits])) * time.Microsecond, int(digits(b[dueDigits : dueDigits+fromDigits])), true
}

func TestStamps(t *testing.T) {
	for name, sp := range speeches {
		line := sp.line()
		sp.stamp(line, 1234567*time.Microsecond, 789)
		if len(line) != len(sp.before)+sp.text+len(sp.after) {
			t.Errorf("%s: a text of %d bytes", name, len(line)-len(sp.before)-len(sp.after))
		}
		if due, sender, ok := stampOf(line); !ok || due != 1234567*time.Microsecond || sender != 789 {
			t.Errorf("%s: %v, %d, %v in %q", name, due, sender, ok, line)
		}
		if _, _, ok := stampOf([]byte(sp.in)); ok {
			t.Errorf("%s: %q is taken for a line", name, sp.in)
		}
	}
}
