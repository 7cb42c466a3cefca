package manager

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"chatsim/manager/wire"
)

// back logs in with a token, or asks for one, and returns the one that it is told.
func back(t *testing.T, m *Manager, name, token string, roster ...string) (u *user, told string) {
	t.Helper()
	u = visit(t, m)
	u.send(strings.TrimSuffix(string(wire.AppendName(nil, name, wire.Coming{Token: token})), "\n"))
	return u, u.restored(roster...)
}

// restored reads a welcome with a token, and the roster.
func (u *user) restored(roster ...string) (token string) {
	u.t.Helper()
	var welcome struct{ Welcome, Token string }
	got := <-u.got
	if err := json.Unmarshal([]byte(got), &welcome); err != nil || welcome.Welcome != roster[len(roster)-1] || len(welcome.Token) != wire.TokenLen {
		u.t.Fatalf("got %q (%v), want a welcome of %s and a token", got, err, roster[len(roster)-1])
	}
	u.expect(`["` + strings.Join(roster, `","`) + `"]`)
	return welcome.Token
}

// Who comes back while its ghost stands there gets its own name, at one place of
// the order; the ghost is told why it is out, and says nothing more.
func TestComingBack(t *testing.T) {
	inBubble(t, Config{MaxUsers: 3, Detect: true}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		ghost, token := back(t, m, "Ann", "", "bob", "Ann")
		eve := enter(t, m, "eve", "bob", "Ann", "eve")
		ghost.expect(joined("eve"))
		bob.expect(joined("Ann"), joined("eve"))

		for range 3 { // the room is full, and stays as full as it was
			ann, again := back(t, m, "Ann", token, "bob", "eve", "Ann")
			if again != token {
				t.Errorf("the token %s has become %s", token, again)
			}
			bob.expect(left("Ann"), joined("Ann"))
			eve.expect(left("Ann"), joined("Ann"))
			ghost.expect(`{"error":"you joined from somewhere else"}`)
			ghost.ends()
			ann.send("I am back")
			for _, u := range []*user{bob, ann, eve} {
				u.expect(group("Ann", "I am back"))
			}
			bob.send("/msg Ann psst")
			bob.expect(private("bob", "psst", "Ann"))
			ann.expect(private("bob", "psst", "Ann"))
			ghost = ann
		}
		synctest.Wait()
		if st := m.Stats(); st.Online != 3 || st.Joins != 6 || st.Leaves != 3 || st.Returns != 3 || len(st.Evicted) != 0 {
			t.Errorf("stats %+v", st)
		}
	})
}

// A ghost whose reading is held up by its flood, or that is in the middle of a
// line, has nothing more to say.
func TestGhostsAreSilent(t *testing.T) {
	inBubble(t, Config{LineRate: 1, LineBurst: 1}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		ghost, token := back(t, m, "Ann", "", "bob", "Ann")
		bob.expect(joined("Ann"))
		go ghost.conn.Write([]byte("one\ntwo\nthree\nunfini"))
		bob.expect(group("Ann", "one"), group("Ann", "two")) // the one that is too much is paid for before the next
		ghost.expect(group("Ann", "one"), group("Ann", "two"))
		ann, _ := back(t, m, "Ann", token, "bob", "Ann")
		bob.expect(left("Ann"), joined("Ann"))
		synctest.Wait()
		bob.quiet()
		ann.quiet()
		ghost.conn.Close()
	})
}

// After the ghost is gone the name comes back too, if it is free.
func TestComingBackLater(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		first := enter(t, m, "Ann", "Ann")
		ann2, token := back(t, m, "Ann", "", "Ann", "Ann2")
		ann2.conn.Close()
		first.expect(joined("Ann2"), left("Ann2"))
		first.conn.Close()
		synctest.Wait()
		ann2, _ = back(t, m, "Ann", token, "Ann2") // although Ann is free
		ann2.conn.Close()
		synctest.Wait()
		enter(t, m, "Ann2", "Ann2")
		back(t, m, "Ann", token, "Ann2", "Ann")
	})
}

// A token of nobody makes an ordinary join, and so does one that was made void;
// others are told of no token.
func TestWrongTokens(t *testing.T) {
	inBubble(t, Config{Password: "sesame"}, func(t *testing.T, m *Manager) {
		knock := func(name, token string, roster ...string) (u *user, told string) {
			t.Helper()
			u = visit(t, m)
			u.send("sesame")
			u.send(strings.TrimSuffix(string(wire.AppendName(nil, name, wire.Coming{Token: token})), "\n"))
			return u, u.restored(roster...)
		}
		ann, token := knock("Ann", "", "Ann")
		stranger, other := knock("Ann", strings.Repeat("0", wire.TokenLen), "Ann", "Ann2")
		if other == token || other == strings.Repeat("0", wire.TokenLen) {
			t.Errorf("the stranger's token is %s", other)
		}
		ann.expect(joined("Ann2"))
		stranger.conn.Close()
		ann.expect(left("Ann2"))

		guess := visit(t, m) // the password comes first, whatever token one has
		guess.send("Ann@token=" + token)
		guess.expect(`{"error":"wrong password: the first line is the password of the room, the next one your name"}`)
		guess.ends()

		if err := m.Kick("Ann", ""); err != nil {
			t.Fatal(err)
		}
		ann.expect(`{"error":"removed by the operator"}`)
		ann.ends()
		eve := visit(t, m)
		eve.send("sesame")
		eve.send("Ann")
		eve.greeted("Ann")
		_, third := knock("Ann", token, "Ann", "Ann2")
		if third == token {
			t.Error("the token of one who was removed is still good")
		}
		eve.expect(joined("Ann2"))
	})
}

// What only resembles the request for a token is a name with an @ in it.
func TestNoTokens(t *testing.T) {
	for _, asked := range []string{"ann@example.org", "ann@token", "Ann@token=0123", "Ann@home@token="} {
		inBubble(t, Config{}, func(t *testing.T, m *Manager) {
			u := visit(t, m)
			u.send(asked)
			u.expect(`{"error":"name refused: name has an @ in it"}`)
			u.ends()
		})
	}
}

// A crowd under one name that all comes back at once gets its names.
func TestCrowdComesBack(t *testing.T) {
	inBubble(t, Config{StrictNames: true}, func(t *testing.T, m *Manager) {
		const users = 50
		tokens := make([]string, users)
		for i := range tokens {
			u := visit(t, m)
			u.send("Ann@token=")
			var welcome struct{ Welcome, Token string }
			if err := json.Unmarshal([]byte(<-u.got), &welcome); err != nil {
				t.Fatal(err)
			}
			tokens[i] = welcome.Token
		}
		for i, token := range tokens {
			u := visit(t, m)
			u.send("Ann@token=" + token)
			want := "Ann"
			if i > 0 {
				want = fmt.Sprint("Ann", i+1)
			}
			u.expect(`{"welcome":"` + want + `","token":"` + token + `"}`)
		}
		synctest.Wait()
		if st := m.Stats(); st.Online != users || st.Returns != users {
			t.Errorf("stats %+v", st)
		}
	})
}
