package host

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/spf13/pflag"
	"go.uber.org/goleak"

	"chatsim/chatter"
	"chatsim/manager/hinted"
	"chatsim/manager/record"
	"chatsim/manager/wire"
)

func TestMain(m *testing.M) {
	for env, run := range children {
		if os.Getenv(env) != "" {
			run()
			return
		}
	}
	goleak.VerifyTestMain(m)
}

// children are what this test's program is instead, by the variable that has it be that.
var children = map[string]func(){childRoom: runChildRoom}

// childRoom makes this test's program a room of its own, see TestMain.
const childRoom = "LIVE_TEST_ROOM"

func runChildRoom() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cfg := Config{Listen: "127.0.0.1:0", Drain: 5 * time.Second}
	if len(os.Args) > 1 {
		fs := pflag.NewFlagSet("", pflag.ContinueOnError)
		cfg.Flags(fs)
		if err := fs.Parse(os.Args[1:]); err != nil {
			panic(err)
		}
	}
	if err := Run(ctx, cfg, os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, hinted.Text(err))
		os.Exit(1)
	}
}

// output is what a room says, for several goroutines.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// opened is a room at work.
type opened struct {
	t        *testing.T
	addr     string
	h        *house
	out, err output
}

// open opens a room and has it closed when the test is over, or by close.
func open(t *testing.T, cfg Config) *opened {
	t.Helper()
	o := &opened{t: t}
	o.open(cfg, &o.err)
	return o
}

func (o *opened) open(cfg Config, stderr io.Writer) {
	t := o.t
	t.Helper()
	cfg.Listen, cfg.Drain = "127.0.0.1:0", 20*time.Second
	o.h = newHouse(cfg, &o.out, stderr)
	if err := o.h.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.addr = o.h.ln.Addr().String()
	o.h.greet()
	o.h.flush()
	served := make(chan error, 1)
	go func() { served <- o.h.serve() }()
	t.Cleanup(func() {
		if !o.h.draining.Load() {
			o.close()
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

func (o *opened) close() error {
	o.h.draining.Store(true)
	return o.h.close()
}

func (o *opened) get(path string) (status int, body string) {
	o.t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	resp, err := client.Get("http://" + o.addr + path)
	if err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func (o *opened) join(name string) *chatter.Client {
	o.t.Helper()
	c, err := chatter.Dial(context.Background(), o.addr, name)
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { c.Close() })
	var f chatter.Frame
	for range 2 {
		if err := c.Next(&f); err != nil {
			o.t.Fatal(err)
		}
	}
	return c
}

// hears reads until a frame fits.
func hears(t *testing.T, c *chatter.Client, want string) {
	t.Helper()
	var f chatter.Frame
	for string(f.Text) != want {
		if err := c.Next(&f); err != nil {
			t.Fatalf("%v, want %s", err, want)
		}
	}
}

// The metrics are read by Prometheus' own parser, and follow its conventions.
func TestMetrics(t *testing.T) {
	o := open(t, Config{Record: filepath.Join(t.TempDir(), "server.txt")})
	bob, amy := o.join("bob"), o.join("amy")
	for n := range 10 {
		bob.Say(fmt.Append(nil, "line ", n))
	}
	hears(t, amy, "line 9")
	hears(t, bob, "line 9")
	_, text := o.get("/metrics")
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	value := func(name string) float64 {
		f := families[name]
		if f == nil {
			t.Fatalf("there is no %s in\n%s", name, text)
		}
		m := f.GetMetric()[0]
		return m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
	}
	for name, want := range map[string]float64{"chatsim_users": 2, "chatsim_joins_total": 2, "chatsim_lines_total": 10, "chatsim_record_up": 1} {
		if value(name) != want {
			t.Errorf("%s is %v, want %v", name, value(name), want)
		}
	}
	if d := value("chatsim_deliveries_total"); d < 10 || d > 20 {
		t.Errorf("%v deliveries", d)
	}
	if value("chatsim_feed_wait_seconds") == 0 || value("chatsim_written_bytes_total") == 0 {
		t.Error("nothing was measured")
	}
}

func TestPages(t *testing.T) {
	o := open(t, Config{})
	for path, want := range map[string]string{
		"/": "nobody is here", "/healthz": "^ok\n$", "/readyz": "^ready\n$", "/static/icon.svg": "<svg",
		"/live": "The room's server", "/live.json": `^\[{"at_ms":\d+,"users":0,`,
	} {
		if status, body := o.get(path); status != 200 || !regexp.MustCompile(want).MatchString(body) {
			t.Errorf("%s: %d %q", path, status, body)
		}
	}
	if status, _ := o.get("/nothing"); status != 404 {
		t.Errorf("a page that is not there has status %d", status)
	}
	if !strings.Contains(o.out.String(), "nc 127.0.0.1 ") || o.err.String() != "" {
		t.Errorf("said %q, %q", o.out.String(), o.err.String())
	}
}

// The record on standard output has it for itself.
func TestRecordOnStdout(t *testing.T) {
	o := open(t, Config{Record: "-"})
	bob := o.join("bob")
	bob.Say([]byte("hi"))
	hears(t, bob, "hi")
	if err := o.close(); err != nil {
		t.Error(err)
	}
	o.h.flush()
	if got := o.out.String(); got != "hi@bob@"+wire.Group+"\n" {
		t.Errorf("standard output is %q", got)
	}
	if got := o.err.String(); !strings.Contains(got, "on standard output") || !strings.Contains(got, "closed: 1 join, 1 line, 1 in the record") {
		t.Errorf("standard error is %q", got)
	}
}

func TestOperator(t *testing.T) {
	o := open(t, Config{RecordFormat: record.JSON})
	bob := o.join("bob")
	for line, want := range map[string]string{
		"who": "1 online: bob", "kick eve": "nobody here is called eve", "dance": "the commands are:", "kick": "the commands are:", "": "^$",
	} {
		var out bytes.Buffer
		if obey(o.h.room, &english, line, &out) || !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("%q: %q", line, out.String())
		}
	}
	obey(o.h.room, &english, "say hello all", io.Discard)
	hears(t, bob, "hello all")
	obey(o.h.room, &english, "kick bob", io.Discard)
	hears(t, bob, "removed by the operator: come back in 1m")
	if !obey(o.h.room, &english, "quit", io.Discard) {
		t.Error("quit does not")
	}
}

func TestCannotOpen(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for _, c := range []struct {
		cfg  Config
		want string
	}{
		{Config{Listen: ln.Addr().String()}, "the port is in use"},
		{Config{Listen: "127.0.0.1:0", TLSCert: "/no/cert", TLSKey: "/no/key"}, "read the certificate"},
		{Config{Listen: "127.0.0.1:0", Record: t.TempDir()}, "is a directory"},
	} {
		err := Run(context.Background(), c.cfg, strings.NewReader(""), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) || hinted.Hint(err) == "" {
			t.Errorf("%+v: %v", c.cfg, err)
		}
	}
}
