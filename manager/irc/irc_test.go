package irc

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	for line, want := range map[string]string{
		"":                                       `"" []`,
		"PING":                                   `"PING" []`,
		"PRIVMSG #chat :hello there":             `"PRIVMSG" ["#chat" "hello there"]`,
		"PRIVMSG #chat ::)":                      `"PRIVMSG" ["#chat" ":)"]`,
		"PRIVMSG #chat :":                        `"PRIVMSG" ["#chat" ""]`,
		"  USER  a 0 *   :A B  ":                 `"USER" ["a" "0" "*" "A B  "]`,
		":x!y@z JOIN #chat\r":                    `"JOIN" ["#chat"]`,
		"@time=1;a=b :x PRIVMSG a:b :c:d":        `"PRIVMSG" ["a:b" "c:d"]`,
		"@a":                                     `"" []`,
		":a":                                     `"" []`,
		"M 1 2 3 4 5 6 7 8 9 10 11 12 13 a b":    `"M" ["1" "2" "3" "4" "5" "6" "7" "8" "9" "10" "11" "12" "13" "a" "b"]`,
		"M 1 2 3 4 5 6 7 8 9 10 11 12 13 14 a b": `"M" ["1" "2" "3" "4" "5" "6" "7" "8" "9" "10" "11" "12" "13" "14" "a b"]`,
	} {
		var m Message
		m.Parse([]byte(line))
		if got := fmt.Sprintf("%q %q", m.Command, m.Params); got != want {
			t.Errorf("%q is %s, want %s", line, got, want)
		}
	}
}

func TestIsStart(t *testing.T) {
	for line, want := range map[string]string{
		"CAP LS":                 "IRC",
		"CAP LS 302\r":           "IRC",
		"CAP LSD":                "a name",
		"CAP":                    "a name",
		"CAP REQ :echo-message":  "perhaps",
		"cap ls":                 "a name",
		"NICK Cave":              "perhaps",
		"NICK bob\r":             "perhaps",
		"NICK":                   "a name",
		"NICK Cave Bad":          "a name",
		"Nick Cave":              "a name",
		"NICK Cave@token=":       "a name",
		"PASS sesame":            "perhaps",
		"PASS":                   "a name",
		"USER a 0 * :A B":        "perhaps",
		"USER a":                 "a name",
		"bob":                    "a name",
		"JOIN :":                 "a name",
		"GET / HTTP/1.1":         "a name",
		":x NICK bob":            "perhaps",
		"NICKname":               "a name",
		"PRIVMSG #chat :hi":      "a name",
		"\xffNICK bob":           "a name",
		"PASS a b c":             "perhaps",
		"NICK \"somebody with\"": "a name",
	} {
		got := "a name"
		switch certain, possible := IsStart([]byte(line)); {
		case certain:
			got = "IRC"
		case possible:
			got = "perhaps"
		}
		if got != want {
			t.Errorf("%q is %s, want %s", line, got, want)
		}
	}
}

