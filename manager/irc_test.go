package manager

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/manager/irc"
)

// sayAll writes lines of IRC, all in one piece.
func (u *user) sayAll(lines ...string) {
	u.t.Helper()
	u.send(strings.Join(lines, "\r\n") + "\r")
}

// expectIRC compares what comes next, without line ends. What the server says
// has a '>' before it instead of its name.
func (u *user) expectIRC(lines ...string) {
	u.t.Helper()
	for _, want := range lines {
		if short, ok := strings.CutPrefix(want, ">"); ok {
			want = ":" + irc.Server + " " + short
		}
		u.expect(want + "\r")
	}
}

// enterIRC registers over a pipe, and reads up to the names of who is present.
func enterIRC(t *testing.T, m *Manager, asked string, roster ...string) *user {
	t.Helper()
	u := visit(t, m)
	u.sayAll("NICK "+asked, "USER x 0 * :x")
	u.greetedIRC(asked, roster...)
	return u
}

func (u *user) greetedIRC(asked string, roster ...string) {
	u.t.Helper()
	given := roster[len(roster)-1]
	for line := range u.got {
		if strings.Contains(line, " 376 ") {
			break
		}
	}
	if given != asked {
		u.expectIRC(":" + asked + "!u@chatsim NICK :" + given)
	}
	u.expectIRC(":" + given + "!u@chatsim JOIN #chat")
	if topic := <-u.got; !strings.Contains(topic, " 332 "+given+" #chat :") {
		u.t.Fatalf("got %q, want the topic", topic)
	}
	u.expectIRC(">353 "+given+" = #chat :"+strings.Join(roster, " "), ">366 "+given+" #chat :End of NAMES list")
}

func saidBy(nick, text string) string { return ":" + nick + "!u@chatsim PRIVMSG #chat :" + text }

func saidTo(target, nick, text string) string {
	return ":" + nick + "!u@chatsim PRIVMSG " + target + " :" + text
}

func cameIRC(nick string) string { return ":" + nick + "!u@chatsim JOIN #chat" }

func TestIRCBesideLines(t *testing.T) {
	inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		bob2 := enterIRC(t, m, "bob", "bob", "bob2")
		raw := enterRaw(t, m, "amy", "bob", "bob2", "amy")
		bob.expect(joined("bob2"), joined("amy"))
		bob2.expectIRC(cameIRC("amy"))

		bob.send("hello @all")
		bob2.expectIRC(saidBy("bob", "hello @all"))
		raw.expect(" bob:hello ＠all@bob" + all)
		bob2.sayAll("PRIVMSG #chat :hi\x02 there\x02", "PRIVMSG #chat :\x01ACTION waves\x01", "PRIVMSG bob :psst", "PRIVMSG BOB2,amy :to two", "PING end")
		bob.expect(group("bob", "hello @all"), group("bob2", "hi there"), group("bob2", "/me waves"), private("bob2", "psst", "bob"))
		raw.expect(" bob2:hi there@bob2"+all, " bob2:/me waves@bob2"+all, " bob2:to two@bob2@amy")
		bob2.expectIRC(saidTo("bob2", "bob2", "to two"), ">PONG room.chatsim :end") // its own lines do not come back
		bob.send("/msg bob2 aha")
		bob2.expectIRC(saidTo("bob2", "bob", "aha"))
		bob.expect(private("bob", "aha", "bob2"))
		raw.send("on two\u2028lines@amy" + all)
		bob2.expectIRC(saidBy("amy", "on two"), saidBy("amy", "lines"))
		bob.expect(group("amy", "on two\u2028lines"))

		bob2.sayAll("QUIT :bye")
		bob2.expectIRC("ERROR :Closing link: you have left")
		bob2.ends()
		bob.expect(left("bob2"))
		bob2.conn.Close()
		if st := m.Stats(); st.Lines != 4 || st.PrivateLines != 4 || st.Panics != 0 {
			t.Errorf("stats %+v", st)
		}
	})
}

