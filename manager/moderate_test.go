package manager

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/manager/wire"
)

// refusedAs expects that a name is refused, with these words.
func refusedAs(t *testing.T, m *Manager, line, why string) {
	t.Helper()
	u := visit(t, m)
	u.send(line)
	u.expect(`{"error":"` + why + `"}`)
	u.ends()
}

// Who was kicked stays out for a minute, by its name, by one that looks like it and
// by its token; everybody is told who did it.
func TestKickedStaysOut(t *testing.T) {
	inBubble(t, Config{KickTime: time.Minute}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		eve, token := back(t, m, "eve", "", "bob", "eve")
		bob.expect(joined("eve"))
		if err := m.Kick("eve", wire.TheOperator); err != nil {
			t.Fatal(err)
		}
		eve.expect(`{"error":"removed by the operator: come back in 1m"}`)
		eve.ends()
		bob.expect(left("eve"), group("*", "eve was removed by the operator"))
		time.Sleep(15 * time.Second)
		for _, name := range []string{"eve", "Eve", "еvе", "ann@token=" + token} {
			refusedAs(t, m, name, "removed by the operator: come back in 45s")
		}
		enter(t, m, "carol", "bob", "carol")
		bob.expect(joined("carol"))
		time.Sleep(45 * time.Second)
		enter(t, m, "eve", "bob", "carol", "eve")
		if got := m.Bans(); len(got) != 0 {
			t.Errorf("banned are %v", got)
		}
	})
}

// operator logs in and says the password.
func operator(t *testing.T, m *Manager, name string, roster ...string) *user {
	t.Helper()
	u := enter(t, m, name, roster...)
	u.send("/op master")
	u.expect(`{"notice":"you are an operator now"}`)
	return u
}

// An operator in the room may do what the console does; nobody else may, and nobody
// takes its name.
func TestOrders(t *testing.T) {
	inBubble(t, Config{OperatorPassword: "master", ReserveNames: true}, func(t *testing.T, m *Manager) {
		eve := enter(t, m, "eve", "eve")
		for _, line := range []string{"/kick ann", "/ban eve", "/banaddress eve", "/unban eve", "/bans"} {
			eve.send(line)
			eve.expect(`{"error":"not done: only an operator can do that; a line that begins with // is text"}`)
		}
		eve.send("/op wrong")
		eve.expect(`{"error":"not done: that is not the operators' password"}`)
		eve.send(" /op master") // nobody hears it
		eve.expect(`{"error":"not said to anybody: an operator writes /op from the first character on; a line that begins with // is text"}`)
		ann := operator(t, m, "ann", "eve", "ann")
		eve.expect(joined("ann"))
		ann.send("/kick nobody")
		ann.expect(`{"error":"not done: nobody here is called nobody"}`)
		ann.send("/ban 0s eve")
		ann.expect(`{"error":"not done: a time is written as 10m, 2h or 24h, and at most 8760h"}`)
		ann.send("/kick")
		ann.expect(`{"error":"not done: it needs a name"}`)
		ann.send("/unban eve")
		ann.expect(`{"error":"not done: nobody is banned under the name eve"}`)
		ann.send("/bans")
		ann.expect(`{"notice":"nobody is banned"}`)
		ann.send("/ban 90m eve")
		ann.expect(left("eve"), group("*", "eve was banned by ann for 90m"))
		eve.expect(`{"error":"removed by the operator: come back in 90m"}`)
		eve.ends()
		ann.send("/ban the one who is not here")
		ann.expect(group("*", "the one who is not here was banned by ann for 1h"))
		ann.send("/bans")
		ann.expect(`{"notice":"banned: eve, for 90m more, by ann"}`, `{"notice":"banned: the one who is not here, for 1h more, by ann"}`)
		refusedAs(t, m, "eve", "removed by the operator: come back in 90m")
		ann.send("/unban EVE")
		ann.expect(group("*", "EVE is no longer banned, by ann"))
		ann.send("/banaddress ann")
		ann.expect(`{"error":"not done: it comes from this machine, or through a proxy here, as others may: ban it without its address"}`)
		for _, name := range []string{"ann", "Ann", "аnn"} {
			refusedAs(t, m, name, "name refused: name is that of an operator")
		}
		for _, name := range []string{"operator", "Admin 2", "ｓｅｒｖｅｒ", "管理员"} {
			refusedAs(t, m, name, "name refused: name is reserved for whoever runs the room")
		}
		eve = enter(t, m, "eve", "ann", "eve")
		ann.expect(joined("eve"))
		ann.conn.Close()
		eve.expect(left("ann"))
		eve.send("/nick ann")
		eve.expect(`{"welcome":"ann"}`, left("eve"), joined("ann"))
	})
}

// An operator that comes back by its token is one still; the wrong passwords of
// others do not hold up whoever knows it.
func TestOperatorComesBack(t *testing.T) {
	inBubble(t, Config{OperatorPassword: "master"}, func(t *testing.T, m *Manager) {
		ann, token := back(t, m, "ann", "", "ann")
		eve := enter(t, m, "eve", "ann", "eve")
		ann.expect(joined("eve"))
		for range 20 {
			eve.send("/op guess")
			eve.expect(`{"error":"not done: that is not the operators' password"}`)
		}
		begin := time.Now()
		ann.send("/op master")
		ann.expect(`{"notice":"you are an operator now"}`)
		if took := time.Since(begin); took > 0 {
			t.Errorf("the right password took %v", took)
		}
		ann, _ = back(t, m, "ann", token, "eve", "ann")
		ann.send("/kick eve")
		ann.expect(left("eve"), group("*", "eve was removed by ann"))
	})
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		eve := enter(t, m, "eve", "eve")
		eve.send("/op ")
		eve.expect(`{"error":"not done: this room has no password for operators: it is opened with -operator-password-file"}`)
	})
}