// logins are what clients send, and what they are answered.
var logins = map[string]struct {
	in, out string
	step    Step
	login   Login
}{
	"plain":      {"NICK bob|USER b 0 * :Bob", "", Done, Login{Nick: "bob"}},
	"turned":     {"USER b 0 * :Bob|NICK bob", "", Done, Login{Nick: "bob"}},
	"password":   {"PASS :se same|NICK bob|USER b 0 * :Bob", "", Done, Login{Nick: "bob", Password: []byte("se same")}},
	"lower case": {"nick bob|user b 0 * :Bob", "", Done, Login{Nick: "bob"}},
	"irssi 1.4": {"CAP LS 302|JOIN :|NICK bob|USER bob 0 * :bob|CAP REQ :server-time|CAP END",
		":room.chatsim CAP * LS :echo-message server-time|:room.chatsim 451 * :You have not registered|:room.chatsim CAP bob ACK :server-time|",
		Done, Login{Nick: "bob", Caps: Caps{Time: true}}},
	"waits for END": {"CAP LS|NICK bob|USER b 0 * :Bob|CAP REQ :echo-message",
		":room.chatsim CAP * LS :echo-message server-time|:room.chatsim CAP bob ACK :echo-message|", More, Login{Nick: "bob", Caps: Caps{Echo: true}}},
	"capabilities": {"CAP REQ :echo-message sasl|CAP REQ :echo-message server-time|CAP REQ -echo-message|CAP LIST|CAP FOO|NICK a|USER b 0 * :c|CAP END",
		":room.chatsim CAP * NAK :echo-message sasl|:room.chatsim CAP * ACK :echo-message server-time|:room.chatsim CAP * ACK :-echo-message|" +
			":room.chatsim CAP * LIST :server-time|:room.chatsim 410 * FOO :Invalid CAP command|", Done, Login{Nick: "a", Caps: Caps{Time: true}}},
	"bad nicks": {"NICK|NICK a,b|NICK :a b|NICK #a|NICK *|NICK \x01|NICK bob|USER b|USER b 0 * :Bob",
		":room.chatsim 431 * :No nickname given|:room.chatsim 432 * a,b :Erroneous nickname: name holds what is no part of a nick|" +
			":room.chatsim 432 * a?b :Erroneous nickname: name holds what is no part of a nick|" +
			":room.chatsim 432 * #a :Erroneous nickname: name holds what is no part of a nick|" +
			":room.chatsim 432 * * :Erroneous nickname: name is that of the server|" +
			":room.chatsim 432 * ? :Erroneous nickname: name has a control character in it|" +
			":room.chatsim 461 bob USER :Not enough parameters|", Done, Login{Nick: "bob"}},
	"ping":  {"PING :a b|PING|PONG x", ":room.chatsim PONG room.chatsim :a b|:room.chatsim 409 * :No origin specified|", More, Login{}},
	"early": {"PRIVMSG #chat :hi|PASS", ":room.chatsim 451 * :You have not registered|:room.chatsim 461 * PASS :Not enough parameters|", More, Login{}},
	"quit":  {"NICK bob|QUIT :bye", "", Quit, Login{Nick: "bob"}},
}

func TestLogin(t *testing.T) {
	for name, c := range logins {
		var l Login
		var out []byte
		step := More
		for line := range strings.SplitSeq(c.in, "|") {
			if step != More {
				t.Fatalf("%s: over before %q", name, line)
			}
			out, step = l.Line(out, []byte(line+"\r"))
		}
		if got := strings.ReplaceAll(string(out), "\r\n", "|"); got != c.out {
			t.Errorf("%s: answered\n%s\nwant\n%s", name, got, c.out)
		}
		if step != c.step || l.Nick != c.login.Nick || !bytes.Equal(l.Password, c.login.Password) || l.Caps != c.login.Caps {
			t.Errorf("%s: step %v, login %+v", name, step, l)
		}
	}
}

