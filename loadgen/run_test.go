package loadgen_test

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/manager/wire"
)

// alone are the scenarios that are built in, but for that of several servers.
func alone() []string {
	return slices.DeleteFunc(scenario.Names(), func(name string) bool { return name == "failover" })
}

func TestRightServerPasses(t *testing.T) {
	for _, name := range alone() {
		for seed := range uint64(4) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				t.Parallel()
				cfg := short(serve(t, faults{}), lively(t, name))
				cfg.Seed = seed
				rep := run(t, cfg)
				passes(t, rep)
				if churns := cfg.Scenario.Churn > 0; churns != (rep.Left > 0) || churns != (rep.Joined > 8) {
					t.Errorf("%d joins, %d left", rep.Joined, rep.Left)
				}
				if name == "namesakes" && rep.Renamed < 7 {
					t.Errorf("%d of 8 namesakes renamed", rep.Renamed)
				}
			})
		}
	}
}

// unknown are control objects without a key that anybody knows.
const unknown = `{"motd":"hi","at":{"join":["x"]}}` + "\n" + `{}` + "\n"

// What a server of a later version tells besides is ignored, wherever it stands:
// it is no frame that cannot be understood, and no defect.
func TestUnknownControlObjects(t *testing.T) {
	for _, level := range []check.Level{check.Full, check.Order, check.Count, check.Off} {
		t.Run(level.String(), func(t *testing.T) {
			t.Parallel()
			cfg := short(serve(t, faults{remark: unknown}), lively(t, "mixed"))
			cfg.Verify = level
			passes(t, run(t, cfg))
		})
	}
}

// A run that the server slows down says so, and how that is ended.
func TestThrottled(t *testing.T) {
	t.Parallel()
	rep := run(t, short(serve(t, faults{remark: `{"slow":200}` + "\n"}), lively(t, "mixed")))
	passes(t, rep)
	const want = "the server takes 200 lines a second from each user and reads the others later; start it with -flood 0 to measure what it can do"
	if !slices.Contains(rep.Warnings, want) {
		t.Errorf("the warnings are %q, want %q among them", rep.Warnings, want)
	}
}

// TestStalledReader: one chatter stops reading for a second; nobody minds.
func TestStalledReader(t *testing.T) {
	t.Parallel()
	cfg := short(serve(t, faults{}), lively(t, "slowreader"))
	cfg.Duration = 2 * time.Second
	rep := run(t, cfg)
	if names := failed(t, rep); rep.Verdict != report.Passed || rep.Deliveries != rep.ExpectedDeliveries {
		t.Errorf("%s, failed: %q, %d of %d deliveries", rep.Verdict, names, rep.Deliveries, rep.ExpectedDeliveries)
	}
	if rep.Isolation == nil || rep.Isolation.WindowS != 1 || len(rep.Isolation.Pairs) != 1 {
		t.Errorf("isolation: %+v", rep.Isolation)
	}
	for _, c := range rep.Checks {
		if c.Name == string(check.Isolation) && c.Evaluations == 0 {
			t.Error("isolation was not evaluated")
		}
	}
}

func TestLevelsPass(t *testing.T) {
	for _, level := range []check.Level{check.Order, check.Count, check.Off} {
		t.Run(level.String(), func(t *testing.T) {
			t.Parallel()
			cfg := short(serve(t, faults{}), lively(t, "churn"))
			cfg.Verify = level
			rep := run(t, cfg)
			passes(t, rep)
			want := report.Passed
			if level == check.Off {
				want = report.Measured
			}
			if rep.Verdict != want {
				t.Errorf("the verdict is %s, want %s: %+v", rep.Verdict, want, rep.Checks)
			}
		})
	}
}

