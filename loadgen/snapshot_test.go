package loadgen_test

import (
	"context"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/scenario/file"
)

// watched makes a run without an end until a snapshot is as wanted.
func watched(t *testing.T, cfg loadgen.Config, wanted func(loadgen.Snapshot) bool) (*report.Report, []loadgen.Snapshot) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var seen []loadgen.Snapshot
	if cfg.Duration < time.Minute {
		cfg.Duration = time.Hour
	}
	cfg.Watch = func(s loadgen.Snapshot) {
		if ctx.Err() == nil {
			seen = append(seen, s)
		}
		if wanted(s) {
			cancel()
		}
	}
	rep, err := loadgen.Run(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) == 0 || !wanted(seen[len(seen)-1]) {
		t.Fatalf("none of %d snapshots is as wanted: %+v", len(seen), seen)
	}
	return rep, seen
}

func find(t *testing.T, checks []report.Check, name string) report.Check {
	t.Helper()
	for _, c := range checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no check %s in %+v", name, checks)
	return report.Check{}
}

// What a snapshot says is never more than what the report comes to, also where
// many stays have ended and are forgotten.
func TestSnapshots(t *testing.T) {
	t.Parallel()
	rep, seen := watched(t, short(serve(t, faults{}), lively(t, "churn")), func(s loadgen.Snapshot) bool {
		return s.Phase == loadgen.Loading && s.P50 != nil && len(s.Checks) > 0 && s.Checks[0].Evaluations > 500
	})
	last := seen[len(seen)-1]
	for i := range seen {
		if i > 0 && (seen[i].At <= seen[i-1].At || seen[i].Deliveries < seen[i-1].Deliveries) {
			t.Errorf("snapshot %d: %+v after %+v", i, seen[i], seen[i-1])
		}
	}
	if last.Present < 1 || last.Present > 8 {
		t.Errorf("%d of 8 chatters in the room", last.Present)
	}
	if l, r := last.Latency, rep.Latency; l.Delivery == nil || l.Delivery.Count == 0 || l.Delivery.Count > r.Delivery.Count || l.Join.Count > r.Join.Count {
		t.Errorf("latency %+v in a run that came to %+v", l.Delivery, r.Delivery)
	}
	for _, c := range rep.Checks {
		before := find(t, last.Checks, c.Name)
		if before.Verdict != "" || before.Evaluations > c.Evaluations {
			t.Errorf("%s: %q with %d evaluations, at the end %s with %d", c.Name, before.Verdict, before.Evaluations, c.Verdict, c.Evaluations)
		}
	}
	if last.Suspected {
		t.Error("a right server is suspected")
	}
}

func TestSnapshotsTellViolations(t *testing.T) {
	t.Parallel()
	s := serve(t, faults{copies: func(line int, from, to *peer) int {
		if at(50, from, to, line) {
			return 2
		}
		return 1
	}})
	_, seen := watched(t, short(s, lively(t, "steady")), func(s loadgen.Snapshot) bool {
		return len(s.Checks) > 0 && find(t, s.Checks, "no duplication").Violations > 0
	})
	c := find(t, seen[len(seen)-1].Checks, "no duplication")
	if c.Verdict != report.Failed || len(c.Witnesses) == 0 || c.Witnesses[0].Sentence == "" {
		t.Errorf("%+v", c)
	}
}

func TestSnapshotsTellASuspicion(t *testing.T) {
	t.Parallel()
	s := serve(t, faults{hold: func(line int, from, to *peer) bool { return at(50, from, to, line) }})
	watched(t, short(s, lively(t, "steady")), func(s loadgen.Snapshot) bool { return s.Suspected })
}

// Roles are seen while they act: what a snapshot has of them is never more than what
// the report comes to.
func TestSnapshotsTellRoles(t *testing.T) {
	t.Parallel()
	const text = "users: 8\nphases: [{for: 1m, rate: 1000, name: talk}]\nroles: {flood: {rate: 100, every: 300ms}, stalled: {every: 300ms}}"
	f, err := file.Read("roles.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	cfg := short(serve(t, faults{}), scenario.Of(f, []byte(text)))
	cfg.Rate, cfg.Users, cfg.Warmup, cfg.Duration = 0, 0, 0, time.Minute
	acting := make(map[string]bool)
	rep, seen := watched(t, cfg, func(s loadgen.Snapshot) bool {
		for _, a := range s.Acting {
			acting[a.Role] = true
		}
		return len(acting) > 0 && len(s.Roles) == 2 && len(s.Roles[0].Pairs) > 0 && len(s.Roles[1].Pairs) > 0
	})
	for _, s := range seen {
		for i, now := range s.Roles {
			if end := rep.Roles[i]; now.Name != end.Name || now.Acted > end.Acted || len(now.Pairs) > len(end.Pairs) || now.Windows > end.Windows || now.Lines > end.Lines {
				t.Errorf("%s after %v: %+v, and in the end %+v", now.Name, s.At, now, end)
			}
		}
		if s.Part.Name != "talk" && s.Phase == loadgen.Loading {
			t.Errorf("after %v the phase is %+v", s.At, s.Part)
		}
	}
}
