//go:build !nocluster

package several

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/manager"
	"chatsim/manager/wire"
)

// token returns that of a welcome which comes next.
func (c *client) token(name string) string {
	c.t.Helper()
	line, err := c.in.ReadString('\n')
	_, token, ok := strings.Cut(strings.TrimSuffix(line, "\"}\n"), fmt.Sprintf(`{"welcome":%q,"token":"`, name))
	if err != nil || !ok {
		c.t.Fatalf("got %q, %v, want the welcome of %s", line, err, name)
	}
	return token
}

// know waits until the Managers know so many others each.
func (r *Room) know(t *testing.T, others int) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if !slices.ContainsFunc(r.Managers, func(m *manager.Manager) bool { return len(m.Cluster().Others) != others }) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the Managers do not know %d others each", others)
		}
	}
}

// others returns the frame that tells of Managers.
func others(addrs ...string) string {
	sites := make([]wire.Site, len(addrs))
	for i, addr := range addrs {
		sites[i] = wire.Site("http://" + addr)
	}
	slices.Sort(sites)
	return strings.TrimSpace(string(wire.AppendOthers(nil, sites)))
}

// Those who can come back elsewhere are told where, when they come and whenever that
// changes; nobody else is.
func TestOthers(t *testing.T) {
	t.Parallel()
	cfg := Config{Managers: 2}
	r, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.know(t, 1)
	bob := enter(t, r.Addrs[0], "bob")
	bob.expect(`{"welcome":"bob"}`, `["bob"]`)
	amy := enter(t, r.Addrs[0], "amy@token=")
	amy.token("amy")
	amy.expect(others(r.Addrs[1]), `["bob","amy"]`)
	r.grows(t, cfg)
	amy.expect(others(r.Addrs[1], r.Addrs[2]))
	eve := enter(t, r.Addrs[2], "eve@token=")
	eve.token("eve")
	eve.expect(others(r.Addrs[0], r.Addrs[1]), `["bob","amy","eve"]`)
	for i, m := range r.Managers {
		for origin, want := range map[string]bool{
			"http://" + r.Addrs[(i+1)%3]: true, strings.Replace("http://"+r.Addrs[(i+2)%3], "127.0.0.1", "localhost", 1): true,
			"https://" + r.Addrs[(i+1)%3]: false, "http://evil.example": false, "http://127.0.0.1": false, "null": false, "": false,
		} {
			if m.IsOfRoom(origin) != want {
				t.Errorf("Manager %d: a page of %q is of the room: want %v", i, origin, want)
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := r.Managers[1].Shutdown(ctx); err != nil {
		t.Error(err)
	}
	amy.expect(`{"join":["eve"]}`, others(r.Addrs[2]))
	eve.expect(others(r.Addrs[0]))
	bob.expect(`{"join":["amy"]}`, `{"join":["eve"]}`)
	fmt.Fprintln(bob, "hello")
	bob.expect(" bob:hello@bob@------Group chat-------")
	if m := r.Managers[0]; !m.IsOfRoom("http://" + r.Addrs[1]) {
		t.Error("a page of a Manager that has gone has nowhere to go")
	}
	closeRoom(t, r)
}

// gap is what comes with a welcome of what was said before it.
type gap struct {
	lines   []string
	missing bool
	mark    wire.Mark
	token   string
}

// back comes in at one Manager with a token, as one who has heard all up to a Mark.
func back(t *testing.T, addr, name, token string, since wire.Mark) (c *client, g gap) {
	t.Helper()
	c = enter(t, addr, fmt.Sprintf("%s@token=%s@since=%s", name, token, since))
	g.token = c.token(name)
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		h, ok := wire.ParseHistory([]byte(line))
		for _, s := range h.Lines {
			g.lines = append(g.lines, s.Line)
		}
		if ok && h.Last {
			g.missing, g.mark = h.Missing, h.Mark
			return c, g
		}
	}
}

// say has a user say lines, and hears them itself; "/msg NAME TEXT" is private.
func (c *client) say(name string, lines ...string) {
	c.t.Helper()
	for _, line := range lines {
		fmt.Fprintln(c, line)
		to := wire.Group
		if told, ok := strings.CutPrefix(line, "/msg "); ok {
			to, line, _ = strings.Cut(told, " ")
		}
		c.expect(said(name, line, to))
	}
}

func said(name, text, to string) string { return fmt.Sprintf(" %s:%s@%s@%s", name, text, name, to) }

// grows has a third Manager come, and waits until all know of each other.
func (r *Room) grows(t *testing.T, cfg Config) {
	t.Helper()
	if err := r.add(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if err := r.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.know(t, 2)
}

// Who has lost its Manager fills the gap at another one, which may have begun later than
// the talk: nothing twice, nothing missing, and private lines for their two parties alone.
// The others see one leave and one join at one place.
func TestMoved(t *testing.T) {
	t.Parallel()
	cfg := Config{Managers: 2, Manager: manager.Config{History: 50, HoldNames: time.Minute, Lease: time.Minute}}
	r, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.know(t, 1)
	bob := enter(t, r.Addrs[1], "bob")
	bob.expect(`{"welcome":"bob"}`, `["bob"]`)
	amy, began := back(t, r.Addrs[0], "amy", "", wire.Mark{Place: 1})
	amy.expect(`["bob","amy"]`)
	bob.expect(`{"join":["amy"]}`)
	bob.say("bob", "one", "/msg amy psst 1", "/msg bob to myself")
	amy.expect(said("bob", "one", wire.Group), said("bob", "psst 1", "amy"))
	r.grows(t, cfg)
	amy.expect(others(r.Addrs[1], r.Addrs[2]))
	bob.say("bob", "two", "/msg amy psst 2")
	amy.expect(said("bob", "two", wire.Group), said("bob", "psst 2", "amy"))
	heard := wire.Mark{Place: began.mark.Place + 2, Private: began.mark.Private + 2}
	if err := r.Kill(0); err != nil {
		t.Fatal(err)
	}
	eve := enter(t, r.Addrs[2], "eve")
	eve.expect(`{"welcome":"eve"}`, `["bob","amy","eve"]`)
	bob.expect(`{"join":["eve"]}`)
	bob.say("bob", "three", "/msg amy psst 3", "/msg eve not for amy", "four")
	want := []string{said("bob", "three", wire.Group), said("bob", "psst 3", "amy"), said("bob", "four", wire.Group)}
	for _, at := range []int{2, 1} { // the later one first
		c, g := back(t, r.Addrs[at], "amy", began.token, heard)
		if !slices.Equal(g.lines, want) || g.missing || g.mark.Private != heard.Private+1 || g.token != began.token {
			t.Errorf("at Manager %d behind %v: %+v, want %q", at, heard, g, want)
		}
		bob.expect(`{"leave":["amy"]}`, `{"join":["amy"]}`)
		c.expect(`["bob","eve","amy"]`)
		bob.say("bob", "meanwhile", "/msg amy once more")
		c.expect(said("bob", "meanwhile", wire.Group), said("bob", "once more", "amy"))
		heard = wire.Mark{Place: g.mark.Place + 1, Private: g.mark.Private} // as if the last line had not come
		want = []string{said("bob", "once more", "amy")}
	}
	_, g := back(t, r.Addrs[2], "zoe", strings.Repeat("0", wire.TokenLen), began.mark)
	want = nil
	for _, text := range []string{"one", "two", "three", "four", "meanwhile", "meanwhile"} {
		want = append(want, said("bob", text, wire.Group))
	}
	if !slices.Equal(g.lines, want) || g.missing {
		t.Errorf("one with a token of nobody is told %+v, want %q", g, want)
	}
	closeRoom(t, r)
}
