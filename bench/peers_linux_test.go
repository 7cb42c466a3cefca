package bench

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
)

// BenchmarkPeers is what verified runs reach against servers of others, as a ratio
// to what the plain client reaches at the same server: near 1, it is the server's
// limit that is seen and not the instrument's. What is not installed is skipped.
func BenchmarkPeers(b *testing.B) { run(b, peerTrials) }

func init() { suite["BenchmarkPeers"] = peerTrials }

// peer is a server of others.
type peer struct {
	name, dialect string
	inflight      int    // lines under way: from 512 on ngircd 26 loses some
	config        string // its file; PORT stands for the port
	args          func(config, port string) []string
}

var peers = []peer{
	{name: "ngircd", dialect: "irc", inflight: 128,
		config: "[Global]\nName = irc.example.net\nInfo = a server\nListen = 127.0.0.1\nPorts = PORT\nMotdPhrase = hello\n" +
			"[Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxPenaltyTime = 0\n[Options]\nDNS = no\nIdent = no\nPAM = no\n",
		args: func(config, _ string) []string { return []string{"-n", "-f", config} }},
	{name: "redis-server", dialect: "redis", inflight: inflight,
		args: func(_, port string) []string { return []string{"--bind", "127.0.0.1", "--port", port, "--save", ""} }},
	{name: "nats-server", dialect: "nats", inflight: inflight,
		args: func(_, port string) []string { return []string{"-a", "127.0.0.1", "-p", port} }},
	{name: "mosquitto", dialect: "mqtt", inflight: inflight, config: "listener PORT 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n",
		args: func(config, _ string) []string { return []string{"-c", config} }},
}

// open starts the server.
func (p peer) open(tb testing.TB) (addr string, stop func()) {
	tb.Helper()
	if _, err := exec.LookPath(p.name); err != nil {
		tb.Skipf("NOT MEASURED: %v", err)
	}
	ln := listen(tb)
	addr = ln.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	ln.Close()
	config := filepath.Join(tb.TempDir(), p.name+".conf")
	must(tb, os.WriteFile(config, []byte(strings.ReplaceAll(p.config, "PORT", port)), 0o600))
	cmd := exec.Command(p.name, p.args(config, port)...)
	cmd.Dir = filepath.Dir(config)
	must(tb, cmd.Start())
	for deadline := time.Now().Add(10 * time.Second); ; {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			break
		}
		if time.Now().After(deadline) {
			tb.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return addr, func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

func peerTrials(s scale) []trial {
	var out []trial
	users := min(200, s.most)
	for _, p := range peers {
		out = append(out, trial{fmt.Sprintf("%s/users=%d/rate=max", p.name, users), func(tb testing.TB) figures {
			return s.interleave("deliveries/plain", "deliveries/s", "ours", "plain",
				func() float64 { return p.saturated(tb, s, users) },
				func() float64 {
					rate, _ := plainSaturated(tb, s, speeches[p.dialect], p.open, users, p.inflight)
					return rate
				})
		}})
		out = append(out, trial{fmt.Sprintf("%s/users=%d/rate=100", p.name, users), func(tb testing.TB) figures {
			return s.interleave("p99/plain", "p99-ms", "ours", "plain",
				func() float64 {
					return p99Of(tb, p.drive(tb, loadgen.Config{Users: users, Rate: report.Rate(100), Duration: s.paced, Warmup: s.paced / 3}))
				},
				func() float64 {
					p99, _ := plainPaced(tb, s, speeches[p.dialect], p.open, users, 100)
					return p99
				})
		}})
	}
	return out
}

func (p peer) saturated(tb testing.TB, s scale, users int) float64 {
	rep := p.drive(tb, loadgen.Config{Users: users, Rate: report.Max, Inflight: p.inflight, Duration: s.room, Warmup: s.room / 4})
	return rep.DeliveriesPerS
}

// drive returns a verified run against the server.
func (p peer) drive(tb testing.TB, cfg loadgen.Config) *report.Report {
	tb.Helper()
	_, cfg.Capabilities = loadgen.Dialect(p.dialect, "")
	cfg.Size, cfg.Verify = defaultSize, check.Full
	return driveBy(tb, p.open, func(addr string) loadgen.Joiner {
		join, _ := loadgen.Dialect(p.dialect, addr)
		return join
	}, cfg)
}
