package flags

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"chatsim/loadgen/report"
)

// refusals are command lines that are refused, with how the error begins and
// what its hint has in it.
var refusals = []struct{ Line, Want, Hint string }{
	{"-usrs 500", "unknown flag -usrs, did you mean -users?", ""},
	{"-user 500", "unknown flag -user, did you mean -users?", ""},
	{"--dur 5s", "unknown flag -dur, did you mean -duration?", ""},
	{"-Users 5", "unknown flag -Users, did you mean -users?", ""},
	{"-trheshold sent>5", "unknown flag -trheshold, did you mean -threshold?", ""},
	{"-qv", "unknown flag -qv", "chatsim -help"},
	{"-frobnicate", "unknown flag -frobnicate", "chatsim -help lists all flags"},
	{"-x\x1b[2J", `unknown flag -x\x1b[2J`, "chatsim -help"},
	{"-serve -password a -password-file f", "-password and -password-file contradict each other", "leave -password out"},
	{"-serve -password-file=", "-password-file needs the name of a file", "-password-file FILE"},
	{"---users 5", "bad flag ---users", "-users 500"},
	{"-users", "-users needs a value", "-users N number of chatters"},
	{"-users many", "-users many is not a whole number", ""},
	{"-users 1.5", "-users 1.5 is not a whole number", ""},
	{"-users 99999999999999999999", "-users 99999999999999999999 is out of range", ""},
	{"-users 0", "-users 0: must be at least 1", "somebody"},
	{"-users=-5", "-users -5: must be at least 1", "somebody"},
	{"-duration 10", "-duration 10 has no unit", "write -duration 10s"},
	{"-duration soon", "-duration soon is not a duration", "500ms, 30s or 2m"},
	{"-duration 0s", "-duration 0s: must be above 0", "500ms"},
	{"-duration -1s", "-duration -1s: must be above 0", "500ms"},
	{"-warmup -1s", "-warmup -1s: must not be negative", "-warmup 0s"},
	{"-drain 0s", "-drain 0s: must be above 0", ""},
	{"-rate 0", "-rate 0: must be above 0", "-rate 0.5"},
	{"-rate -3", "-rate -3: must be above 0", ""},
	{"-rate fast", "-rate fast is not a number of lines a second", "-rate max"},
	{"-rate nan", "-rate nan is not a number of lines a second", "-rate max"},
	{"-rate inf", "-rate inf is not a number of lines a second", "-rate max"},
	{"-rate max -inflight 0", "-inflight 0: must be at least 1", "nothing is sent"},
	{"-size 23", "-size 23: at least 24 bytes are needed", "stamp"},
	{"-size=-5", "-size -5: at least 24 bytes are needed", "stamp"},
	{"-size 4001", "-size 4001: at most 4000 bytes are possible", "4096"},
	{"-seed -1", "-seed -1 is negative", ""},
	{"-seed x", "-seed x is not a whole number", ""},
	{"-scenario mixd", "-scenario mixd is not known, did you mean mixed?", "mixed, steady, namesakes, private, churn"},
	{"-scenario storm", "-scenario storm is not known", "one of mixed"},
	{"-verify some", "-verify some is not known", "full, order, count, off"},
	{"-threshold delivry.p99<5ms", "-threshold: unknown metric \"delivry.p99\"\n  delivry.p99<5ms\n  ^^^^^^^^^^^", "LATENCY.STATISTIC"},
	{"-threshold delivery.p99<5", "-threshold: 5 has no unit\n  delivery.p99<5\n               ^", "50ms"},
	{"-json=", "-json needs the name of a file", "standard output"},
	{"-target localhost", "-target localhost has no port", "write -target localhost:9999"},
	{"-target :9999", "-target :9999 has no host", "-target localhost:9999"},
	{"-target=", `-target "" is not HOST:PORT`, ""},
	{"-target ::1:99", "-target ::1:99 is not HOST:PORT", "write -target '[::1]:99'"},
	{"-target h:chat", "-target h:chat: port chat is not a number from 1 to 65535", ""},
	{"-target h:0", "-target h:0: port 0 is not a number from 1 to 65535", ""},
	{"-target h:65536", "-target h:65536: port 65536 is not", ""},
	{"-target http://localhost:80/x", "-target http://localhost:80/x is a URL", "-target localhost:80"},
	{"-serve -listen 9999", "-listen 9999 is a port without a host", "write -listen 127.0.0.1:9999"},
	{"-serve -listen :99999", "-listen :99999: port 99999 is not a number from 0 to 65535", ""},
	{"-serve -users 5", "-serve and -users contradict each other", "without it"},
	{"-serve -target h:1", "-serve and -target contradict each other", "-target"},
	{"-json x -serve", "-serve and -json contradict each other", ""},
	{"-serve -q", "-serve and -quiet contradict each other", ""},
	{"-listen :1", "-listen goes with -serve only", "chatsim -serve -listen :1"},
	{"-inflight 5", "-inflight and -rate 100 contradict each other", "-rate max"},
	{"-inflight 5 -rate 0.5", "-inflight and -rate 0.5 contradict each other", "-rate max"},
	{"-dialect row", "-dialect row is not known, did you mean raw?", "one of line, raw, ws"},
	{"-dialect=", "-dialect \"\" is not known", "one of line, raw, ws"},
	{"-listen [::1]:9", "-listen goes with -serve only", "chatsim -serve -listen '[::1]:9'"},
	{"-record x", "-record goes with -serve only", "chatsim -serve -record x"},
	{"-password x", "-password goes with -serve or -join only", "chatsim -serve -password WORD, or chatsim -join HOST:PORT -name NAME -password WORD"},
	{"-serve -password=", "-password needs a word", ""},
	{"-serve -record=", "-record needs the name of a file", "-record off"},
	{"-serve -record off -record-private", "-record-private and -record off contradict", ""},
	{"-serve -record-format xml", "-record-format xml is not known", "one of text, json"},
	{"-serve -tls-cert x", "-tls-cert and -tls-key go together", ""},
	{"-serve -max-users -1", "-max-users -1: must not be negative", "0 is no limit"},
	{"-serve -max-conns -1", "-max-conns -1: must not be negative", "0 is no limit"},
	{"-serve -flood -0.5", "-flood -0.5: must not be negative", "0 is no limit"},
	{"-allow-origin x", "-allow-origin goes with -serve only", "chatsim -serve -allow-origin HOST"},
	{"-serve -allow-origin=", "-allow-origin \"\" is not a host", "chat.example.org"},
	{"-serve -allow-origin http://h/x", "-allow-origin http://h/x is not a host", "chat.example.org"},
	{"-serve -allow-origin [", "-allow-origin [ is not a host", "chat.example.org"},
	{"-serve -allow-origin ftp://h", "-allow-origin ftp://h is not a host", "chat.example.org"},
	{"-serve -allow-host=", "-allow-host \"\" is not a host", "chat.example.org"},
	{"-serve -allow-host h:80", "-allow-host h:80 is not a host", "without a scheme and a port"},
	{"-serve -allow-host https://h", "-allow-host https://h is not a host", "without a scheme and a port"},
	{"-watch :0 -allow-host [", "-allow-host [ is not a host", "chat.example.org"},
	{"-allow-host h", "-allow-host goes with -serve or -watch only", "add -watch ADDR"},
	{"-join h:1 -allow-host h", "-join and -allow-host contradict each other", ""},
	{"-serve -flood many", "-flood many is not a", ""},
	{"-serve -join h:1", "-serve and -join contradict each other", "terminal"},
	{"-name Ann", "-name goes with -join only", "-join HOST:PORT"},
	{"-join h:1 -users 5", "-join and -users contradict each other", ""},
	{"-join h:1 -json x", "-join and -json contradict each other", ""},
	{"-join h:1 -judge x", "-judge and -join contradict each other", ""},
	{"-join h:1 -listen :1", "-join and -listen contradict each other", "without a run"},
	{"-join :1", "-join :1 has no host", "localhost:1"},
	{"-join h", "-join h has no port", "h:9999"},
	{"-join h:1 -tls-ca x", "-tls-ca goes with -tls only", "add -tls"},
	{"-join h:1 -log=", "-log needs the name of a directory", ""},
	{"-dialect raw -users 101", "-users 101: at most 100 are possible with -dialect raw in a room of this process", "1024"},
	{"-dialect raw -target h:1 -size 701", "-size 701: at most 700 bytes are possible with -dialect raw", "1024"},
	{"-serve -dialect line", "-serve and -dialect contradict each other", "without it"},
	{"-q -v", "-quiet and -v contradict each other", ""},
	{"-judge x -users 5", "-judge and -users contradict each other", "one that was saved"},
	{"-threshold join.p99<1s -judge x", "-judge and -threshold contradict each other", "thresholds"},
	{"-judge x -trace y", "-judge and -trace contradict each other", ""},
	{"-judge x -serve", "-judge and -serve contradict each other", ""},
	{"-judge=", "-judge needs the name of a file", "- is standard input"},
	{"-trace=", "-trace needs the name of a file", "- is standard output"},
	{"-serve -trace x", "-serve and -trace contradict each other", ""},
	{"-trace x -verify count", "-trace and -verify count contradict each other", "-verify full or order"},
	{"-verify off -trace x", "-trace and -verify off contradict each other", ""},
	{"-junit=", "-junit needs the name of a file", "standard output"},
	{"-gobench=", "-gobench needs the name of a file", "standard output"},
	{"-html=", "-html needs the name of a file", "standard output"},
	{"-serve -junit x", "-serve and -junit contradict each other", ""},
	{"-find-rate delivry.p99<5ms", "-find-rate: unknown metric \"delivry.p99\"\n  delivry.p99<5ms\n  ^^^^^^^^^^^", "LATENCY.STATISTIC"},
	{"-find-rate delivery.p99<5ms -rate max", "-find-rate and -rate max contradict each other", "begins"},
	{"-find-rate delivery.p99<5ms -repeat 5", "-find-rate and -repeat contradict each other", ""},
	{"-ab x -baseline y", "-ab and -baseline contradict each other", ""},
	{"-compare a,b -users 5", "-compare and -users contradict each other", "makes no run"},
	{"-compare a,b -repeat 5", "-compare and -repeat contradict each other", "makes no run"},
	{"-compare a", "-compare a is not OLD,NEW", "two files"},
	{"-compare a,b,c", "-compare a,b,c is not OLD,NEW", "two files"},
	{"-compare a,", "-compare a, is not OLD,NEW", "two files"},
	{"-compare=", "-compare \"\" is not OLD,NEW", "two files"},
	{"-baseline=", "-baseline needs the name of a file", ""},
	{"-baseline x -repeat 4", "-baseline and -repeat 4 contradict each other", "a comparison takes 5 runs: leave -repeat out, or say 5 or more"},
	{"-ab x -repeat 4", "-ab and -repeat 4 contradict each other", "a comparison takes 5 pairs of runs: leave -repeat out for 10, or say 5 or more"},
	{"-tolerance 5%", "-tolerance without -compare, -ab or -baseline", ""},
	{"-baseline x -tolerance -5%", "-tolerance -5% is negative", "write -tolerance 10%"},
	{"-baseline x -tolerance some", "-tolerance some is not a percentage", "write -tolerance 10%"},
	{"-repeat 0", "-repeat 0: must be at least 1", "one run"},
	{"-repeat 2 -trace x", "-trace and -repeat 2 contradict each other", "of one run"},
	{"-serve -repeat 2", "-serve and -repeat contradict each other", ""},
	{"-judge x -fail-fast", "-judge and -fail-fast contradict each other", ""},
	{"-serve -raw maybe", "-raw maybe is not known", "one of on, off"},
	{"-calibrate maybe", "-calibrate maybe is not known", "one of on, off"},
	{"-calibrate off -threshold floor.share>30%", "-calibrate off and -threshold floor.share>30% contradict each other", "calibration measures"},
	{"-quiet=maybe", "-quiet maybe is neither true nor false", "write -quiet"},
	{"-rate 20000000", "-rate 20000000: at most 10000000 lines", "-rate max"},
	{"-watch :1 -ab x", "-watch and -ab contradict each other", "processes"},
	{"-baseline x -tolerance 10", "-tolerance 10 has no %", "write -tolerance 10%"},
	{"-baseline x -tolerance 0.1", "-tolerance 0.1 has no %", "write -tolerance 10%"},
	{"-baseline x -tolerance 1001%", "-tolerance 1001% is more than 1000%", "write -tolerance 10%"},
	{"-baseline x -tolerance 10,5%", "-tolerance 10,5% is not a percentage", "write -tolerance 10.5%"},
	{"-baseline x -tolerance nan%", "-tolerance nan% is not a percentage", "write -tolerance 10%"},
	{"-baseline x -tolerance=", `-tolerance "" is not a percentage`, "write -tolerance 10%"},
	{"-threshold floor.share>0.3", "-threshold: 0.3 has no %\n  floor.share>0.3\n              ^^^", "write 'floor.share>30%'"},
	{"-find-rate floor.share>30", "-find-rate: 30 has no %\n  floor.share>30\n              ^^", "write 'floor.share>30%'"},
	{"-threshold delivery.p99≤50ms", "-threshold: no comparison\n  delivery.p99≤50ms\n  ^^^^^^^^^^^^^^^^^", "write 'delivery.p99<=50ms'"},
	{"-threshold ‘delivery.p99<50ms’", "-threshold: unknown metric \"‘delivery.p99\"\n", "write 'delivery.p99<50ms'"},
	{"-threshold evicted==0", "-threshold: unknown comparison\n", "write 'evicted<=0'"},
	{"-threshold delivery.p99=<50ms", "-threshold: unknown metric \"delivery.p99=\"\n  delivery.p99=<50ms\n  ^^^^^^^^^^^^^", "write 'delivery.p99<=50ms'"},
	{"-threshold=", "-threshold: no comparison\n", "write it like delivery.p99<50ms"},
	{"-users 1e3", "-users 1e3 is not a whole number", "write -users 1000"},
	{"-users 1,000", "-users 1,000 is not a whole number", "write -users 1000"},
	{"-users 5k", "-users 5k is not a whole number", "write -users 5000"},
	{"-users “500”", "-users “500” is not a whole number", "write -users 500"},
	{"-users −5", "-users −5 is not a whole number", "-users N number of chatters"},
	{"-users ５００", "-users ５００ is not a whole number", "write -users 500"},
	{"-users 0x10", "-users 0x10 is not a whole number", "-users N number of chatters"},
	{"-users 010", "-users 010 is not a whole number", "write -users 10"},
	{"-users=", `-users "" is not a whole number`, "-users N number of chatters"},
	{"-users 9223372036854775807", "-users 9223372036854775807: must be at most 1000000000", "-users N"},
	{"-duration 30S", "-duration 30S is not a duration", "write -duration 30s"},
	{"-duration 5min", "-duration 5min is not a duration", "write -duration 5m"},
	{"-duration 1,5s", "-duration 1,5s is not a duration", "write -duration 1.5s"},
	{"-duration 1:30", "-duration 1:30 is not a duration", "write -duration 1m30s"},
	{"-duration 999999999h", "-duration 999999999h is too long", "-duration 10s"},
	{"-duration 10001h", "-duration 10001h: must be at most 10000h", "-duration 30s"},
	{"-duration nan", "-duration nan is not a duration", "-duration 10s"},
	{"-duration=", `-duration "" is not a duration`, "-duration 10s"},
	{"-warmup 1", "-warmup 1 has no unit", "write -warmup 1s"},
	{"-rate 100/s", "-rate 100/s is not a number of lines a second", "write -rate 100"},
	{"-rate 0,5", "-rate 0,5 is not a number of lines a second", "write -rate 0.5"},
	{"-rate MAX", "-rate MAX is not a number of lines a second", "write -rate max"},
	{"-rate 0x10", "-rate 0x10 is not a number of lines a second", "-rate max"},
	{"-seed 1.5", "-seed 1.5 is not a whole number", "-seed N"},
	{"-seed 18446744073709551616", "-seed 18446744073709551616 is out of range", "-seed N"},
	{"-size 64bytes", "-size 64bytes is not a whole number", "write -size 64"},
	{"-scenario Steady", "-scenario Steady is not known, did you mean steady?", "one of mixed"},
	{"-serve -flood nan", "-flood nan is not a number", "-flood R"},
	{"-serve -flood inf", "-flood inf is not a number", "-flood R"},
	{"-serve -flood 1e9", "-flood 1e+09: must be at most 10000000", "-flood 0"},
	{"-serve -max-users 1k", "-max-users 1k is not a whole number", "write -max-users 1000"},
	{"-quiet yes", "unexpected argument yes", "chatsim -help"},
	{"-q -users:500", "unknown flag -users:500", ""},
	{"–users 500", "unexpected argument –users", "write -users 500"},
	{"/users:500", "unexpected argument /users:500", "write -users=500"},
	{"-target 9999", "-target 9999 is a port without a host", "write -target localhost:9999"},
	{"-target http://chat.example/room", "-target http://chat.example/room is a URL", "write -target chat.example:80"},
	{"-target wss://chat.example", "-target wss://chat.example is a URL", "write -target chat.example:443"},
	{"-target ::1", "-target ::1 is not HOST:PORT", "write -target '[::1]:9999'"},
	{"-target h:", "-target h:: port \"\" is not a number from 1 to 65535", "write -target h:9999"},
	{"-watch 8080", "-watch 8080 is a port without a host", "write -watch 127.0.0.1:8080"},
	{"-join 9999", "-join 9999 is a port without a host", "write -join localhost:9999"},
	{"-target h:1 -password x", "-password goes with -serve or -join only", "chatsim -serve -password WORD"},
	{"-ab x -record y", "-record goes with -serve only", "chatsim -serve -record y"},
	{"-judge x -record y", "-judge and -record contradict each other", "makes no run"},
	{"-users 5 -tls-cert x", "-tls-cert goes with -serve only", "chatsim -serve"},
	{"-join h:1 -tls-cert x", "-join and -tls-cert contradict each other", ""},
	{"-help nothing-of-the-kind", "no help on nothing-of-the-kind", "chatsim -help lists flags"},
	{"help", "unexpected argument help", "chatsim -help"},
	{"help users", "unexpected argument help", "chatsim -help users"},
	{"500", "unexpected argument 500", "chatsim -users 500"},
	{"-v users=500", "unexpected argument users=500", "write -users=500"},
	{"-v -- -users 5", "unexpected argument -users", "leave -- out"},
}

