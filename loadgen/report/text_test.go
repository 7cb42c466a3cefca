package report

import (
	"errors"
	"flag"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func ms(v float64) *int64 {
	ns := int64(v * 1e6)
	return &ns
}

// sample returns a run in which everything went well.
func sample() *Report {
	r := &Report{
		Schema: Schema, Seed: 7, Where: "in-process Manager on 127.0.0.1:41773",
		Config: Config{Users: 500, DurationS: 30, WarmupS: 1, DrainS: 10, Rate: 100, Size: 64, Scenario: "mixed", Verify: "full"},
		Environment: Environment{Go: "go1.26", OS: "linux", Arch: "amd64", CPUs: 2, GOMAXPROCS: 2,
			CPUModel: "Example CPU 3000", Commit: "0123abc"},
		Users: 500, Joined: 512, Renamed: 37, Left: 12, LeftBy: LeftBy{FIN: 4, RST: 4, HalfClose: 4}, Evicted: map[string]int64{"slow": 0, "stalled": 0},
		Sent: 3000, Deliveries: 1_500_000, ExpectedDeliveries: 1_500_000,
		MeasuredS: 30, DeliveriesPerS: 50_000, BytesPerS: 5_123_456, SentPerS: 100,
		Latency: Latencies{
			Delivery:       &Latency{Count: 1_500_000, Min: 90_000, Mean: 3_000_000, P50: ms(2.412), P90: ms(8.31), P99: ms(14.2), P999: ms(21.04), Max: 43_000_000},
			DeliveryActual: &Latency{Count: 1_500_000, Min: 90_000, Mean: 2_900_000, P50: ms(2.3), P90: ms(8.2), P99: ms(14), P999: ms(20.9), Max: 42_900_000},
			Last:           &Latency{Count: 3000, Min: 900_000, Mean: 6_000_000, P50: ms(5.5), P90: ms(11.9), P99: ms(19.8), P999: ms(30.1), Max: 43_000_000},
			Join:           &Latency{Count: 512, Min: 300_000, Mean: 6_000_000, P50: ms(1.25), P90: ms(6), P99: ms(99.96), Max: 120_000_000},
			Leave:          &Latency{Count: 12, Min: 300_000, Mean: 6_000_000, P50: ms(4.5), P90: ms(9), Max: 11_500_000},
		},
		Series:    []Second{{TS: 1, Sent: 100, Deliveries: 50_000, P50: ms(2.4), P99: ms(14)}},
		Resources: Resources{CPUS: 33.1, CoresUsed: 1.1, MaxRSSBytes: 61_400_000, GCPauseMax: 140_000, GoroutinesMax: 1_512},
		Generator: Generator{Applicable: true, ScheduleLagP99: 412_000},
		Reproduce: "chatsim -users 500 -duration 30s -seed 7",
	}
	for _, name := range []string{"no creation", "no duplication", "validity", "agreement", "total order", "FIFO order"} {
		r.Checks = append(r.Checks, Check{Name: name, Verdict: Passed, Required: true, Evaluations: 1_500_000})
	}
	r.Checks = append(r.Checks, Check{Name: "leave completeness", Verdict: Passed, Evaluations: 5_988},
		Check{Name: "confidentiality", Verdict: NotExercised, Reason: "no private line in this scenario"})
	r.Conclude(nil)
	return r
}

// cases are reports by the name of their golden file.
var cases = map[string]func(r *Report){
	"passed": func(*Report) {},
	"phases": func(r *Report) {
		r.Config.Scenario, r.Config.Script, r.Config.MaxUsers = "launch", "users: 500\n", 700
		r.LeftBy = LeftBy{FIN: 3, RST: 3, HalfClose: 3, Vanish: 3}
		r.Phases = []Phase{
			{Name: "calm", ForS: 20, Rate: 0, RateTo: 100, Users: 500, UsersTo: 500, Sent: 1000, Deliveries: 500_000, Bytes: 50_000_000, SentPerS: 50, DeliveriesPerS: 25_000, BytesPerS: 2.5e6,
				Joined: 2, Left: 3, ScheduleLagP99: 900_000, Latency: Latencies{Delivery: r.Latency.Delivery, Join: r.Latency.Join}},
			{Name: "spike", FromS: 20, ForS: 5, Rate: 400, RateTo: 400, Users: 500, UsersTo: 700, Sent: 2000, Deliveries: 1_000_000, Bytes: 100_000_000, SentPerS: 400, DeliveriesPerS: 200_000, BytesPerS: 20e6,
				Evicted: 1, ScheduleLagP99: 2_000_000, Latency: Latencies{Delivery: r.Latency.DeliveryActual}},
			{Name: "pause", FromS: 25, ForS: 5, Users: 700, UsersTo: 700},
		}
		r.Conclude(thresholds("spike.delivery.p99<20ms", "calm.sent_per_s<100", "pause.delivery.p99<1s", "spike.delivery.max<5ms", "none.sent>5"))
	},
	"roles": func(r *Report) {
		pairs := []RolePair{{2_000_000, 5_100_000}, {2_100_000, 4_900_000}, {2_200_000, 5_000_000}, {2_000_000, 4_000_000}, {2_300_000, 6_000_000}}
		r.Roles = []Role{
			{Name: "slow", About: "reads 10 kB/s", Users: 2, Windows: 5, WindowS: 3, BytesRead: 300_000, Acted: 10, Evicted: map[string]int64{"slow": 2}},
			{Name: "stalled", About: "reads nothing", Users: 1, Talks: true, Windows: 3, WindowS: 3, Acted: 3, Evicted: map[string]int64{"stalled": 3}},
			{Name: "dribble", About: "writes its lines byte by byte, 1 B/s", Users: 5, Windows: 5, WindowS: 3, Lines: 25, BytesSent: 1600, Acted: 25},
			{Name: "flood", About: "says 1,000 lines/s", Users: 1, Windows: 5, WindowS: 3, Lines: 3000, LinesDue: 15_000, BytesSent: 300_000, Acted: 5, Throttled: 5, Refused: 7},
			{Name: "noise", About: "sends 10 pieces a second that are no protocol", Users: 1, Windows: 5, WindowS: 3, Lines: 150, BytesSent: 400_000, Acted: 5,
				Evicted: map[string]int64{"no reason given": 4}, TurnedAway: 1, Errors: Errors{Count: 20}},
		}
		for i := range r.Roles {
			r.Roles[i].Compare(pairs)
		}
		r.Roles[1].Compare(pairs[:3])
		r.Conclude(thresholds("roles.flood.ratio<1.3", "roles.stalled.ratio<2", "roles.slow.evicted<=2", "roles.noise.p99<9ms"))
	},
	"calibrated": func(r *Report) {
		r.Calibration = &Calibration{BytesPerS: 12.5e6, Sockets: 500, WriteBytes: 65536, MeasuredS: 1, CostS: 1.2}
		r.Conclude(thresholds("ceiling.share>50%", "cpu_per_delivery<1ms", "checks.failed<=0"))
	},
	"uneven": func(r *Report) { // the loopback's speed, around the run
		r.Calibration = &Calibration{BytesPerS: 12.5e6, LowBytesPerS: 9e6, Slices: 20, Sockets: 500, WriteBytes: 65536, MeasuredS: 1, CostS: 1.2}
		r.Conclude(thresholds("ceiling.share>50%", "floor.share>30%", "ceiling.bytes_per_s<20MB", "ceiling.bytes_per_s<10MB"))
	},
	"found": func(r *Report) {
		rate := Rate(200)
		r.Config.Rate = rate
		r.Find = &Find{Expr: "delivery.p99<20ms", Rate: &rate, Why: "not at 220/s, delivery.p99 is 23.4 ms", Steps: []FindStep{
			{Rate: 100, Holds: true, DeliveriesPerS: 50_000, P50: ms(2.4), P99: ms(14.2), Value: value(14.2e6), Verdict: Passed},
			{Rate: 200, Holds: true, DeliveriesPerS: 99_998, P50: ms(3.1), P99: ms(19), Value: value(19e6), Verdict: Passed},
			{Rate: 220, Why: "delivery.p99 is 23.4 ms", DeliveriesPerS: 109_900, P50: ms(3.3), P99: ms(23.4), Value: value(23.4e6), Verdict: Passed},
		}}
		r.Conclude(nil)
	},
	"foundusers": func(r *Report) {
		rate, most, in := Rate(50), 800, 1024
		r.Config.Rate, r.Config.ThinkS, r.Config.Users, r.Users = rate, 10, most, most
		r.Find = &Find{Expr: "delivery.p99<20ms", Of: FindUsers, Rate: &rate, Users: &most, Why: "not with 1,600 users, join the server, with 1024 of 1600 chatters there: it was refused", Steps: []FindStep{
			{Rate: 50, Users: 800, Holds: true, DeliveriesPerS: 40_000, P50: ms(2.4), P99: ms(14.2), Value: value(14.2e6), Verdict: Passed},
			{Rate: 100, Users: 1600, Joined: &in, Why: "join the server, with 1024 of 1600 chatters there: it was refused", Verdict: Inconclusive},
		}}
		r.Conclude(nil)
	},
	"nousers": func(r *Report) {
		r.Find = &Find{Expr: "delivery.p99<1ms", Of: FindUsers, Why: "not even with 1 user, delivery.p99 is 14.2 ms", Steps: []FindStep{
			{Rate: 100, Users: 1, Why: "delivery.p99 is 14.2 ms", DeliveriesPerS: 100, P50: ms(2.4), P99: ms(14.2), Value: value(14.2e6), Verdict: Passed},
		}}
		r.Conclude(nil)
	},
	"notfound": func(r *Report) {
		r.Find = &Find{Expr: "delivery.p99<1ms", Why: "at 50/s, not enough samples: 12, and p99 takes 100: try a longer -duration", Steps: []FindStep{
			{Rate: 100, Why: "delivery.p99 is 14.2 ms", DeliveriesPerS: 50_000, P50: ms(2.4), P99: ms(14.2), Value: value(14.2e6), Verdict: Passed},
			{Rate: 50, Why: "not enough samples: 12, and p99 takes 100", Verdict: Inconclusive},
		}}
		r.Conclude(nil)
	},
	"undecided": func(r *Report) {
		r.Find = &Find{Expr: "delivery.p99<1ms", Why: "not even at 1.5625/s, generator-limited", Steps: []FindStep{
			{Rate: 1.5625, Why: "generator-limited", Limited: true, Value: value(14.2e6), Verdict: Passed}}}
		r.Conclude(nil)
	},
	"stopped": func(r *Report) {
		rate := Rate(1234)
		r.Config.Rate, r.Interrupted = rate, true
		r.Find = &Find{Expr: "delivery.p99<20ms", Rate: &rate, Cut: true, Why: "interrupted", Steps: []FindStep{
			{Rate: rate, Holds: true, DeliveriesPerS: 50_000, P50: ms(2.4), P99: ms(14.2), Value: value(14.2e6), Verdict: Passed}}}
		r.Conclude(nil)
	},
	"threshold": func(r *Report) {
		r.Conclude(thresholds("delivery.p99<5ms", "deliveries_per_s>10000", "leave.p99<1s", "bytes_per_s>=5MB"))
	},
	"failed": func(r *Report) {
		r.Deliveries--
		r.Checks[3].Verdict, r.Checks[3].Violations = Failed, 1
		r.Checks[3].Pattern = `12 violations, all of sender "bob", at 12 chatters, one each, from 3.1 s to 9.8 s`
		r.Checks[3].Witnesses = []Witness{{Check: "agreement", Chatters: []int{498}, Place: 2_401, Agreed: 499,
			Sent: &Instant{NS: 3_104_000_000, Wall: time.Date(2026, 1, 2, 15, 4, 5, 678e6, time.UTC)}, Others: &Instant{NS: 3_105_000_000},
			Sentence: "a line that everybody else has never came to one chatter, although later ones did",
			Expected: `bob2: "fox-12-3 the quick brown fox"`}}
		r.Checks[4].Verdict, r.Checks[4].Violations, r.Checks[4].Implied = Failed, 3, 2
		r.Checks[4].Witnesses = []Witness{
			{Check: "total order", Chatters: []int{17, 21}, Names: []string{"bob3", "amy"}, Place: 812, Agreed: 497,
				Sentence: "two lines came the other way round",
				Before:   []string{`amy: "fox-1-1"`, `bob: "fox-2-1"`}, Expected: `bob: "fox-2-2"`, Came: "cut \x1b[31m\r\n\u202e" + strings.Repeat("x", 300)},
			{Check: "total order", Chatters: []int{17, 3}, Names: []string{"bob3", "eve"}, Place: 416, Agreed: 498,
				Sentence: `"bob3" got #417 "amy" says "fox-2-2" before #416 "bob" says "fox-1-3"; 498 had it the other way round`,
				Sides: []Side{{17, "bob3", []string{`#415 join of "amy"`, `#417 "amy" says "fox-2-2 and a text that is too long"`, `#416 "bob" says "fox-1-3"`}},
					{3, "eve", []string{`#415 join of "amy"`, `#416 "bob" says "fox-1-3"`, `#417 "amy" says "fox-2-2 and a text that is too long"`, `#418 leave of "amy"`}}}},
		}
		r.Warnings = []string{"the machine was busy: 1.9 of 2 cores were used by others while the run measured, so latencies say little"}
		r.Conclude(nil)
	},
	"inconclusive": func(r *Report) {
		r.Checks[6].Required = true
		r.Checks[6].Verdict, r.Checks[6].Evaluations, r.Checks[6].Reason = Inconclusive, 0, "nobody left"
		r.Conclude(nil)
	},
	"measured": func(r *Report) {
		r.Config.Verify, r.Checks = VerifyOff, nil
		r.Config.Rate, r.Config.Inflight, r.Generator = Max, 1024, Generator{}
		r.ExpectedDeliveries = 0
		r.Conclude(nil)
	},
	"server": func(r *Report) {
		r.Where, r.Config.Target = "server at 127.0.0.1:41773", "127.0.0.1:{port}"
		r.Server = &Server{Command: "my/server -port {port}", StartS: 0.213, CPUS: 12.4}
		r.Conclude(nil)
	},
	"died": func(r *Report) {
		r.Server = &Server{Command: "my/server -port {port}", StartS: 0.213, CPUS: 12.4, Ended: "exit status 2", Output: []string{"panic: \x1b[2Jboom", "goroutine 1 [running]:"}}
		r.CutBy = "the end of the server"
		r.Conclude(nil)
	},
	"interrupted": func(r *Report) {
		r.Interrupted, r.MeasuredS = true, 12.34
		r.Config.Target, r.Where = "example.org:9999", "server at example.org:9999"
		r.Evicted = map[string]int64{"slow": 2, "stalled": 1}
		r.Generator.Limited = true
		r.Conclude(nil)
	},
	"refused": func(r *Report) {
		r.Refused = 1500
		r.Errors = Errors{Count: 1722, Kinds: []ErrorKind{{"slow down", 1200, "slow down"}, {"no such user: …", 200, "no such user: amy"},
			{"… is too \x1b[31m loud", 160, "amy is too \x1b[31m loud"}, {"the room closes at …", 150, "the room closes at 10"}, {"busy", 4, "busy"}}, Others: 8}
		r.Conclude(thresholds("refused<=0", "errors<=0", "sent>1"))
	},
	"cut": func(r *Report) {
		r.CutBy, r.Deliveries = "the drain limit of 10 s", 1_499_000
		r.Conclude(nil)
	},
	"empty": func(r *Report) { *r = Report{Schema: Schema, Verdict: Inconclusive} },
}

func value(v float64) *float64 { return &v }

func thresholds(exprs ...string) []Threshold {
	var all []Threshold
	for _, e := range exprs {
		t, err := ParseThreshold(e)
		if err != nil {
			panic(err)
		}
		all = append(all, t)
	}
	return all
}

// A run that was interrupted before anything was measured says so.
func TestInterruptedInTheWarmUp(t *testing.T) {
	r := sample()
	r.Interrupted, r.MeasuredS = true, 0
	r.Conclude(nil)
	var text, xml strings.Builder
	if err := errors.Join(Quiet(&text, r), JUnit(&xml, One(r))); err != nil {
		t.Fatal(err)
	}
	if want := "INTERRUPTED  500 users, before the measured 30 s, "; !strings.HasPrefix(text.String(), want) {
		t.Errorf("%s, want %s", text.String(), want)
	}
	if want := `<error message="interrupted before the measured 30 s" type="interrupted">`; !strings.Contains(xml.String(), want) {
		t.Errorf("no %s in %s", want, xml.String())
	}
}