// lines are what a client in the room sends: what it is answered, and what it
// asks.
var lines = map[string]string{
	"":                                    "",
	"PRIVMSG #chat :hi":                   `Say "" "hi"`,
	"privmsg #CHAT hi":                    `Say "" "hi"`,
	"NOTICE #chat :hi":                    `Say "" "hi"`,
	"PRIVMSG bob :hi":                     `Tell "bob" "hi"`,
	"PRIVMSG bob,#chat,amy :hi":           `Tell "bob" "hi"|Say "" "hi"|Tell "amy" "hi"`,
	"PRIVMSG #other :hi":                  ":room.chatsim 403 me #other :No such channel: the room is #chat",
	"PRIVMSG":                             ":room.chatsim 411 me :No recipient given (PRIVMSG)",
	"PRIVMSG #chat":                       ":room.chatsim 412 me :No text to send",
	"PRIVMSG #chat :":                     ":room.chatsim 412 me :No text to send",
	"NOTICE":                              "",
	"NOTICE #chat":                        "",
	"PRIVMSG #chat :\x01ACTION waves\x01": `Say "" "/me waves"`,
	"PRIVMSG #chat :\x01ACTION \x02waves": `Say "" "/me waves"`,
	"PRIVMSG #chat :a\x02b\x0304,12c\x03d\x0f\x04ff8800e": `Say "" "abcde"`,
	"PRIVMSG #chat :\x0312,a\x031,":                       `Say "" ",a,"`,
	"PRIVMSG bob :\x01PING 1 2\x01":                       `CTCP "bob" "\x01PING 1 2\x01"`,
	"PRIVMSG #chat :\x01VERSION\x01":                      ":me!u@chatsim NOTICE me :\x01VERSION chatsim\x01",
	"PRIVMSG #chat :\x01DCC SEND x\x01":                   ":room.chatsim NOTICE me :CTCP DCC is not carried by this room",
	"NOTICE bob :\x01VERSION x\x01":                       "",
	"PING a":                                              ":room.chatsim PONG room.chatsim :a",
	"PING":                                                ":room.chatsim 409 me :No origin specified",
	"PONG a":                                              "",
	"JOIN":                                                ":room.chatsim 461 me JOIN :Not enough parameters",
	"JOIN :":                                              ":room.chatsim 403 me * :No such channel: the room is #chat",
	"JOIN #chat":                                          `Names "" ""`,
	"JOIN #a,#chat":                                       `:room.chatsim 403 me #a :No such channel: the room is #chat|Names "" ""`,
	"JOIN 0":                                              `Leave "" ""`,
	"PART #chat":                                          `Leave "" ""`,
	"QUIT :bye":                                           `Leave "" ""`,
	"NAMES":                                               `Names "" ""`,
	"NAMES #chat":                                         `Names "" ""`,
	"NAMES #a":                                            ":room.chatsim 366 me #a :End of NAMES list",
	"WHO #chat":                                           `WhoAll "" ""`,
	"WHO":                                                 `WhoAll "" ""`,
	"WHO bob":                                             `WhoOne "bob" ""`,
	"WHOIS bob":                                           `Whois "bob" ""`,
	"WHOIS room.chatsim bob":                              `Whois "bob" ""`,
	"WHOIS":                                               ":room.chatsim 431 me :No nickname given",
	"WHOWAS bob":                                          ":room.chatsim 406 me bob :There was no such nickname|:room.chatsim 369 me bob :End of WHOWAS",
	"LIST":                                                `List "" ""`,
	"LUSERS":                                              `LUsers "" ""`,
	"ISON bob amy":                                        `IsOn "bob amy" ""`,
	"ISON :bob amy":                                       `IsOn "bob amy" ""`,
	"USERHOST bob":                                        `UserHost "bob" ""`,
	"AWAY :at lunch":                                      `Away "" "at lunch"`,
	"AWAY":                                                `Away "" ""`,
	"NICK me":                                             "",
	"NICK other":                                          ":room.chatsim 447 me :You keep your name for as long as you are in the room: reconnect under another",
	"USER a 0 * :b":                                       ":room.chatsim 462 me :You may not reregister",
	"CAP LS":                                              ":room.chatsim CAP me LS :echo-message server-time",
	"CAP LIST":                                            ":room.chatsim CAP me LIST :echo-message",
	"CAP REQ :echo-message":                               ":room.chatsim CAP me ACK :echo-message",
	"CAP REQ server-time":                                 ":room.chatsim CAP me NAK :server-time",
	"CAP END":                                             "",
	"CAP":                                                 ":room.chatsim 410 me * :Invalid CAP command",
	"MODE #chat":                                          ":room.chatsim 324 me #chat +nt",
	"MODE #chat b":                                        ":room.chatsim 368 me #chat :End of channel ban list",
	"MODE #chat +e":                                       ":room.chatsim 349 me #chat :End of channel exception list",
	"MODE #chat I":                                        ":room.chatsim 347 me #chat :End of channel invite list",
	"MODE #chat +o bob":                                   ":room.chatsim 482 me #chat :You're not channel operator: nobody is",
	"MODE #a":                                             ":room.chatsim 403 me #a :No such channel: the room is #chat",
	"MODE me +i":                                          ":room.chatsim 221 me +",
	"MODE bob":                                            ":room.chatsim 502 me :Cannot change mode for other users",
	"MODE":                                                ":room.chatsim 461 me MODE :Not enough parameters",
	"TOPIC #chat":                                         ":room.chatsim 332 me #chat :" + topic,
	"TOPIC #chat :mine":                                   ":room.chatsim 482 me #chat :You're not channel operator: nobody is",
	"KICK #chat bob":                                      ":room.chatsim 482 me #chat :You're not channel operator: nobody is",
	"OPER a b":                                            ":room.chatsim 491 me :Nobody is an operator by IRC: the room's is where the room runs",
	"KILL bob":                                            ":room.chatsim 481 me :Permission denied: you are not an operator",
	"VERSION":                                             ":room.chatsim 351 me chatsim room.chatsim :one room, #chat",
	"TIME":                                                ":room.chatsim 391 me room.chatsim :Thu, 01 Jan 1970 00:00:00 UTC",
	"HISTORY":                                             `Before "" ""`,
	"HISTORY 20":                                          `Before 20 "" ""`,
	"CHATHISTORY LATEST #chat * 50":                       `Before 50 "" ""`,
	"HISTORY #chat -1":                                    `Before "" ""`,
	"FOO bar":                                             ":room.chatsim 421 me FOO :Unknown command",
	"\x01\x02":                                            ":room.chatsim 421 me ?? :Unknown command",
}