func TestParseErrors(t *testing.T) {
	for _, tt := range refusals {
		c, err := Parse(strings.Split(strings.TrimSpace(tt.Line), " "), known)
		if err == nil {
			t.Errorf("%q: no error, %+v", tt.Line, c)
			continue
		}
		var hinted interface{ Hint() string }
		if !errors.As(err, &hinted) {
			t.Fatalf("%q: the error %v has no Hint", tt.Line, err)
		}
		if !strings.HasPrefix(err.Error(), tt.Want) || !strings.Contains(hinted.Hint(), tt.Hint) {
			t.Errorf("%q:\n%s\nhint: %s\nwant\n%s\nhint: %s", tt.Line, err, hinted.Hint(), tt.Want, tt.Hint)
		}
		if n := strings.Count(err.Error(), "\n"); n > 0 && !strings.Contains(tt.Want, "\n") {
			t.Errorf("%q: the error has %d lines", tt.Line, n+1)
		}
	}
}

// defaults is what a bare command line means.
func defaults(change func(*Config)) *Config {
	c := &Config{Users: 100, Duration: 10 * time.Second, Rate: 100, Inflight: 1024, Size: 64, Warmup: time.Second,
		Scenario: "mixed", Verify: "full", Dialect: "line", Drain: 10 * time.Second, Calibrate: "on", Repeat: 1, Tolerance: DefaultTolerance, Listen: "127.0.0.1:9999",
		Record: "server.txt", RecordFormat: "text", MaxUsers: 10000, MaxConns: 512, Raw: "on", Flood: 200}
	change(c)
	return c
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		line string
		want func(*Config)
	}{
		{"", func(*Config) {}},
		{"-users 500 -duration 30s", func(c *Config) { c.Users, c.Duration = 500, 30*time.Second }},
		{"--rate=max -inflight=5", func(c *Config) { c.Rate, c.Inflight = report.Max, 5 }},
		{"-rate 0.5 -size 4000 -warmup 0s", func(c *Config) { c.Rate, c.Size, c.Warmup = 0.5, 4000, 0 }},
		{"-scenario churn -verify off -seed 18446744073709551615 -drain 1m", func(c *Config) {
			c.Scenario, c.Verify, c.Seed, c.Drain = "churn", "off", 1<<64-1, time.Minute
		}},
		{"-json - -quiet", func(c *Config) { c.JSON, c.Quiet = "-", true }},
		{"-json /dev/stdout", func(c *Config) { c.JSON = "-" }},
		{"-junit a -html b -gobench /dev/stdout -json c", func(c *Config) { c.JUnit, c.HTML, c.GoBench, c.JSON = "a", "b", "-", "c" }},
		{"-judge x -html y -junit -", func(c *Config) { c.Judge, c.HTML, c.JUnit = "x", "y", "-" }},
		{"-json -x -v", func(c *Config) { c.JSON, c.Verbose = "-x", true }},
		{"-q -v=false", func(c *Config) { c.Quiet = true }},
		{"-target [::1]:9999", func(c *Config) { c.Target = "[::1]:9999" }},
		{"-target h:1 -dialect raw -size 700", func(c *Config) { c.Target, c.Dialect, c.Size = "h:1", "raw", 700 }},
		{"-serve -listen :0 -drain 2s", func(c *Config) { c.Serve, c.Listen, c.Drain = true, ":0", 2*time.Second }},
		{"-ab x", func(c *Config) { c.AB, c.Repeat = "x", 10 }},
		{"-ab x -repeat 6 -fail-fast", func(c *Config) { c.AB, c.Repeat, c.FailFast = "x", 6, true }},
		{"-baseline x -tolerance 25%", func(c *Config) { c.Baseline, c.Repeat, c.Tolerance = "x", 5, 0.25 }},
		{"-baseline x -repeat 7 -tolerance 30% -baseline-any", func(c *Config) {
			c.Baseline, c.Repeat, c.Tolerance, c.BaselineAny = "x", 7, 0.3, true
		}},
		{"-compare a,b", func(c *Config) { c.Compare = "a,b" }},
		{"-calibrate off", func(c *Config) { c.Calibrate = "off" }},
		{"-serve -record off -password sesame -strict-names -v -flood 0", func(c *Config) {
			c.Serve, c.Record, c.Password, c.StrictNames, c.Verbose, c.Flood = true, "", "sesame", true, true, 0
		}},
		{"-join h:1 -name Ann -password x -tls -tls-ca ca.pem -log .", func(c *Config) {
			c.Join, c.Name, c.Password, c.TLS, c.TLSCA, c.Log = "h:1", "Ann", "x", true, "ca.pem", "."
		}},
		{"-dialect raw -users 101 -target h:1", func(c *Config) { c.Dialect, c.Users, c.Target = "raw", 101, "h:1" }},
		{"-dialect raw", func(c *Config) { c.Dialect = "raw" }},
		{"-dialect ws", func(c *Config) { c.Dialect = "ws" }},
		{"-serve -allow-origin bücher.example -allow-origin https://*.Bücher.example:80", func(c *Config) {
			c.Serve, c.Origins = true, []string{"xn--bcher-kva.example", "https://*.xn--bcher-kva.example:80"}
		}},
		{"-serve -allow-host 例え.テスト. -allow-host [::1] -allow-host Box", func(c *Config) {
			c.Serve, c.Hosts = true, []string{"xn--r8jz45g.xn--zckzah", "[::1]", "box"}
		}},
		{"-watch :0 -allow-host *.example.org", func(c *Config) { c.Watch, c.Hosts = ":0", []string{"*.example.org"} }},
		{"-serve -allow-origin a.example -allow-origin https://*.example.org", func(c *Config) {
			c.Serve, c.Origins = true, []string{"a.example", "https://*.example.org"}
		}},
		{"-h -users 0", func(c *Config) { c.Help, c.Users = true, 0 }},
		{"-help", func(c *Config) { c.Help = true }},
		{"-help thresholds", func(c *Config) { c.Help, c.Topic = true, "thresholds" }},
		{"-h tresholds", func(c *Config) { c.Help, c.Topic = true, "thresholds" }},
		{"-help=EXIT-CODES", func(c *Config) { c.Help, c.Topic = true, "exit-codes" }},
		{"-help -users", func(c *Config) { c.Help, c.Topic = true, "users" }},
		{"--help --json", func(c *Config) { c.Help, c.Topic = true, "json" }},
		{"-help live room", func(c *Config) { c.Help, c.Topic = true, "live-room" }},
		{"-help delivery.p99", func(c *Config) { c.Help, c.Topic = true, "thresholds" }},
		{"-users 5 -help compare", func(c *Config) { c.Help, c.Users, c.Topic = true, 5, "compare" }},
		{"--version rest", func(c *Config) { c.Version = true }},
	} {
		got, err := Parse(strings.Fields(tt.line), known)
		if err != nil {
			t.Errorf("%q: %v", tt.line, err)
			continue
		}
		if diff := cmp.Diff(defaults(tt.want), got, cmpopts.IgnoreUnexported(Config{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.line, diff)
		}
	}
}

