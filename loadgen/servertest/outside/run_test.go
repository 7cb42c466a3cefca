package outside

import (
	"context"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/pace"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
)

func TestMain(m *testing.M) {
	pace.Nap = time.Sleep // all runs are in fake time
	os.Exit(m.Run())
}

// client is a chatter whose false claims are known to come back as text.
type client struct{ *chatter.Client }

func (client) ClaimedText(sender string, text []byte) string {
	return string(text) + "@" + sender + "@" + group
}

func (r *Room) dialler() loadgen.Joiner {
	return func(_ context.Context, name string) (loadgen.Client, error) {
		conn := r.Dial()
		c, err := chatter.New(conn, name)
		if err != nil {
			conn.Close()
			return nil, err
		}
		return client{c}, nil
	}
}

// own are workloads beside the built-in scenarios.
var own = map[string]scenario.Spec{
	"quiet":              {Name: "quiet", Private: 0.3, Answers: 0.2, Claims: 0.1},
	"whispers":           {Name: "whispers", Private: 0.6},
	"answers":            {Name: "answers", Answers: 0.5},
	"forms":              {Name: "forms", Forms: 0.7, Visits: 10},
	"vanishing":          {Name: "vanishing", Churn: 1, Away: 600 * time.Millisecond, Kinds: []check.Leave{check.Reset}, Vanish: []bool{true}},
	"vanishing names":    {Name: "vanishing names", Churn: 1, Away: 600 * time.Millisecond, Kinds: []check.Leave{check.Reset, check.FIN}, Vanish: []bool{true, false}, Namesakes: 1, Shared: 2},
	"vanishing whispers": {Name: "vanishing whispers", Churn: 1, Away: 600 * time.Millisecond, Kinds: []check.Leave{check.Reset}, Vanish: []bool{true}, Private: 0.4},
	"leaving":            {Name: "leaving", Churn: 1, Kinds: []check.Leave{check.HalfClose, check.FIN, check.HalfClose, check.Reset}},
	"crowded":            {Name: "crowded", Churn: 1, Away: time.Millisecond, Namesakes: 1, Shared: 1, Reuse: true},
	"cased":              {Name: "cased", Churn: 1, Namesakes: 0.6, Shared: 5, Private: 0.3},
	"claims":             {Name: "claims", Claims: 0.3, Namesakes: 0.3, Shared: 3},
}

// workload returns a run of a few seconds in which much happens.
func workload(name string, seed uint64) loadgen.Config {
	spec, known := own[name]
	if !known {
		var err error
		if spec, err = scenario.Find(name); err != nil {
			panic(err)
		}
	}
	if spec.Churn > 0 {
		spec.Churn, spec.MaxChurn = 0.5, 10
		if !known || spec.Away == 0 {
			spec.Away = 200 * time.Millisecond
		}
	}
	return loadgen.Config{Where: "room outside", Users: 8, Duration: 2 * time.Second, Warmup: -1, Rate: 100, Seed: seed, Scenario: spec}
}

// seeds returns how many to draw where n are usual: a tenth of them with -short.
func seeds(n uint64) uint64 {
	if testing.Short() {
		return (n + 9) / 10
	}
	return n
}

// run makes a run against a room, in a bubble of its own.
func run(t *testing.T, r *Room, cfg loadgen.Config, crowd ...Crowd) (rep *report.Report, took time.Duration) {
	return runWith(t, r, cfg, func() {
		for _, c := range crowd {
			r.Populate(c)
		}
	})
}

// runWith is run with something that is done in the bubble before it.
func runWith(t *testing.T, r *Room, cfg loadgen.Config, first func()) (rep *report.Report, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		first()
		cfg.Join = r.dialler()
		var err error
		if rep, err = loadgen.Run(context.Background(), cfg); err != nil {
			t.Fatal(err)
		}
		took = time.Since(began)
		r.Close()
	})
	return rep, took
}

// passes tells of all that is wrong in the report of a right room.
func passes(t *testing.T, rep *report.Report) {
	t.Helper()
	passed(t, rep, 0)
}

// passed is passes where so much of each check may follow from something else.
func passed(t *testing.T, rep *report.Report, implied int64) {
	t.Helper()
	if rep.Verdict != report.Passed || rep.Deliveries != rep.ExpectedDeliveries || rep.CutBy != "" {
		t.Errorf("%s, %d of %d deliveries, cut by %q, warnings %q", rep.Verdict, rep.Deliveries, rep.ExpectedDeliveries, rep.CutBy, rep.Warnings)
	}
	for _, c := range rep.Checks {
		if c.Violations > 0 || c.Implied > implied || c.Required && c.Verdict != report.Passed {
			t.Errorf("%s: %s, %d violations, %d implied, %d evaluations, %s: %+v", c.Name, c.Verdict, c.Violations, c.Implied, c.Evaluations, c.Reason, c.Witnesses)
		}
	}
}