// A ban by address is for all who come from there, and only where it is asked for.
func TestBanAddress(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		come := func(address, name string) *user {
			server, client := net.Pipe()
			go m.ServeConn(&from{server, &net.TCPAddr{IP: netip.MustParseAddr(address).AsSlice(), Port: 1}})
			u := sit(t, client)
			u.send(name)
			return u
		}
		bob := come("192.0.2.1", "bob")
		bob.greeted("bob")
		eve := come("2001:db8::1", "eve")
		eve.greeted("bob", "eve")
		if err := m.Ban("bob", "", time.Hour, false); err != nil {
			t.Fatal(err)
		}
		come("192.0.2.1", "zoe").greeted("eve", "zoe")
		if err := m.Ban("zoe", "", time.Hour, true); err != nil {
			t.Fatal(err)
		}
		if err := m.Ban("eve", "", time.Hour, true); err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{"192.0.2.1", "2001:db8::ffff", "::ffff:192.0.2.1"} {
			come(address, "other").expect(`{"error":"removed by the operator: come back in 1h"}`)
		}
		come("192.0.2.2", "other").greeted("other")
		if err := m.Ban("nobody", "", time.Hour, true); !errors.Is(err, ErrNoSuchUser) {
			t.Errorf("the address of nobody: %v", err)
		}
		if err := m.Unban("192.0.2.1/32", ""); err != nil {
			t.Error(err)
		}
		come("192.0.2.1", "ann").greeted("other", "ann")
	})
}

// A new name is a leave and a join next to each other; what was sent under the one
// before is not lost, and a private line stays private.
func TestNick(t *testing.T) {
	inBubble(t, Config{History: 10, ReserveNames: true}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		ann, token := back(t, m, "ann", "", "bob", "ann")
		bob.expect(joined("ann"))
		go ann.conn.Write([]byte("/nick anna\npsst@ann@bob\nall@anna@" + wire.Group + "\n"))
		ann.expect(`{"welcome":"anna","token":"`+token+`"}`, left("ann"), joined("anna"), private("anna", "psst", "bob"), group("anna", "all"))
		bob.expect(left("ann"), joined("anna"), private("anna", "psst", "bob"), group("anna", "all"))
		bob.send("/msg anna aha")
		ann.expect(private("bob", "aha", "anna"))
		bob.expect(private("bob", "aha", "anna"))
		for line, why := range map[string]string{"/nick anna": "that is your name", "/nick": "name is empty", "/nick a@b": "name has an @ in it", "/nick admin": "name is reserved for whoever runs the room"} {
			ann.send(line)
			ann.expect(`{"error":"not done: ` + why + `"}`)
		}
		ann.send("/nick bob")
		ann.expect(`{"welcome":"bob2","token":"`+token+`"}`, left("anna"), joined("bob2"))
		again, _ := back(t, m, "bob", token, "bob", "bob2")
		again.send("me")
		ann.expect(`{"error":"you joined from somewhere else"}`)
		bob.expect(left("anna"), joined("bob2"), left("bob2"), joined("bob2"), group("bob2", "me"))
		synctest.Wait()
		if st := m.Stats(); st.Online != 2 || st.Joins-st.Leaves != 2 {
			t.Errorf("stats %+v", st)
		}
		zoe := newListener(t)
		zoe.arrives(m, "zoe", wire.Recall{Lines: 9})
		if got := fmt.Sprint(zoe.heard); got != fmt.Sprint([]string{group("anna", "all"), group("bob2", "me")}) {
			t.Errorf("the history is %s", got)
		}
	})
}

// The name of one whose connection was lost is held for who has its token; one that
// leaves in order, or has no token, frees it at once, and so does a simulation.
func TestNamesAreHeld(t *testing.T) {
	lose := func(t *testing.T, m *Manager, name, token string) string {
		server, client := net.Pipe()
		go m.ServeConn(broken{server})
		u := sit(t, client)
		u.send(name)
		if strings.Contains(name, "@") {
			token = u.restored(strings.Split(name, "@")[0])
		} else {
			u.greeted(name)
		}
		client.Close()
		synctest.Wait()
		return token
	}
	inBubble(t, Config{HoldNames: 10 * time.Minute}, func(t *testing.T, m *Manager) {
		token := lose(t, m, "ann@token=", "")
		time.Sleep(9 * time.Minute)
		other := enter(t, m, "ann", "ann2")
		ann, _ := back(t, m, "ann", token, "ann2", "ann")
		other.expect(joined("ann"))
		ann.conn.Close() // in order
		other.expect(left("ann"))
		enter(t, m, "ann", "ann2", "ann")
	})
	inBubble(t, Config{HoldNames: 10 * time.Minute}, func(t *testing.T, m *Manager) {
		token := lose(t, m, "ann@token=", "")
		time.Sleep(10 * time.Minute)
		enter(t, m, "ann", "ann")
		back(t, m, "ann", token, "ann", "ann2")
		lose := enter(t, m, "eve", "ann", "ann2", "eve")
		lose.conn.Close()
		synctest.Wait()
		enter(t, m, "eve", "ann", "ann2", "eve")
	})
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		lose(t, m, "ann@token=", "")
		enter(t, m, "ann", "ann")
	})
}

// broken is a connection whose end is a failure.
type broken struct{ net.Conn }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	if err != nil {
		err = errors.New("connection reset")
	}
	return n, err
}
