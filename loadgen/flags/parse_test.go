package flags

import (
	"strings"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/job"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/manager/cluster/node"
	"chatsim/manager/host"
	"chatsim/manager/record"
	"chatsim/manager/secret"
)

// defaults returns what a bare command line means.
func defaults(change func(*command)) *command {
	c := &command{
		Runs: job.Config{Load: loadgen.Config{Users: 100, Duration: 10 * time.Second, Rate: 100, Inflight: 1024, Size: 64, Warmup: time.Second, Drain: 10 * time.Second,
			Where: "the server", MaxMemory: 256 << 20, Scenario: scenario.All()[0]},
			Target: job.Target{Order: "own"}, Dialect: "line", Managers: 1, Calibrate: true, Repeat: 1, Tolerance: 0.10},
		Live: host.Config{Listen: "127.0.0.1:9999", Drain: 10 * time.Second, Record: "server.txt", History: 200, Operator: secret.Password{Flag: "operator-password-file"}, MaxUsers: 10000, MaxConns: 512, Flood: 200,
			Cluster: node.Config{Lease: 20 * time.Second, Dir: "chatsim-node", Secret: secret.Password{Flag: "cluster-secret-file"}}},
	}
	change(c)
	return c
}

func TestParse(t *testing.T) {
	churn, _ := scenario.Find("churn")
	for _, tt := range []struct {
		line string
		want func(*command)
	}{
		{"", func(*command) {}},
		{"-users 500 -duration 30s", func(c *command) { c.Runs.Load.Users, c.Runs.Load.Duration = 500, 30*time.Second }},
		{"--rate=max -inflight=5", func(c *command) { c.Runs.Load.Rate, c.Runs.Load.Inflight = report.Max, 5 }},
		{"-rate 0.5 -size 4000 -warmup 0s", func(c *command) { c.Runs.Load.Rate, c.Runs.Load.Size, c.Runs.Load.Warmup = 0.5, 4000, -1 }},
		{"-scenario churn -verify off -seed 18446744073709551615 -warmup 2s", func(c *command) {
			c.Runs.Load.Scenario, c.Runs.Load.Verify, c.Runs.Load.Seed, c.Runs.Load.Warmup = churn, check.Off, 1<<64-1, 2*time.Second
		}},
		{"-drain 1m", func(c *command) { c.Runs.Load.Drain, c.Live.Drain = time.Minute, time.Minute }},
		{"-json - -quiet", func(c *command) { c.Runs.Output.JSON, c.Runs.Output.Quiet = "-", true }},
		{"-json /dev/stdout", func(c *command) { c.Runs.Output.JSON = "-" }},
		{"-junit a -html b -gobench /dev/stdout -json c -trace d", func(c *command) {
			c.Runs.Output = report.Output{JUnit: "a", HTML: "b", GoBench: "-", JSON: "c", Trace: "d"}
		}},
		{"-judge x -html y -junit -", func(c *command) { c.Runs.Judge, c.Runs.Output.HTML, c.Runs.Output.JUnit = "x", "y", "-" }},
		{"-json -x -v", func(c *command) { c.Runs.Output.JSON, c.Runs.Output.Verbose, c.Live.Verbose = "-x", true, true }},
		{"-q -v=false", func(c *command) { c.Runs.Output.Quiet = true }},
		{"-target [::1]:9999", func(c *command) { c.Runs.Target.Addr = "[::1]:9999" }},
		{"-target tls://h:1 -tls-ca f -password-file p", func(c *command) {
			c.Runs.Target.Addr, c.Runs.Target.Trust.CA, c.Runs.Target.Password.File = "tls://h:1", "f", "p"
			c.Term.TLSCA, c.Term.Password.File, c.Live.Password.File = "f", "p", "p"
		}},
		{"-cmd x -target tls://h:{port} -ready http://h:{port}/ok", func(c *command) {
			c.Runs.Servers.Command, c.Runs.Target.Addr, c.Runs.Servers.Ready.URL = "x", "tls://h:{port}", "http://h:{port}/ok"
		}},
		{"-ab-cmd x y -tolerance 20%", func(c *command) { c.Runs.Servers.AB, c.Runs.Tolerance = []string{"x", "y"}, 0.2 }},
		{"-ab-cmd=x --ab-cmd y -repeat 5", func(c *command) { c.Runs.Servers.AB, c.Runs.Repeat = []string{"x", "y"}, 5 }},
		{"-target wss://h/chat?room=1 -tls-insecure -header A:b -header C:d -subprotocol chat", func(c *command) {
			c.Runs.Target.Addr, c.Runs.Target.Trust.Insecure = "wss://h/chat?room=1", true
			c.Runs.Target.Headers, c.Runs.Target.Subprotocols = []string{"A:b", "C:d"}, []string{"chat"}
		}},
		{"-target h:1 -dialect mqtt -room a/b -qos 1 -order total", func(c *command) {
			c.Runs.Target.Addr, c.Runs.Dialect, c.Runs.Target.Room, c.Runs.Target.QoS, c.Runs.Target.Order = "h:1", "mqtt", "a/b", 1, "total"
			c.Live.Cluster.Room = "a/b"
		}},
		{"-target tls://h:1 -tls-insecure", func(c *command) { c.Runs.Target.Addr, c.Runs.Target.Trust.Insecure = "tls://h:1", true }},
		{"-target h:1 -dialect raw -size 700", func(c *command) { c.Runs.Target.Addr, c.Runs.Dialect, c.Runs.Load.Size = "h:1", "raw", 700 }},
		{"-serve -listen :0 -record-format json -raw off", func(c *command) {
			c.Serve, c.Live.Listen, c.Live.RecordFormat, c.Live.NoRaw = true, ":0", record.JSON, true
		}},
		{"-ab x", func(c *command) { c.Runs.AB = "x" }},
		{"-ab x -repeat 6 -fail-fast", func(c *command) { c.Runs.AB, c.Runs.Repeat, c.Runs.Load.FailFast = "x", 6, true }},
		{"-baseline x -tolerance 25%", func(c *command) { c.Runs.Baseline, c.Runs.Tolerance = "x", 0.25 }},
		{"-baseline x -repeat 7 -tolerance 30% -baseline-any", func(c *command) {
			c.Runs.Baseline, c.Runs.Repeat, c.Runs.Tolerance, c.Runs.BaselineAny = "x", 7, 0.3, true
		}},
		{"-compare a,b", func(c *command) { c.Runs.Compare = "a,b" }},
		{"-calibrate off", func(c *command) { c.Runs.Calibrate = false }},
		{"-serve -record off -password sesame -strict-names -flood 0", func(c *command) {
			c.Serve, c.Live.Record, c.Live.StrictNames, c.Live.Flood = true, "off", true, 0
			c.Live.Password.Word, c.Term.Password.Word, c.Runs.Target.Password.Word = "sesame", "sesame", "sesame"
		}},
		{"-join h:1 -name Ann -password x -tls -tls-ca ca.pem -log .", func(c *command) {
			c.Term.Addr, c.Term.Name, c.Term.TLS, c.Term.TLSCA, c.Term.LogDir = "h:1", "Ann", true, "ca.pem", "."
			c.Live.Password.Word, c.Term.Password.Word = "x", "x"
			c.Runs.Target.Password.Word, c.Runs.Target.Trust.CA = "x", "ca.pem"
		}},
		{"-dialect raw -users 101 -target h:1", func(c *command) { c.Runs.Dialect, c.Runs.Load.Users, c.Runs.Target.Addr = "raw", 101, "h:1" }},
		{"-dialect raw", func(c *command) { c.Runs.Dialect = "raw" }},
		{"-dialect ws", func(c *command) { c.Runs.Dialect = "ws" }},
		{"-serve -allow-origin bücher.example -allow-origin https://*.Bücher.example:80", func(c *command) {
			c.Serve, c.Live.Origins = true, []string{"xn--bcher-kva.example", "https://*.xn--bcher-kva.example:80"}
		}},
		{"-serve -allow-host 例え.テスト. -allow-host [::1] -allow-host Box", func(c *command) {
			c.Serve, c.Live.Hosts = true, []string{"xn--r8jz45g.xn--zckzah", "[::1]", "box"}
			c.Watch.Hosts = c.Live.Hosts
		}},
		{"-watch :0 -allow-host *.example.org", func(c *command) {
			c.Watch.Addr, c.Watch.Hosts, c.Live.Hosts = ":0", []string{"*.example.org"}, []string{"*.example.org"}
		}},
		{"-serve -allow-origin a.example -allow-origin https://*.example.org", func(c *command) {
			c.Serve, c.Live.Origins = true, []string{"a.example", "https://*.example.org"}
		}},
	} {
		got, _, err := parse(strings.Fields(tt.line), known)
		if err != nil {
			t.Errorf("%q: %v", tt.line, err)
			continue
		}
		if diff := diff(defaults(tt.want), got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.line, diff)
		}
	}
}

