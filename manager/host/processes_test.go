//go:build unix && !nocluster

package host

import (
	"bufio"
	"chatsim/manager/listen/listentest"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is for whatever these tests wait for: NATS takes up to nine seconds to
// choose another leader, and the machine may be busy.
const patience = 90 * time.Second

// process is a room of a process of its own.
type process struct {
	t    *testing.T
	args []string
	cmd  *exec.Cmd
	out  *output
	addr string
}

// launch starts a process; opened waits until it is open.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, args: args}
	p.start()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it fails where it has ended
		_ = p.cmd.Wait()
		if t.Failed() {
			t.Logf("%v:\n%s", p.args, p.out)
		}
	})
	return p
}

func (p *process) start() {
	p.t.Helper()
	p.out = new(output)
	p.cmd = exec.Command(os.Args[0], append([]string{"--listen=127.0.0.1:0", "--record=off"}, p.args...)...)
	p.cmd.Env = []string{childRoom + "=1"}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
}

var whereOpen = regexp.MustCompile(`the room is open on (127\.0\.0\.1:[0-9]+)`)

// opened waits until the room is open.
func (p *process) opened() {
	p.t.Helper()
	p.says(whereOpen.String())
	p.addr = whereOpen.FindStringSubmatch(p.out.String())[1]
}

// says waits until the process has said something.
func (p *process) says(pattern string) {
	p.t.Helper()
	p.out.says(p.t, pattern)
}

// says waits until a process has said something.
func (o *output) says(t *testing.T, pattern string) {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for end := time.Now().Add(patience); !re.MatchString(o.String()); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("a process does not say %q:\n%s", pattern, o)
		}
	}
}

// ends sends a signal and waits for the end.
func (p *process) ends(sig os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		p.t.Fatal(err)
	}
	_ = p.cmd.Wait()
}

// guest is somebody in a room, who reads all that it is sent.
type guest struct {
	net.Conn
	t  *testing.T
	in *bufio.Reader
}

// connect opens a connection, on which nothing has been said.
func (p *process) connect() *guest {
	p.t.Helper()
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return &guest{conn, p.t, bufio.NewReader(conn)}
}

// enter comes in under a name, which has to be free.
func (p *process) enter(name string, roster ...string) *guest {
	p.t.Helper()
	g := p.connect()
	g.say(name)
	g.reads(fmt.Sprintf(`{"welcome":%q}`, name), present(append(roster, name)...))
	return g
}

// Frames of who is there, who comes and who goes.
func present(names ...string) string { return `["` + strings.Join(names, `","`) + `"]` }
func joined(name string) string      { return fmt.Sprintf(`{"join":[%q]}`, name) }
func left(name string) string        { return fmt.Sprintf(`{"leave":[%q]}`, name) }

func (g *guest) say(line string) { fmt.Fprintln(g, line) }

// next returns the next line.
func (g *guest) next() string {
	g.t.Helper()
	got, err := g.in.ReadString('\n')
	if err != nil {
		g.t.Fatalf("got %q, %v", got, err)
	}
	return strings.TrimSuffix(got, "\n")
}

// reads holds that these lines come next.
func (g *guest) reads(lines ...string) {
	g.t.Helper()
	for _, want := range lines {
		if got := g.next(); got != want {
			g.t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func said(who, text string) string {
	return fmt.Sprintf(" %s:%s@%s@------Group chat-------", who, text, who)
}

// Three processes and nothing else are one room, whichever starts first. One that is
// killed is missed once, by the leaves of its users; it comes back with the same
// folder, and knows who is there and what was said. One that ends in order is not
// waited for.
func TestProcesses(t *testing.T) {
	t.Parallel()
	nodes := []string{listentest.Port(t), listentest.Port(t), listentest.Port(t)}
	var p []*process
	for i, node := range nodes {
		p = append(p, launch(t, "--cluster=embedded", "--cluster-listen="+node, "--cluster-routes="+strings.Join(nodes, ","),
			"--cluster-dir="+filepath.Join(t.TempDir(), fmt.Sprint(i)), "--cluster-lease=12s"))
	}
	for _, p := range p {
		p.opened()
	}
	amy := p[0].enter("amy")
	bob := p[1].enter("bob", "amy")
	ben := p[1].enter("ben", "amy", "bob")
	eve := p[2].enter("eve", "amy", "bob", "ben")
	amy.reads(joined("bob"), joined("ben"), joined("eve"))
	bob.reads(joined("ben"), joined("eve"))
	ben.reads(joined("eve"))
	amy.say("hello")
	for _, g := range []*guest{amy, bob, ben, eve} {
		g.reads(said("amy", "hello"))
	}
	amy.say("/msg eve psst")
	amy.reads(" amy:psst@amy@eve")
	eve.reads(" amy:psst@amy@eve")

	p[1].ends(syscall.SIGKILL)
	p[1].start() // it is perhaps back before the others take it for dead
	amy.say("who is there?")
	for _, g := range []*guest{amy, eve} {
		g.reads(said("amy", "who is there?"), left("bob"), left("ben"))
	}
	eve.say("I am")
	amy.reads(said("eve", "I am"))
	eve.reads(said("eve", "I am"))

	p[1].opened()
	zoe := p[1].enter("zoe", "amy", "eve")
	zoe.say("/history 1")
	if got, err := zoe.in.ReadString('\n'); err != nil || !strings.Contains(got, said("eve", "I am")) {
		t.Errorf("zoe is told of what was said before: %q, %v", got, err)
	}
	for _, g := range []*guest{amy, eve} {
		g.reads(joined("zoe"))
	}
	p[2].ends(syscall.SIGTERM)
	eve.reads(`{"error":"the server is shutting down"}`)
	for _, g := range []*guest{amy, zoe} {
		g.reads(left("eve"))
	}
	zoe.say("two are left")
	amy.reads(said("zoe", "two are left"))

	// All are killed, and start again: the room begins anew, and nobody is left of before.
	for _, p := range p[:2] {
		p.ends(syscall.SIGKILL)
	}
	for _, p := range p {
		p.start()
	}
	for _, p := range p {
		p.opened()
	}
	amy = p[0].enter("amy")
	p[2].enter("zoe", "amy")
	amy.reads(joined("zoe"))
}