// All who speak IRC read one order, each with the capabilities that it asked for.
func TestIRCCapabilities(t *testing.T) {
	inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
		at := "@time=" + time.Now().UTC().Format("2006-01-02T15:04:05.000Z") + " "
		amy := visit(t, m)
		amy.sayAll("CAP LS 302", "JOIN :", "NICK amy", "USER x 0 * :x")
		amy.expectIRC(">CAP * LS :echo-message server-time", ">451 * :You have not registered")
		amy.sayAll("CAP REQ :echo-message server-time", "CAP END")
		amy.expectIRC(">CAP amy ACK :echo-message server-time")
		amy.greetedIRC("amy", "amy")
		bob := enterIRC(t, m, "bob", "amy", "bob")
		amy.expectIRC(at + cameIRC("bob"))
		zoe := enter(t, m, "zoë", "amy", "bob", "zoë")
		amy.expectIRC(at + cameIRC("zoë"))
		bob.expectIRC(cameIRC("zoë"))

		amy.sayAll("PRIVMSG #chat :one", "PRIVMSG bob :two", "PRIVMSG amy :three")
		amy.expectIRC(at+saidBy("amy", "one"), at+saidTo("bob", "amy", "two"), at+saidTo("amy", "amy", "three"))
		bob.expectIRC(saidBy("amy", "one"), saidTo("bob", "amy", "two"))
		bob.sayAll("PRIVMSG #chat :four", "PRIVMSG zoë :five", "PING x")
		bob.expectIRC(">PONG room.chatsim :x")
		amy.expectIRC(at + saidBy("bob", "four"))
		zoe.expect(group("amy", "one"), group("bob", "four"), private("bob", "five", "zoë"))
		if err := m.Announce("the server speaks"); err != nil {
			t.Fatal(err)
		}
		amy.expectIRC(at + ":room.chatsim NOTICE #chat :the server speaks")
		bob.expectIRC(">NOTICE #chat :the server speaks")
		zoe.conn.Close()
		bob.expectIRC(":zoë!u@chatsim QUIT :closed its connection")
		amy.expectIRC(at + ":zoë!u@chatsim QUIT :closed its connection")
		if read := m.seq.feed.Read(); read != 1<<lineForm|1<<ircForm|1<<ircTimed {
			t.Errorf("the forms that are read are %b", read)
		}
		amy.conn.Close()
		bob.conn.Close()
		synctest.Wait()
		if read := m.seq.feed.Read(); read != bareForms {
			t.Errorf("with nobody there the forms that are read are %b", read)
		}
	})
}

func TestIRCQuestions(t *testing.T) {
	inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
		ann := enter(t, m, "Ann Smith", "Ann Smith")
		ann2 := enter(t, m, "ann_smith", "Ann Smith", "ann_smith")
		bob := enterIRC(t, m, "bob", "Ann_Smith", "ann_smith_2", "bob")
		ann.expect(joined("ann_smith"), joined("bob"))
		ann2.expect(joined("bob"))
		bob.sayAll("NAMES #chat", "WHO #chat", "PRIVMSG ann_smith :to the first", "PRIVMSG Ann_Smith_2 :to the second", "PRIVMSG ann :nobody", "WHOIS ann_smith_2",
			"LIST", "LUSERS", "ISON bob ann_smith zoe", "USERHOST ANN_SMITH", "WHO bob", "PRIVMSG ann_smith :\x01PING 7\x01", "PRIVMSG zoe :\x01PING 7\x01", "FOO")
		ann.expect(private("bob", "to the first", "Ann Smith"))
		ann2.expect(private("bob", "to the second", "ann_smith"))
		bob.expectIRC(
			">353 bob = #chat :Ann_Smith ann_smith_2 bob", ">366 bob #chat :End of NAMES list",
			">352 bob #chat u chatsim room.chatsim Ann_Smith H :0 Ann Smith", ">352 bob #chat u chatsim room.chatsim ann_smith_2 H :0 ann_smith",
			">352 bob #chat u chatsim room.chatsim bob H :0 bob", ">315 bob #chat :End of WHO list",
			">401 bob ann :No such nick",
			">311 bob ann_smith_2 u chatsim * :ann_smith", ">319 bob ann_smith_2 :#chat", ">312 bob ann_smith_2 room.chatsim :chatsim", ">318 bob ann_smith_2 :End of WHOIS list",
			">321 bob Channel :Users  Name", ">322 bob #chat 3 :Group chat: everybody here, whatever they came with", ">323 bob :End of LIST",
			">251 bob :There are 3 users and 0 services on 1 server", ">255 bob :I have 3 clients and 0 servers",
			">303 bob :bob Ann_Smith", ">302 bob :Ann_Smith=+u@chatsim",
			">352 bob #chat u chatsim room.chatsim bob H :0 bob", ">315 bob bob :End of WHO list",
			":Ann_Smith!u@chatsim NOTICE bob :\x01PING 7\x01", ">401 bob zoe :No such nick", ">421 bob FOO :Unknown command")
		ann.send("hello")
		bob.expectIRC(saidBy("Ann_Smith", "hello"))
		ann.conn.Close()
		bob.expectIRC(":Ann_Smith!u@chatsim QUIT :closed its connection")
		smith := enterIRC(t, m, "Ann_Smith", "ann_smith_2", "bob", "Ann_Smith") // the nick is free again
		bob.expectIRC(cameIRC("Ann_Smith"))
		smith.sayAll("AWAY :at lunch", "PRIVMSG Ann_Smith :a note to myself")
		smith.expectIRC(">306 Ann_Smith :You have been marked as being away", saidTo("Ann_Smith", "Ann_Smith", "a note to myself"),
			">301 Ann_Smith Ann_Smith :at lunch")
		bob.sayAll("PRIVMSG ann_smith :are you there?")
		bob.expectIRC(">301 bob Ann_Smith :at lunch")
		smith.expectIRC(saidTo("Ann_Smith", "bob", "are you there?"))
		smith.sayAll("AWAY")
		smith.expectIRC(">305 Ann_Smith :You are no longer marked as being away")
		bob.sayAll("PRIVMSG ann_smith :and now?", "PING x")
		bob.expectIRC(">PONG room.chatsim :x")
		ann2.expect(group("Ann Smith", "hello"), left("Ann Smith"), joined("Ann_Smith"))
	})
}

