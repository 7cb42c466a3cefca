//go:build unix && !nocluster

package host

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"chatsim/manager/wire"
)

// returns comes in with a token, or asks for one, and returns the token of the welcome.
// The roster ends with the name that is given.
func (p *process) returns(asked, token string, roster ...string) (g *guest, told string) {
	p.t.Helper()
	g = p.connect()
	g.say(strings.TrimSuffix(string(wire.AppendName(nil, asked, wire.Coming{Token: token})), "\n"))
	var welcome struct{ Welcome, Token string }
	switch got := g.next(); {
	case json.Unmarshal([]byte(got), &welcome) != nil || welcome.Welcome != roster[len(roster)-1] || welcome.Token == "":
		p.t.Fatalf("got %q, want a welcome with a token for the last of %v", got, roster)
	case token != "" && welcome.Token != token:
		p.t.Errorf("the token %s of %s has become %s", token, asked, welcome.Token)
	}
	g.reads(present(roster...))
	return g, welcome.Token
}

// A room that is killed is back before the others take it for dead, twice: who comes back
// with a token, at any room, leaves and joins at one place; who comes without one is
// somebody else; all others leave once, at one place, when the life that was killed is
// taken for dead. Of what was under way nothing is said twice, and all rooms tell who
// comes the same roster.
func TestKilledAndBack(t *testing.T) {
	t.Parallel()
	srv := launchNATS(t, 1)[0]
	open := func(lease string) *process {
		p := launch(t, "--cluster="+srv.url(), "--cluster-lease="+lease, "--advertise=off", "--flood=0")
		p.opened()
		return p
	}
	a, b := open("1h"), open("1h") // the others of what is killed never take it for dead
	back := func() {
		b.ends(syscall.SIGKILL)
		b.start()
		b.opened()
	}
	zoe := a.enter("zoe")
	_, amys := b.returns("amy", "", "zoe", "amy")
	bob := b.enter("bob", "zoe", "amy")
	b.enter("ben", "zoe", "amy", "bob")
	_, eves := b.returns("eve", "", "zoe", "amy", "bob", "ben", "eve")
	zoe.reads(joined("amy"), joined("bob"), joined("ben"), joined("eve"))

	lines := make([]string, 500)
	for i := range lines {
		lines[i] = fmt.Sprint("line ", i)
	}
	bob.say(strings.Join(lines, "\n"))
	zoe.reads(said("bob", lines[0])) // others are under way
	back()
	amy, _ := b.returns("amy", amys, "zoe", "bob", "ben", "eve", "amy")
	got := zoe.next()
	for _, line := range lines[1:] {
		if got != said("bob", line) {
			break
		}
		got = zoe.next()
	}
	if got != left("amy") {
		t.Fatalf("behind what bob has said zoe is told %q", got)
	}
	eve, _ := a.returns("eve", eves, "zoe", "bob", "ben", "amy", "eve")
	_, bobs := b.returns("bob", "", "zoe", "bob", "ben", "amy", "eve", "bob2")
	zoe.reads(joined("amy"), left("eve"), joined("eve"), joined("bob2"))
	amy.reads(left("eve"), joined("eve"), joined("bob2"))
	eve.reads(joined("bob2"))

	back()
	bob, _ = b.returns("bob2", bobs, "zoe", "bob", "ben", "amy", "eve", "bob2")
	amy, _ = a.returns("amy", amys, "zoe", "bob", "ben", "eve", "bob2", "amy")
	bob.reads(left("amy"), joined("amy"))
	everybody := []*guest{zoe, eve, bob, amy}
	for _, g := range everybody[:2] {
		g.reads(left("bob2"), joined("bob2"), left("amy"), joined("amy"))
	}

	c := open("5s")
	for _, g := range everybody {
		g.reads(left("bob"), left("ben"))
	}
	roster := []string{"zoe", "eve", "bob2", "amy"}
	for name, at := range map[string]*process{"bob": a, "ben": b, "ned": c} { // all of which are free
		entered := at.enter(name, roster...)
		for _, g := range everybody {
			g.reads(joined(name))
		}
		roster, everybody = append(roster, name), append(everybody, entered)
	}
	bob.say("all is well")
	for _, g := range everybody {
		g.reads(said("bob2", "all is well"))
	}
}
