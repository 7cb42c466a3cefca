package flags

import (
	"strings"
	"testing"

	"chatsim/loadgen/report"
)

func TestReproduce(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "chatsim -seed 7"},
		{[]string{"-users", "500", "-duration", "30s", "-json", "x", "-v"}, "chatsim -users 500 -duration 30s -seed 7"},
		{[]string{"-users", "100", "-duration", "90s", "-seed", "3"}, "chatsim -duration 1m30s -seed 7"},
		{[]string{"-rate", "max", "-inflight", "5", "-drain", "1h", "-warmup", "2m"}, "chatsim -rate max -inflight 5 -warmup 2m -drain 1h -seed 7"},
		{[]string{"-rate", "0.5", "-size", "100", "-scenario", "churn", "-verify", "off"}, "chatsim -rate 0.5 -size 100 -scenario churn -verify off -seed 7"},
		{[]string{"-threshold", "sent > 5", "-threshold", "delivery.p99<50ms", "-target", "[::1]:99"},
			"chatsim -target '[::1]:99' -threshold 'sent>5' -threshold 'delivery.p99<50ms' -seed 7"},
		{[]string{"-target", "wss://h/ws?a=b", "-tls-insecure", "-header", "Cookie: id=1", "-header", "Origin: x", "-password", "sesame"},
			"chatsim -password WORD -target 'wss://h/ws?a=b' -tls-insecure -header 'Cookie: VALUE' -header 'Origin: VALUE' -seed 7"},
		{[]string{"-cmd", "my/server -port {port}", "-ready", "http://h:{port}/", "-target", "tls://h:{port}"},
			"chatsim -cmd 'my/server -port {port}' -ready 'http://h:{port}/' -target 'tls://h:{port}' -seed 7"},
		{[]string{"-users", "5", "-dialect", "raw", "-target", "h:1"}, "chatsim -target h:1 -dialect raw -users 5 -seed 7"},
	} {
		_, c, err := parse(tt.args, known)
		if err != nil {
			t.Errorf("%q: %v", tt.args, err)
			continue
		}
		if got := c.Reproduce(7); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.args, got, tt.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{"": "''", "a": "a", "a b": "'a b'", "it's": `'it'\''s'`, "<": "'<'", "$x": "'$x'", "10.0.0.1:99": "10.0.0.1:99"} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, line := range []string{"", "-users 500", "-threshold a<b", "-target x:1", "-rate max\n-inflight 3", "-q\n-v", "--\nx", "-json\n-", "-size=-5", "-\xff", "-users\n1_0"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		all, c, err := parse(strings.Split(lines, "\n"), known)
		if err != nil {
			msg := strings.ReplaceAll(err.Error(), "\n", "")
			if msg == "" || report.Printable(msg) != msg {
				t.Fatalf("%q: the error %q is not printable", lines, err)
			}
			return
		}
		seed := all.Runs.Load.Seed
		if c.Help || c.Version || c.On("serve") {
			return
		}
		_, again, err := parse(split(t, c.Reproduce(seed)), known)
		if err != nil {
			t.Fatalf("%q: %s is refused: %v", lines, c.Reproduce(seed), err)
		}
		if got, want := again.Reproduce(seed), c.Reproduce(seed); got != want {
			t.Fatalf("%q: %s reproduces as %s", lines, want, got)
		}
	})
}

// split reads what Reproduce wrote as a shell would, without its program name.
func split(t *testing.T, line string) []string {
	t.Helper()
	var words []string
	word, quoted := "", false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\'':
			quoted = !quoted
		case c == '\\' && !quoted:
			i++
			word += string(line[i])
		case c == ' ' && !quoted:
			words, word = append(words, word), ""
		default:
			word += string(c)
		}
	}
	if quoted {
		t.Fatalf("%s has an open quote", line)
	}
	return append(words, word)[1:]
}