// Who asks for what was said before is told, and when it was said.
func TestIRCHistory(t *testing.T) {
	inBubble(t, Config{Detect: true, History: 3}, func(t *testing.T, m *Manager) {
		then := time.Now()
		bob := enter(t, m, "Bob B", "Bob B")
		for _, text := range []string{"one", "two", "/me waves", "four"} {
			bob.send(text)
			bob.expect(group("Bob B", text))
		}
		time.Sleep(time.Hour)
		amy := enterIRC(t, m, "amy", "Bob_B", "amy")
		amy.sayAll("HISTORY", "PRIVMSG #chat :/history 1", "PING x")
		said := then.Format(">NOTICE amy :[2006-01-02 15:04] <Bob B> ")
		amy.expectIRC(said+"two", said+"/me waves", said+"four", said+"four", ">PONG room.chatsim :x")
		cat := visit(t, m)
		cat.sayAll("CAP REQ server-time", "NICK cat", "USER c 0 * :c", "CAP END")
		cat.expectIRC(">CAP * ACK :server-time")
		cat.greetedIRC("cat", "Bob_B", "amy", "cat")
		cat.sayAll("CHATHISTORY LATEST #chat * 2")
		at := then.UTC().Format("@time=2006-01-02T15:04:05.000Z ")
		cat.expectIRC(at+saidBy("Bob_B", "\x01ACTION waves\x01"), at+saidBy("Bob_B", "four"))
	})
}

// What was meant for a command goes to nobody, whatever client it was typed in.
func TestIRCSlips(t *testing.T) {
	inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		amy := enterIRC(t, m, "amy", "bob", "amy")
		bob.expect(joined("amy"))
		for _, slip := range []string{"/msg bob psst", " /msg bob psst", "／MSG bob psst", "/History"} {
			amy.sayAll("PRIVMSG #chat :" + slip)
			if got := <-amy.got; !strings.HasPrefix(got, ":room.chatsim NOTICE amy :not said to anybody: write /") {
				t.Errorf("%q is answered %q", slip, got)
			}
		}
		amy.sayAll("PRIVMSG #chat :/who", "PRIVMSG #chat :/history 2")
		amy.expectIRC(">353 amy = #chat :bob amy", ">366 amy #chat :End of NAMES list", ">NOTICE amy :nothing was said before, or nothing is kept of it")
		amy.sayAll("PRIVMSG #chat :x@@bob", "PRIVMSG #chat :x@amy@bob", "PRIVMSG #chat ://who", "PRIVMSG #chat :/usr/bin", "PRIVMSG #chat :/me waves")
		bob.expect(group("amy", "x@@bob"), group("amy", "x@amy@bob"), group("amy", "/who"), group("amy", "/usr/bin"), group("amy", "/me waves"))
	})
}

