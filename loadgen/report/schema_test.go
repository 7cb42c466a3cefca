package report

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "report.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// full returns a report in which everything that may be missing is there.
func full() *Report {
	r := sample()
	cases["failed"](r)
	rate := Rate(400)
	r.Config.Target, r.Config.Dialect, r.CutBy = "h:1", "raw", "the drain limit of 10 s"
	r.Latency.Delivery.Curve = []int64{90_000, 1_000_000}
	r.Refused, r.Errors = 1, Errors{Count: 3, Kinds: []ErrorKind{{"slow down", 1, "slow down"}}, Others: 2}
	r.Isolation = &Isolation{WindowS: 1, AllReadP99: ms(1), OneStalledP99: ms(2), Pairs: []IsolationPair{{1_000_000, 2_000_000}}}
	r.LeftBy.Lost = 9
	r.Losses = []Loss{{Addr: "h:1", Killed: true, AtS: 5, Chatters: 9, Back: 9, BackS: 0.1, Leaves: 9, FirstS: 2, LastS: 2.5, LimitS: 7, SilenceS: 0.02, SilenceOf: 0.01, P99Before: ms(1), P99After: ms(2)}}
	r.HeldUp = &HeldUp{Chatters: 2, Longest: "bob", LongestS: 3, LinesLate: 12, LinesUnsent: 1}
	r.Silence = &Silence{Times: 2, LongestS: 3, FromS: 1.5, UnderWay: 12}
	r.Config.Script, r.Config.MaxUsers = "users: 5", 9
	r.Phases = []Phase{{Name: "spike", ForS: 5, Rate: 0, RateTo: 400, Users: 5, UsersTo: 9, Latency: Latencies{Delivery: r.Latency.Delivery}}}
	r.Roles = []Role{{Name: "flood", About: "says 1,000 lines/s", Users: 2, Windows: 5, WindowS: 1, Acted: 10, Lines: 900, LinesDue: 1000, Evicted: map[string]int64{"other": 1},
		TurnedAway: 1, Throttled: 2, Errors: r.Errors, In: []string{"spike"}, Talks: true}}
	r.Roles[0].Compare(slices.Repeat([]RolePair{{1_000_000, 2_000_000}}, RolePairs))
	r.Course = []Moment{{TS: -1, Phase: PhaseRamp, Roster: 500, Joins: 500}, {TS: 0, Phase: PhaseWarmup, Roster: 499, Leaves: 1, Observed: 9}}
	r.Calibration = &Calibration{Skipped: "no time", BytesPerS: 1e9, LowBytesPerS: 8e8, Slices: 20, Sockets: 500, WriteBytes: 64,
		MeasuredS: 1, CostS: 1.2, Share: 0.41, ShareHigh: 0.5}
	r.Find = &Find{Expr: "delivery.p99<1ms", Rate: &rate, Why: "close enough", Steps: []FindStep{
		{Rate: 400, Holds: true, Value: new(float64), DeliveriesPerS: 4e5, P50: ms(1), P99: ms(2), Verdict: Passed},
		{Rate: Max, Why: "1.20 ms", Verdict: Passed, Limited: true}}}
	r.Conclude(thresholds("delivery.p99<5ms", "leave.p99<1s"))
	return r
}

// TestSchema holds that the schema says what reports are: it takes all that
// JSON writes.
func TestSchema(t *testing.T) {
	s := schema(t)
	all := map[string]*Report{"full": full()}
	for name, change := range cases {
		all[name] = sample()
		change(all[name])
	}
	for name, r := range all {
		var buf bytes.Buffer
		if err := JSON(&buf, r); err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(&buf)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaRefuses holds that the schema is no formality: a report with any one
// key left out that is always there, or with one that is not known, is none.
func TestSchemaRefuses(t *testing.T) {
	s := schema(t)
	var buf bytes.Buffer
	if err := JSON(&buf, full()); err != nil {
		t.Fatal(err)
	}
	var whole map[string]any
	if err := json.Unmarshal(buf.Bytes(), &whole); err != nil {
		t.Fatal(err)
	}
	optional := map[string]bool{"cut_by": true, "isolation": true, "held_up": true, "silence": true, "course": true, "calibration": true, "find": true, "phases": true, "roles": true, "losses": true,
		"refused": true, "errors": true} // reports of before have none
	for key, value := range whole {
		delete(whole, key)
		if err := s.Validate(whole); (err == nil) != optional[key] {
			t.Errorf("without %s: %v", key, err)
		}
		whole[key] = []any{map[string]any{"unknown": value}}
		if err := s.Validate(whole); err == nil {
			t.Errorf("%s may be anything", key)
		}
		whole[key] = value
	}
	whole["unknown"] = 1
	if err := s.Validate(whole); err == nil || !strings.Contains(err.Error(), "unknown") {
		t.Errorf("with an unknown key: %v", err)
	}
}
