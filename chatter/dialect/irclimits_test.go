package dialect

import (
	"errors"
	"strings"
	"testing"

	"chatsim/manager/wire"
)

// TestIRCLimits has no line be longer than a server takes, neither as it is sent nor as
// others get it, and no more targets in one than it says.
func TestIRCLimits(t *testing.T) {
	const source = ":bob!~chatsim@127.0.0.1"
	for said, tc := range map[string]struct {
		line  int    // with its end
		start string // of what is sent
	}{
		"":                                     {512, "PRIVMSG #chat,bob :"},
		"LINELEN=400":                          {400, "PRIVMSG #chat,bob :"},
		"LINELEN=2048 TARGMAX=JOIN:,PRIVMSG:4": {2048, "PRIVMSG #chat,bob :"},
		"TARGMAX=WHOIS:1,PRIVMSG:1 MAXTARGETS=20": {512, "PRIVMSG #chat :"},
		"MAXTARGETS=1":           {512, "PRIVMSG #chat :"},
		"LINELEN=x CHANNELLEN=5": {512, "PRIVMSG #chat,bob :"},
	} {
		c := NewIRC(Account{Name: "bob", Room: "#chat"}, new(Nicks)).(*irc)
		k := &client{Codec: c}
		k.feed([]byte(":s CAP * LS :multi-prefix\r\n:s 001 bob :hi\r\n:s 005 bob " + said + " :are supported by this server\r\n:s 376 bob :end\r\n" +
			source + " JOIN #chat\r\n:s 353 bob = #chat :bob\r\n:s 366 bob #chat :end\r\n"))
		for _, target := range []string{"", "amy", "somebodyelse", "bob"} {
			most := c.Longest(target)
			text := strings.Repeat("x", most)
			say := func(text string) (out []byte, err error) {
				if target == "" {
					return c.Say(nil, []byte(text))
				}
				return c.Tell(nil, target, []byte(text))
			}
			out, err := say(text)
			longest := 0
			for line := range strings.Lines(string(out)) {
				targets, _, _ := strings.Cut(strings.TrimPrefix(line, "PRIVMSG "), " ")
				longest = max(longest, len(line))
				for to := range strings.SplitSeq(targets, ",") {
					longest = max(longest, len(source+" PRIVMSG "+to+" :"+text+"\r\n"))
				}
			}
			if err != nil || longest != tc.line || target == "" && !strings.HasPrefix(string(out), tc.start) {
				t.Errorf("%q, to %q: a line of %d bytes, %v: %.40q", said, target, longest, err, out)
			}
			if out, err := say(text + "x"); !errors.Is(err, errIRCLong) || len(out) > 0 {
				t.Errorf("%q, to %q: one more byte: %q, %v", said, target, out, err)
			}
		}
	}
}

// TestIRCSplit has a netsplit be told before the leaves that it brings, and no quit that
// only looks like it.
func TestIRCSplit(t *testing.T) {
	k := &client{Codec: NewIRC(Account{Name: "bob", Room: "#chat"}, new(Nicks))}
	k.feed([]byte(ircOpening))
	var f Frame
	if _, err := k.Decode(&f, []byte(":amy!a@b QUIT :a.example.net *.split\r\n"), false); err != nil || f.Kind != wire.Unknown {
		t.Fatal(f, err)
	}
	if err := k.Parse(&f); err != nil || f.Kind != wire.Unknown {
		t.Error(f, err)
	}
	if servers, ok := ParseSplit(f.Raw); !ok || servers != "a.example.net *.split" {
		t.Errorf("%q", f.Raw)
	}
	if _, err := k.Decode(&f, nil, false); err != nil || f.Kind != wire.Leave || string(f.Names[0]) != "amy" {
		t.Error(f, err)
	}
	for _, reason := range []string{"bye", "Quit: a.b c.d", "see you. later.", "a.example.net", "a.b c.d e.f", "\"a.b c.d\"", ""} {
		if isSplit([]byte(reason)) {
			t.Errorf("%q is no netsplit", reason)
		}
	}
}

// TestIRCChannelTooLong has the name of a channel that a server would cut be refused.
func TestIRCChannelTooLong(t *testing.T) {
	k := &client{Codec: NewIRC(Account{Name: "bob", Room: "#chatters"}, new(Nicks))}
	got := k.feed([]byte(":s 001 bob :hi\r\n:s 005 bob CHANNELLEN=5 :are supported\r\n:s 422 bob :none\r\n"))
	if len(got) != 1 || !strings.Contains(got[0], "9 bytes, and the server takes 5 (CHANNELLEN)") {
		t.Errorf("%q", got)
	}
}