// TestIRCFirstLines has clients begin in every way: it is IRC, or a name.
func TestIRCFirstLines(t *testing.T) {
	const registered = " 001 "
	welcome := func(name string) string { return `{"welcome":"` + name + `"}` }
	for _, tc := range []struct {
		name   string
		cfg    Config
		pieces []string
		every  time.Duration
		want   string
		after  time.Duration
	}{
		{"in one piece", Config{}, []string{"NICK bob\r\nUSER b 0 * :b\r\n"}, 0, registered + "bob ", 0},
		{"the user first", Config{}, []string{"USER b 0 * :b\r\nNICK bob\r\n"}, 0, registered + "bob ", 0},
		{"a password that nobody asks for", Config{}, []string{"PASS x\r\n", "NICK bob\r\nUSER b 0 * :b\r\n"}, time.Second, registered + "bob ", time.Second},
		{"line by line", Config{}, []string{"NICK bob\n", "USER b 0 * :b\n"}, 1900 * time.Millisecond, registered + "bob ", 1900 * time.Millisecond},
		{"negotiation alone", Config{}, []string{"CAP LS\r\n"}, 0, ":room.chatsim CAP * LS :echo-message server-time", 0},
		{"negotiation, and the rest late", Config{}, []string{"CAP LS\r\n", "NICK bob\r\nUSER b 0 * :b\r\nCAP END\r\n"}, 5 * time.Second, ":room.chatsim CAP * LS :echo-message server-time", 0},
		{"a name", Config{}, []string{"NICK Cave\n"}, 0, welcome("NICK Cave"), ircWait},
		{"a name that has a token", Config{}, []string{"NICK Cave@token=\n"}, 0, welcome("NICK Cave")[:len(welcome("NICK Cave"))-1], 0},
		{"a name, and a line", Config{}, []string{"NICK Cave\nhello\n"}, 0, welcome("NICK Cave"), 0},
		{"a name in another case", Config{}, []string{"Nick Cave\n"}, 0, welcome("Nick Cave"), 0},
		{"a name, and half a line", Config{}, []string{"PASS bob\nUSER"}, 0, welcome("PASS bob"), ircWait},
		{"no IRC", Config{NoIRC: true}, []string{"NICK bob\nUSER b 0 * :b\n"}, 0, welcome("NICK bob"), 0},
		{"no user", Config{}, []string{"CAP LS\r\nNICK bob\r\nCAP END\r\n", ""}, 0, ":room.chatsim CAP * LS :echo-message server-time", 0},
		{"the room's password", Config{Password: "x y"}, []string{"PASS :x y\r\nNICK bob\r\nUSER b 0 * :b\r\n"}, 0, registered + "bob ", 0},
		{"a wrong password", Config{Password: "x"}, []string{"PASS y\r\nNICK bob\r\nUSER b 0 * :b\r\n"}, 0, ":room.chatsim 464 bob :Password incorrect", guessPause},
		{"no password", Config{Password: "x"}, []string{"NICK bob\r\nUSER b 0 * :b\r\n"}, 0, ":room.chatsim 464 bob :Password incorrect", 0},
		{"a password that begins like IRC", Config{Password: "PASS x"}, []string{"PASS x\nbob\n"}, 0, welcome("bob"), 0},
		{"a full room", Config{MaxUsers: -1}, []string{"NICK bob\r\nUSER b 0 * :b\r\n"}, 0, registered + "bob ", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.cfg.Detect = true
			inBubble(t, tc.cfg, func(t *testing.T, m *Manager) {
				u := visit(t, m)
				start := time.Now()
				go func() {
					for i, piece := range tc.pieces {
						if i > 0 {
							time.Sleep(tc.every)
						}
						if _, err := u.conn.Write([]byte(piece)); err != nil {
							return
						}
					}
				}()
				if got := <-u.got; !strings.Contains(got, tc.want) || time.Since(start) != tc.after {
					t.Errorf("after %v it got %q, want %q after %v", time.Since(start), got, tc.want, tc.after)
				}
				time.Sleep(20 * time.Second) // whatever waits has ended
				u.conn.Close()
				synctest.Wait()
			})
		})
	}
}

// However the bytes of a registration are cut, it is one.
func TestIRCPieces(t *testing.T) {
	const login = "PASS x\r\nNICK bob\r\nUSER b 0 * :b\r\nPRIVMSG #chat :hi\r\nQUIT\r\n"
	for cut := 1; cut < len(login); cut++ {
		inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
			amy := enter(t, m, "amy", "amy")
			u := visit(t, m)
			for _, piece := range []string{login[:cut], login[cut:]} {
				if _, err := u.conn.Write([]byte(piece)); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
			}
			amy.expect(joined("bob"), group("bob", "hi"), left("bob"))
			u.conn.Close()
		})
	}
}