// TestParseHelp is about what is not looked at any further.
func TestParseHelp(t *testing.T) {
	for line, topic := range map[string]string{
		"-h -users 0": "", "-help": "", "-help thresholds": "thresholds", "-h tresholds": "thresholds", "-help=EXIT-CODES": "exit-codes", "-help -users": "users",
		"--help --json": "json", "-help live room": "live-room", "-help delivery.p99": "thresholds", "-users 5 -help compare": "compare",
	} {
		if _, got, err := parse(strings.Fields(line), known); err != nil || !got.Help || got.Topic != topic {
			t.Errorf("%q: %v, %+v", line, err, got)
		}
	}
	if _, got, err := parse([]string{"--version", "rest"}, known); err != nil || !got.Version {
		t.Errorf("-version: %v, %+v", err, got)
	}
}

func TestExplicit(t *testing.T) {
	_, c, err := parse([]string{"-users", "100", "-q"}, known)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"users": true, "quiet": true, "seed": false, "rate": false} {
		if c.Explicit(name) != want {
			t.Errorf("Explicit(%q) = %v", name, !want)
		}
	}
}

func TestExposed(t *testing.T) {
	for line, want := range map[string]bool{"-join h:1 -password sesame": true, "-serve -password-file f": false, "-serve": false} {
		if _, c, err := parse(strings.Fields(line), known); err != nil || c.Exposed() != want {
			t.Errorf("%s: exposed is %v, %v", line, !want, err)
		}
	}
}
