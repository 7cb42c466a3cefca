package dialect

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"chatsim/manager/wire"
)

func TestIRCCarriesNot(t *testing.T) {
	for _, name := range []string{"", "a b", "a,b", "a!b", "a@b", "#a", ":a", "a\r\nQUIT"} {
		if out, err := NewIRC(Account{Name: name, Room: "#chat"}, new(Nicks)).Login(nil); !errors.Is(err, errIRCName) || len(out) > 0 {
			t.Errorf("the name %q: %q, %v", name, out, err)
		}
	}
	c := NewIRC(Account{Name: "bob", Password: "se same", Room: "#room"}, new(Nicks))
	if out, err := c.Login(nil); err != nil || string(out) != "PASS :se same\r\nCAP LS 302\r\nNICK bob\r\nUSER chatsim 0 * :chatsim\r\n" {
		t.Errorf("login %q, %v", out, err)
	}
	c = NewIRC(Account{Name: "bob", Room: "#chat"}, new(Nicks))
	for text, want := range map[string]error{"a\nb": errIRCBreak, "a\rb": errIRCBreak, "\x00": errIRCBreak, "": errIRCEmpty} {
		if out, err := c.Say(nil, []byte(text)); !errors.Is(err, want) || len(out) > 0 {
			t.Errorf("the text %q: %q, %v", text, out, err)
		}
	}
	for _, target := range []string{"", "a b", "a,b", "a\r\n"} {
		if out, err := c.Tell(nil, target, []byte("x")); !errors.Is(err, errIRCName) || len(out) > 0 {
			t.Errorf("the target %q: %q, %v", target, out, err)
		}
	}
}

// TestIRCRooms: what is no name of one channel is not asked for.
func TestIRCRooms(t *testing.T) {
	for _, room := range []string{"#a,#b", "#a b", "#a\r\nQUIT", "#\a"} {
		if out, err := NewIRC(Account{Name: "amy", Room: room}, new(Nicks)).Login(nil); !errors.Is(err, errIRCRoom) || len(out) > 0 {
			t.Errorf("%q: %q, %v", room, out, err)
		}
	}
}

// Without an echo each line comes back as a copy: what was said is told, and not
// that of which an error has told.
func TestIRCCopies(t *testing.T) {
	c := &client{Codec: NewIRC(Account{Name: "bob", Room: "#chat"}, new(Nicks))}
	opening := strings.ReplaceAll(ircOpening, "echo-message", "multi-prefix")
	c.feed([]byte(opening))
	for i, text := range []string{"one", "two", "three", "four "} {
		if out, err := c.Say(nil, []byte(text)); err != nil || string(out) != "PRIVMSG #chat,bob :"+text+"\r\n" {
			t.Errorf("line %d: %q, %v", i, out, err)
		}
	}
	for _, target := range []string{"amy", "zoe", "cat", "dan", "bob"} {
		if _, err := c.Tell(nil, target, []byte("to "+target)); err != nil {
			t.Fatal(err)
		}
	}
	copyOf := func(text string) string { return ":bob!a@b PRIVMSG bob :" + text + "\r\n" }
	for _, step := range []struct {
		in   string
		want []string
	}{
		{copyOf("one"), []string{`line "bob" to all: "one"`}},
		{copyOf("three"), []string{`line "bob" to all: "three"`}}, // the copy of two was lost
		{copyOf("four"), []string{`line "bob" to all: "four"`}},   // a server may trim
		{copyOf("to AMY"), []string{`line "bob" to "amy": "to AMY"`}},
		{":s 401 bob zoe :No such nick\r\n" + copyOf("to zoe"), []string{`error "no such user: zoe"`}},
		{copyOf("to bob"), []string{`error "no such user: cat"`, `error "no such user: dan"`, `line "bob" to "bob": "to bob"`}},
		{copyOf("from elsewhere"), []string{`line "bob" to "bob": "from elsewhere"`}},
	} {
		if got := c.feed([]byte(step.in)); !slices.Equal(got, step.want) {
			t.Errorf("%q is %q, want %q", step.in, got, step.want)
		}
	}
}

