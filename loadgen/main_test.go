package loadgen_test

import (
	"context"
	"flag"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
)

func TestMain(m *testing.M) {
	loadgen.SetPatience(3*time.Second, time.Second)
	_ = flag.Set("test.parallel", "6") // runs wait more than they work; may be set otherwise by hand
	goleak.VerifyTestMain(m)
}

// lively returns a scenario in which much happens within half a second.
func lively(t *testing.T, name string) scenario.Spec {
	t.Helper()
	spec, err := scenario.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	if spec.Churn > 0 {
		spec.Churn, spec.MaxChurn, spec.Away = 1, 20, 50*time.Millisecond
	}
	return spec
}

// limit is how long anything may take before a test has failed. The machine may
// have other work: only what does not end at all takes so long.
const limit = time.Minute

// unhurried is the drain limit of a right server's run, which does not need it.
const unhurried = 2 * limit

// patient is how long a server is waited for that is not going to answer.
const patient = 1500 * time.Millisecond

// patience returns how long a wrong server is waited for: far longer than a right
// one takes here and now beyond the load, so that what the wrong one still sends
// has come by then, whatever else the machine does.
func patience(t *testing.T) time.Duration {
	t.Helper()
	cfg := short(serve(t, faults{}), lively(t, "steady"))
	cfg.Duration = 50 * time.Millisecond
	began := time.Now()
	run(t, cfg)
	return min(max(patient, 10*(time.Since(began)-cfg.Duration)), limit/2)
}

// short returns a run of a moment against a server.
func short(s *server, spec scenario.Spec) loadgen.Config {
	return loadgen.Config{Join: loadgen.Dial(s.addr), Where: "test server", Users: 8, Duration: 300 * time.Millisecond,
		Warmup: -1, Rate: 500, Seed: 1, Scenario: spec, Drain: unhurried}
}

// run makes a run that must have a report within the limit, beside the time for
// which its server is waited for on purpose: one of a right server has it before
// its drain is cut.
func run(t *testing.T, cfg loadgen.Config) *report.Report {
	t.Helper()
	began := time.Now()
	rep, err := loadgen.Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	most := limit
	if cfg.Drain != unhurried {
		most += cfg.Drain
	}
	if took := time.Since(began); took > most {
		t.Errorf("the run took %v, more than %v", took, most)
	}
	rep.Conclude(nil)
	return rep
}

// failed lists the checks that failed, and logs their witnesses.
func failed(t *testing.T, rep *report.Report) []string {
	t.Helper()
	var names []string
	for _, c := range rep.Checks {
		if c.Verdict == report.Failed {
			names = append(names, c.Name)
			t.Logf("%s: %+v", c.Name, c.Witnesses)
		}
	}
	return names
}

// comesAndGoes tells where the course and the totals disagree.
func comesAndGoes(t *testing.T, rep *report.Report) {
	t.Helper()
	var joins, leaves, observed int64
	for i, m := range rep.Course {
		joins, leaves, observed = joins+m.Joins, leaves+m.Leaves, observed+m.Observed
		if i > 0 && (m.TS != rep.Course[i-1].TS+1 || m.Phase == report.PhaseRamp && rep.Course[i-1].Phase != report.PhaseRamp) {
			t.Errorf("second %d of the course is %+v, the one before %+v", i, m, rep.Course[i-1])
		}
		if m.Roster < 0 || m.Roster > int64(rep.Users) {
			t.Errorf("%d of %d chatters in the room: %+v", m.Roster, rep.Users, m)
		}
	}
	if joins != rep.Joined || leaves != rep.Left || observed < rep.Deliveries {
		t.Errorf("the course has %d joins, %d leaves and %d deliveries, the totals are %d, %d and %d", joins, leaves, observed, rep.Joined, rep.Left, rep.Deliveries)
	}
}

// passes tells of everything in a report of a right server that is not as it should be.
func passes(t *testing.T, rep *report.Report) {
	t.Helper()
	if names := failed(t, rep); len(names) > 0 {
		t.Errorf("failed: %v", names)
	}
	if rep.CutBy != "" || rep.Interrupted || len(rep.Evicted) > 0 {
		t.Errorf("cut by %q, interrupted %v, evicted %v", rep.CutBy, rep.Interrupted, rep.Evicted)
	}
	if slices.Contains([]string{"full", "order"}, rep.Config.Verify) && rep.Deliveries != rep.ExpectedDeliveries {
		t.Errorf("%d of %d deliveries", rep.Deliveries, rep.ExpectedDeliveries)
	}
	if rep.Deliveries == 0 || rep.Sent == 0 {
		t.Fatalf("%d lines sent, %d deliveries", rep.Sent, rep.Deliveries)
	}
	for what, l := range map[string]*report.Latency{"delivery": rep.Latency.Delivery, "actual": rep.Latency.DeliveryActual} {
		if l == nil || l.Count != rep.Deliveries {
			t.Errorf("%s latencies of %d deliveries: %+v", what, rep.Deliveries, l)
		}
	}
	if rep.Latency.Join == nil || rep.Latency.Join.Count != rep.Joined {
		t.Errorf("%d joins, latencies %+v", rep.Joined, rep.Latency.Join)
	}
	var sent, deliveries int64
	for i, s := range rep.Series {
		sent, deliveries = sent+s.Sent, deliveries+s.Deliveries
		if i > 0 && s.TS <= rep.Series[i-1].TS {
			t.Errorf("second %d ends at %v, the one before at %v", i, s.TS, rep.Series[i-1].TS)
		}
	}
	if sent != rep.Sent || deliveries != rep.Deliveries {
		t.Errorf("the series has %d lines and %d deliveries, the totals are %d and %d", sent, deliveries, rep.Sent, rep.Deliveries)
	}
	comesAndGoes(t, rep)
	fitsSchema(t, rep)
	if by := rep.LeftBy; by.FIN+by.RST+by.HalfClose+by.Vanish != rep.Left {
		t.Errorf("%d left, by kind %+v", rep.Left, by)
	}
}