func newLines() *Lines {
	return &Lines{Peer: &Peer{Nick: "me", Caps: Caps{Echo: true}}, Now: func() time.Time { return time.Unix(0, 0) }}
}

func TestLines(t *testing.T) {
	kinds := map[AskKind]string{Say: "Say", Tell: "Tell", CTCP: "CTCP", Names: "Names", WhoAll: "WhoAll", WhoOne: "WhoOne", Whois: "Whois",
		List: "List", LUsers: "LUsers", IsOn: "IsOn", UserHost: "UserHost", Away: "Away", Before: "Before", Leave: "Leave"}
	for line, want := range lines {
		answer, asks := newLines().Line(nil, []byte(line))
		got := strings.FieldsFunc(string(answer), func(r rune) bool { return r == '\r' || r == '\n' })
		for _, ask := range asks {
			kind := kinds[ask.Kind]
			if ask.Count > 0 {
				kind += fmt.Sprint(" ", ask.Count)
			}
			got = append(got, fmt.Sprintf("%s %q %q", kind, ask.Target, ask.Text))
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q is\n%s\nwant\n%s", line, strings.Join(got, "|"), want)
		}
	}
}

// FuzzClient has a client send anything: what it is answered are whole lines of
// IRC without what would end one within.
func FuzzClient(f *testing.F) {
	for line := range lines {
		f.Add([]byte(line))
	}
	for _, c := range logins {
		for line := range strings.SplitSeq(c.in, "|") {
			f.Add([]byte(line))
		}
	}
	invalid := strings.Repeat("\xff", 2*MaxLine) // three times as long where it may be said
	for _, begin := range []string{"CAP REQ :", "PING :", "WHO ", "NICK ", "PRIVMSG bob :\x01PING ", "PRIVMSG bob :\x01"} {
		f.Add([]byte(begin + invalid))
	}
	longest := strings.Repeat("\U0001F600", 32) // the longest name that there is
	f.Fuzz(func(t *testing.T, line []byte) {
		line, _, _ = bytes.Cut(line, []byte("\n"))
		before := bytes.Clone(line)
		first, _ := new(Login).Line(nil, line)
		peer := newLines()
		peer.Peer.Nick = longest
		second, asks := peer.Line(nil, line)
		if !bytes.Equal(line, before) {
			t.Fatalf("the input was changed to %q", line)
		}
		for _, ask := range asks {
			if ask.Kind == CTCP {
				second = peer.AppendCTCP(second, longest, ask.Text)
			}
			second = NoSuchNick(second, longest, ask.Target)
		}
		for answer := range bytes.Lines(slices.Concat(first, second)) {
			text, whole := bytes.CutSuffix(answer, []byte("\r\n"))
			if !whole || bytes.ContainsAny(text, "\r\n\x00") || !utf8.Valid(text) || len(answer) > MaxLine {
				t.Fatalf("%q is answered %q", line, answer)
			}
		}
	})
}