func TestExplicit(t *testing.T) {
	c, err := Parse([]string{"-users", "100", "-q"}, known)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"users": true, "quiet": true, "seed": false, "rate": false} {
		if c.Explicit(name) != want {
			t.Errorf("Explicit(%q) = %v", name, !want)
		}
	}
}

func TestReproduce(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "chatsim -seed 7"},
		{[]string{"-users", "500", "-duration", "30s", "-json", "x", "-v"}, "chatsim -users 500 -duration 30s -seed 7"},
		{[]string{"-users", "100", "-duration", "90s", "-seed", "3"}, "chatsim -duration 1m30s -seed 7"},
		{[]string{"-rate", "max", "-inflight", "5", "-drain", "1h", "-warmup", "2m"}, "chatsim -rate max -inflight 5 -warmup 2m -drain 1h -seed 7"},
		{[]string{"-rate", "0.5", "-size", "100", "-scenario", "churn", "-verify", "off"}, "chatsim -rate 0.5 -size 100 -scenario churn -verify off -seed 7"},
		{[]string{"-threshold", "sent > 5", "-threshold", "delivery.p99<50ms", "-target", "[::1]:99"},
			"chatsim -target '[::1]:99' -threshold 'sent>5' -threshold 'delivery.p99<50ms' -seed 7"},
		{[]string{"-users", "5", "-dialect", "raw", "-target", "h:1"}, "chatsim -target h:1 -dialect raw -users 5 -seed 7"},
	} {
		c, err := Parse(tt.args, known)
		if err != nil {
			t.Errorf("%q: %v", tt.args, err)
			continue
		}
		if got := c.Reproduce(7); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.args, got, tt.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{"": "''", "a": "a", "a b": "'a b'", "it's": `'it'\''s'`, "<": "'<'", "$x": "'$x'", "10.0.0.1:99": "10.0.0.1:99"} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"users", "duration", "v", "seed", "serve", "size"}
	for in, want := range map[string]string{
		"users": "users", "uesrs": "users", "user": "users", "dura": "duration", "sizes": "size", "sede": "seed",
		"x": "", "": "", "completely": "", strings.Repeat("users", 100): "",
	} {
		if got := nearest(in, names); got != want {
			t.Errorf("nearest(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, line := range []string{"", "-users 500", "-threshold a<b", "-target x:1", "-rate max\n-inflight 3", "-q\n-v", "--\nx", "-json\n-", "-size=-5", "-\xff", "-users\n1_0"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		c, err := Parse(strings.Split(lines, "\n"), known)
		if err != nil {
			msg := strings.ReplaceAll(err.Error(), "\n", "")
			if msg == "" || report.Printable(msg) != msg {
				t.Fatalf("%q: the error %q is not printable", lines, err)
			}
			return
		}
		if c.Help || c.Version || c.Serve {
			return
		}
		again, err := Parse(split(t, c.Reproduce(c.Seed)), known)
		if err != nil {
			t.Fatalf("%q: %s is refused: %v", lines, c.Reproduce(c.Seed), err)
		}
		if got, want := again.Reproduce(c.Seed), c.Reproduce(c.Seed); got != want {
			t.Fatalf("%q: %s reproduces as %s", lines, want, got)
		}
	})
}

// split reads what Reproduce wrote as a shell would, without its program name.
func split(t *testing.T, line string) []string {
	t.Helper()
	var words []string
	word, quoted := "", false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\'':
			quoted = !quoted
		case c == '\\' && !quoted:
			i++
			word += string(line[i])
		case c == ' ' && !quoted:
			words, word = append(words, word), ""
		default:
			word += string(c)
		}
	}
	if quoted {
		t.Fatalf("%s has an open quote", line)
	}
	return append(words, word)[1:]
}