// The copy of an own line is known by the bytes in which all others get the line, that
// of a private one by none.
func TestIRCCopyIsTheOthersLine(t *testing.T) {
	opening := strings.ReplaceAll(ircOpening, "echo-message", "multi-prefix")
	bob := &client{Codec: NewIRC(Account{Name: "bob", Room: "#chat"}, new(Nicks))}
	amy := &client{Codec: NewIRC(Account{Name: "amy", Room: "#chat"}, new(Nicks))}
	bob.feed([]byte(opening))
	amy.feed([]byte(strings.ReplaceAll(strings.ReplaceAll(opening, " bob :", " amy :"), ":bob!a@b", ":amy!a@b")))
	for _, text := range []string{"one", ":)", "two  spaces", "\x01ACTION waves\x01", "the copy before this one was lost"} {
		if strings.Contains(text, "lost") {
			if _, err := bob.Tell(nil, "zoe", []byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := bob.Say(nil, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if known, _ := raws(bob.Codec, nil, []byte(":bob!a@b PRIVMSG bob :"+text+"\r\n")); known[len(known)-1] == "" {
			t.Errorf("the copy of %q is known by nothing", text)
		} else if got, skipped := raws(amy.Codec, known[len(known)-1:], []byte(":bob!a@b PRIVMSG #chat :"+text+"\r\n")); skipped != 1 {
			t.Errorf("%q is not known by the copy: it is %q", text, got)
		}
	}
	if _, err := bob.Tell(nil, "amy", []byte("psst")); err != nil {
		t.Fatal(err)
	}
	if known, _ := raws(bob.Codec, nil, []byte(":bob!a@b PRIVMSG bob :psst\r\n")); !slices.Equal(known, []string{""}) {
		t.Errorf("a private line's copy is known by %q", known)
	}
}

// Our own room says that it reads the others later; a user may say the same.
func TestIRCThrottled(t *testing.T) {
	const notice = " NOTICE bob :more than 200 lines a second: the others are read later\r\n"
	c := NewIRC(Account{Name: "bob", Room: "#chat"}, new(Nicks))
	var f Frame
	n, err := c.Decode(&f, []byte(":room.chatsim"+notice), false)
	if limit, ok := wire.ParseSlow(f.Raw); err != nil || n == 0 || f.Kind != wire.Unknown || !ok || limit != 200 {
		t.Errorf("%q is kind %v, a limit of %v, %v", f.Raw, f.Kind, limit, err)
	}
	if _, err := c.Decode(&f, []byte(":amy!a@b"+notice), false); err != ErrShort {
		t.Errorf("a user's notice is %q, %v", f.Raw, err)
	}
}

// TestIRCHurried: many servers say 439 to all who come, and let them in.
func TestIRCHurried(t *testing.T) {
	c := NewIRC(Account{Name: "bob", Room: "#chat"}, new(Nicks))
	var f Frame
	if n, err := c.Decode(&f, []byte(":irc.example 439 * :Please wait while we process your connection.\r\n"), false); err != ErrShort {
		t.Errorf("it is %d bytes of kind %v, %q, %v", n, f.Kind, f.Text, err)
	}
	if n, err := c.Decode(&f, []byte(":irc.example 465 bob :You are banned from this server\r\n"), false); err != nil || n == 0 || f.Kind != wire.Error {
		t.Errorf("a refusal is %d bytes of kind %v, %v", n, f.Kind, err)
	}
}

func TestNicks(t *testing.T) {
	s := new(Nicks)
	took := func(name, want string) {
		t.Helper()
		if got := s.Take(name); got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
	took("bob", "bob")
	took("Bob", "Bob2") // the servers know no case
	took("bob", "bob3")
	s.Release("bob2")
	took("bob", "bob2")
	took("Zoë", "Zoë")
	s.tighten("Zoë")
	took("Zoë", "Zo")
	took("小明", "u")
	took("小明", "u2")
	took("7up", "u7up")
	took("user000123", "user000123")
	s.tighten("user000123")
	took("user000123", "user00012")
	took("user000123", "user00013")
	s.learn([][]byte{[]byte("bob"), []byte("NICKLEN=x"), []byte("NICKLEN=12"), []byte("A=b")})
	took("user000123456", "user00012345")
	s.mark("user000777")
	took("user000777", "user0007772")
}
