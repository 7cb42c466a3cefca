//go:build unix && !nocluster

package host

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// runNATS runs NATS that keeps its streams in a folder.
func runNATS(t *testing.T, port int, dir string) *server.Server {
	t.Helper()
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	if !srv.ReadyForConnections(patience) {
		t.Fatal("NATS does not start")
	}
	return srv
}

// answers waits until the room answers a request with a text in it.
func (p *process) answers(path, want string) {
	p.t.Helper()
	p.answersSo(path, want, func(text string) bool { return strings.Contains(text, want) })
}

// beginsAnew waits until users may come in again, behind the end of so many lives.
func (p *process) beginsAnew(ended int) {
	p.t.Helper()
	p.reaches("chatsim_cluster_lives_total", float64(ended+1))
	p.answers("/readyz", "ready")
}

// reaches waits until a figure of the room is so much.
func (p *process) reaches(metric string, least float64) {
	p.t.Helper()
	p.answersSo("/metrics", fmt.Sprint(metric, " at ", least), func(text string) bool {
		_, rest, _ := strings.Cut(text, "\n"+metric+" ")
		value, _, _ := strings.Cut(rest, "\n")
		v, err := strconv.ParseFloat(value, 64)
		return err == nil && v >= least
	})
}

func (p *process) answersSo(path, want string, so func(text string) bool) {
	p.t.Helper()
	text := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get("http://" + p.addr + path)
		if err != nil {
			p.t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if text = string(b); so(text) {
			return
		}
	}
	p.t.Fatalf("%s answers %q, not %q", path, text, want)
}

// isEnded holds that a guest is told why it is out, and that its connection ends.
func (g *guest) isEnded(why string) {
	g.t.Helper()
	g.reads(`{"error":"this server has lost the room, come in again: ` + why + `"}`)
	if _, err := g.in.ReadByte(); err != io.EOF {
		g.t.Errorf("behind its last words the connection ends with %v", err)
	}
}

// Two rooms that are one by NATS bear what happens to them and to NATS.
func TestFaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	srv := runNATS(t, server.RANDOM_PORT, dir)
	t.Cleanup(func() { srv.Shutdown() })
	url := srv.ClientURL()
	a := launch(t, "--cluster="+url, "--cluster-lease=5s")
	b := launch(t, "--cluster="+url, "--cluster-lease=5s")
	a.opened()
	b.opened()
	amy := a.enter("amy")
	bob := b.enter("bob", "amy")
	amy.reads(joined("bob"))

	// One that is stopped for longer than the lease is taken for dead, and knows that
	// when it goes on.
	_ = b.cmd.Process.Signal(syscall.SIGSTOP)
	amy.reads(left("bob"))
	bob.say("nobody hears this")
	_ = b.cmd.Process.Signal(syscall.SIGCONT)
	bob.isEnded("the other servers of the room have not heard from this one")
	b.beginsAnew(1)
	bob = b.enter("bob", "amy")
	amy.reads(joined("bob"))

	// What others write into the stream is ignored, and counted.
	conn, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Request("chatsim.63686174.order", []byte("garbage"), patience); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	a.answers("/metrics", "chatsim_cluster_garbage_total 1\n")

	// NATS is away for a moment: what is said meanwhile is said then.
	port := srv.Addr().(*net.TCPAddr).Port
	srv.Shutdown()
	srv.WaitForShutdown()
	a.answers("/readyz", "the room's stream cannot be reached")
	amy.say("is NATS back?")
	srv = runNATS(t, port, dir)
	for _, g := range []*guest{amy, bob} {
		g.reads(said("amy", "is NATS back?"))
	}
	a.answers("/readyz", "ready")

	// A stream that is made anew is a room that begins anew.
	if conn, err = nats.Connect(url); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Request("$JS.API.STREAM.DELETE.CHATSIM_63686174", nil, patience); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	for _, g := range []*guest{amy, bob} {
		g.isEnded("the room has begun anew")
	}
	a.beginsAnew(1)
	b.beginsAnew(2)
	a.enter("zoe")

	// Without NATS everybody is put out when the lease is over, and one that is told to
	// end does.
	amy = b.enter("amy", "zoe")
	srv.Shutdown()
	amy.isEnded("this server cannot reach the room")
	a.ends(syscall.SIGTERM)
	b.ends(syscall.SIGTERM)
}