func TestOpenModelSendsWhatWasAsked(t *testing.T) {
	for _, users := range []int{1, 2, 8} {
		t.Run(fmt.Sprint(users, " users"), func(t *testing.T) {
			t.Parallel()
			cfg := short(serve(t, faults{}), lively(t, "steady"))
			cfg.Users, cfg.Warmup = users, 50*time.Millisecond
			rep := run(t, cfg)
			passes(t, rep)
			if want := float64(cfg.Rate) * cfg.Duration.Seconds(); math.Abs(float64(rep.Sent)-want) > 1 {
				t.Errorf("%d lines sent, want %v", rep.Sent, want)
			}
			if rep.Deliveries != rep.Sent*int64(users) {
				t.Errorf("%d deliveries of %d lines to %d users", rep.Deliveries, rep.Sent, users)
			}
			if l := rep.Latency; l.Last == nil || l.Last.Count != rep.Sent || l.Echo == nil || l.Echo.Count != rep.Sent {
				t.Errorf("%d lines sent, last %+v, echo %+v", rep.Sent, l.Last, l.Echo)
			}
			if rep.Verdict != report.Passed || !rep.Generator.Applicable {
				t.Errorf("the verdict is %s, generator %+v, checks %+v", rep.Verdict, rep.Generator, rep.Checks)
			}
		})
	}
}

// An answer that still waits when the run drains must not follow the anchor.
func TestAnswersEndWithTheLoad(t *testing.T) {
	s := serve(t, faults{})
	for seed := range uint64(10) {
		cfg := short(s, scenario.Spec{Name: "answers", Answers: 0.5})
		cfg.Users, cfg.Seed, cfg.Duration = 3, seed, 40*time.Millisecond
		passes(t, run(t, cfg))
	}
}

// counted is a client that counts the lines of all that are under way.
type counted struct {
	loadgen.Client
	name     string
	underWay *gauge
}

type gauge struct{ now, most atomic.Int64 }

func (c *counted) Say(text []byte) error {
	n := c.underWay.now.Add(1)
	for most := c.underWay.most.Load(); n > most && !c.underWay.most.CompareAndSwap(most, n); {
		most = c.underWay.most.Load()
	}
	return c.Client.Say(text)
}

func (c *counted) Next(f *loadgen.Frame) error {
	err := c.Client.Next(f)
	if err == nil && f.Kind == wire.Line && string(f.Sender) == c.name {
		c.underWay.now.Add(-1)
	}
	return err
}

func TestClosedModelKeepsItsLinesUnderWay(t *testing.T) {
	for _, c := range []struct{ users, inflight int }{{8, 32}, {8, 3}, {1, 5}, {5, 7}} {
		t.Run(fmt.Sprintf("%d users, %d lines", c.users, c.inflight), func(t *testing.T) {
			t.Parallel()
			g := new(gauge)
			// No line comes back before all are under way.
			s := serve(t, faults{line: func(_ *server, line int) {
				for began := time.Now(); line == 1 && g.now.Load() < int64(c.inflight) && time.Since(began) < patient; {
					runtime.Gosched()
				}
			}})
			cfg := short(s, lively(t, "steady"))
			dial := cfg.Join
			cfg.Join = func(ctx context.Context, name string) (loadgen.Client, error) {
				client, err := dial(ctx, name)
				return &counted{Client: client, name: name, underWay: g}, err
			}
			cfg.Users, cfg.Inflight, cfg.Rate, cfg.Duration = c.users, c.inflight, report.Max, 800*time.Millisecond
			rep := run(t, cfg)
			passes(t, rep)
			if most := g.most.Load(); most != int64(c.inflight) {
				t.Errorf("%d lines were under way at once, want %d", most, c.inflight)
			}
			if rep.Config.Inflight != c.inflight || rep.Generator.Applicable {
				t.Errorf("config %+v, generator %+v", rep.Config, rep.Generator)
			}
			if n := rep.Sent; n <= int64(c.inflight) { // those that come back are replaced
				t.Errorf("only %d lines sent", n)
			}
		})
	}
}

// leaving is a client that counts lines and tells of its leave.
type leaving struct {
	loadgen.Client
	sent   *atomic.Int64
	leaves func()
}

func (c *leaving) Say(text []byte) error {
	c.sent.Add(1)
	return c.Client.Say(text)
}

