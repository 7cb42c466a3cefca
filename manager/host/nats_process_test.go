//go:build unix && !nocluster

package host

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"chatsim/manager/listen/listentest"
)

// childNATS makes this test's program NATS, with the options that it has for a value.
const childNATS = "LIVE_TEST_NATS"

// natsOptions are those of NATS as a process.
type natsOptions struct {
	Name, Dir         string
	Port, ClusterPort int
	Routes            []string // HOST:PORT of all of its cluster
}

func init() {
	children[childNATS] = func() {
		var o natsOptions
		if err := json.Unmarshal([]byte(os.Getenv(childNATS)), &o); err != nil {
			panic(err)
		}
		opts := &server.Options{ServerName: o.Name, Host: "127.0.0.1", Port: o.Port, JetStream: true, StoreDir: o.Dir, WriteDeadline: patience}
		for _, addr := range o.Routes {
			opts.Cluster = server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: o.ClusterPort}
			opts.Routes = append(opts.Routes, &url.URL{Scheme: "nats", Host: addr})
		}
		srv, err := server.NewServer(opts)
		if err != nil {
			panic(err)
		}
		srv.Start()
		if srv.ReadyForConnections(patience) {
			fmt.Println("NATS is ready")
		}
		srv.WaitForShutdown()
	}
}

// natsProcess is NATS as a process of its own, which can be killed and stopped.
type natsProcess struct {
	t    *testing.T
	opts natsOptions
	cmd  *exec.Cmd
	out  *output
}

// launchNATS starts so many NATS servers, which are one cluster.
func launchNATS(t *testing.T, n int) (all []*natsProcess) {
	t.Helper()
	var routes []string
	for i := range n {
		opts := natsOptions{Name: fmt.Sprint("nats-", i+1), Dir: t.TempDir(), Port: port(t)}
		if n > 1 {
			opts.ClusterPort = port(t)
			routes = append(routes, fmt.Sprint("127.0.0.1:", opts.ClusterPort))
		}
		all = append(all, &natsProcess{t: t, opts: opts})
	}
	for _, p := range all {
		p.opts.Routes = routes
		p.start()
	}
	for _, p := range all {
		p.out.says(t, "NATS is ready")
	}
	return all
}

// port returns one of loopback that is this test's.
func port(t *testing.T) int {
	_, text, _ := net.SplitHostPort(listentest.Port(t)) // it is one of ours
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (p *natsProcess) start() {
	p.t.Helper()
	opts, err := json.Marshal(p.opts)
	if err != nil {
		p.t.Fatal(err)
	}
	p.out = new(output)
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{childNATS + "=" + string(opts)}
	cmd.Stdout, cmd.Stderr = p.out, p.out
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.cmd = cmd
	p.t.Cleanup(func() {
		_ = cmd.Process.Kill() // it fails where it has ended
		_ = cmd.Wait()
	})
}

// kill ends it at once.
func (p *natsProcess) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// again starts it anew, behind kill.
func (p *natsProcess) again() {
	p.t.Helper()
	p.start()
	p.out.says(p.t, "NATS is ready")
}

func (p *natsProcess) signal(sig syscall.Signal) { _ = p.cmd.Process.Signal(sig) }

func (p *natsProcess) url() string { return fmt.Sprintf("nats://127.0.0.1:%d", p.opts.Port) }

// ask asks JetStream something, until it answers.
func (p *natsProcess) ask(subject, body string) (answer []byte) {
	p.t.Helper()
	conn, err := nats.Connect(p.url())
	if err != nil {
		p.t.Fatal(err)
	}
	defer conn.Close()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if m, err := conn.Request("$JS.API."+subject, []byte(body), 2*time.Second); err == nil {
			return m.Data
		}
	}
	p.t.Fatalf("JetStream does not answer to %s", subject)
	return nil
}

// leader returns which of the servers leads the stream of the room.
func leader(t *testing.T, all []*natsProcess, of *natsProcess) *natsProcess {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var info struct {
			Cluster struct {
				Leader string `json:"leader"`
			} `json:"cluster"`
		}
		_ = json.Unmarshal(of.ask("STREAM.INFO."+streamName, ""), &info) // it may be an error, while there is none
		for _, p := range all {
			if p.opts.Name == info.Cluster.Leader {
				return p
			}
		}
	}
	t.Fatal("the stream has no leader")
	return nil
}

// The stream of the room that has no name of its own.
const (
	streamName    = "CHATSIM_63686174"
	streamSubject = "chatsim.63686174.order"
)