func (c *leaving) Leave(kind loadgen.Leave) error {
	c.leaves()
	return c.Client.Leave(kind)
}

// Lines under way are not lost when chatters leave: the load goes on.
func TestClosedModelSurvivesChurn(t *testing.T) {
	t.Parallel()
	cfg := short(serve(t, faults{}), lively(t, "churn"))
	cfg.Scenario.MaxChurn, cfg.Scenario.Churn = 60, 10
	cfg.Inflight, cfg.Rate, cfg.Duration = 4, report.Max, 700*time.Millisecond
	var sent atomic.Int64
	var mu sync.Mutex
	var before []int64 // lines sent before each leave
	dial := cfg.Join
	cfg.Join = func(ctx context.Context, name string) (loadgen.Client, error) {
		client, err := dial(ctx, name)
		return &leaving{client, &sent, func() {
			mu.Lock()
			defer mu.Unlock()
			before = append(before, sent.Load())
		}}, err
	}
	rep := run(t, cfg)
	passes(t, rep)
	// Each leave could lose a line: after as many leaves as lines there would be none.
	if n := len(before); n <= cfg.Inflight || sent.Load()-before[cfg.Inflight] < 10 {
		t.Errorf("%d left, %d lines sent in all, before each leave %d", n, sent.Load(), before)
	}
}

// recorder records every chatter's lines, without the run's nonce.
type recorder struct {
	mu    sync.Mutex
	lines map[int][]string
}

type recorded struct {
	loadgen.Client
	r *recorder
}

func (c recorded) note(to string, text []byte) {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	chatter, _, _ := ledger.ParseStamp(text, string(text[:ledger.NonceLen]))
	c.r.lines[chatter] = append(c.r.lines[chatter], to+string(text[ledger.NonceLen:]))
}

func (c recorded) Say(text []byte) error {
	c.note("all ", text)
	return c.Client.Say(text)
}

func (c recorded) Tell(name string, text []byte) error {
	c.note(name+" ", text)
	return c.Client.Tell(name, text)
}

func TestSameSeedSameLines(t *testing.T) {
	record := func(seed uint64) map[int][]string {
		r := &recorder{lines: make(map[int][]string)}
		s := serve(t, faults{}) // a room of its own: of the run before somebody may still be there, with a name
		cfg := short(s, scenario.Spec{Name: "half private", Private: 0.5})
		dial := cfg.Join
		cfg.Join = func(ctx context.Context, name string) (loadgen.Client, error) {
			client, err := dial(ctx, name)
			return recorded{client, r}, err
		}
		cfg.Seed, cfg.Duration = seed, 200*time.Millisecond
		passes(t, run(t, cfg))
		return r.lines
	}
	a, b, other := record(7), record(7), record(8)
	same := 0
	for chatter := range a {
		if !slices.Equal(a[chatter], b[chatter]) {
			t.Errorf("chatter %d said %q, then %q", chatter, a[chatter], b[chatter])
		}
		if slices.Equal(a[chatter], other[chatter]) {
			same++
		}
	}
	if len(a) != 8 || same == len(a) {
		t.Errorf("%d chatters spoke, %d said the same under another seed", len(a), same)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	cfg := short(serve(t, faults{}), lively(t, "steady"))
	var phases []loadgen.Phase
	cfg.Progress = func(p loadgen.Progress) {
		if p.Done < 0 || p.Done > 1 || p.Joined > 8 {
			t.Errorf("%+v", p)
		}
		if p.Phase != loadgen.Joining && (len(phases) == 0 || phases[len(phases)-1] != p.Phase) {
			phases = append(phases, p.Phase)
		}
	}
	cfg.Warmup, cfg.Rate = time.Second, report.Max // no event marks the end of the warm-up
	cfg.Inflight, cfg.Duration = 2, time.Second
	passes(t, run(t, cfg))
	want := []loadgen.Phase{loadgen.Warming, loadgen.Loading} // draining is short here
	if len(phases) < 2 || !slices.Equal(phases[:2], want) {
		t.Errorf("phases %v, want %v", phases, want)
	}
}
