package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"
)

// long returns a run of so many seconds, with everything on the page.
func long(secs int) *Report {
	r := full()
	r.CutBy, r.Find, r.Calibration.Skipped = "", nil, ""
	r.Config.DurationS, r.MeasuredS = float64(secs), float64(secs)
	r.Series, r.Course = nil, []Moment{{TS: -1, Phase: PhaseRamp, Roster: 500, Joins: 500}, {TS: 0, Phase: PhaseWarmup, Roster: 500, Observed: 40_000}}
	for i := range secs {
		wave := 1 + 0.3*math.Sin(float64(i)/7) + 0.2*math.Sin(float64(i)*1.7)
		r.Series = append(r.Series, Second{TS: float64(i + 1), Sent: 100, Deliveries: int64(50_000 * wave), P50: ms(2.4 * wave), P99: ms(14 * wave * wave)})
		r.Course = append(r.Course, Moment{TS: float64(i + 1), Phase: PhaseMeasured, Roster: 500 - int64(i%5), Joins: int64(i % 3), Leaves: int64(i % 2), Evicted: int64(i % 50 / 49), Observed: 50_000})
	}
	r.Course = append(r.Course, Moment{TS: float64(secs + 1), Phase: PhaseDrain, Roster: 500})
	for _, l := range latencies {
		x := l.get(&r.Latency)
		if x == nil {
			continue
		}
		x.Curve = curve(x.Count, func(p float64) int64 {
			return x.Min + int64(float64(x.Max-x.Min)*math.Pow(p/100, 6))
		})
	}
	return r
}

func pageOf(t *testing.T, rs *Runs) string {
	t.Helper()
	var buf bytes.Buffer
	if err := HTML(&buf, rs); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// TestHTML holds for every report what a page must be: well-formed, whole in
// itself, and with words for every drawing.
func TestHTML(t *testing.T) {
	several := &Runs{Reports: []*Report{long(4), sample(), long(6)}, Old: []*Report{long(5)},
		Compared: []Compared{{Metric: "delivery.p99", Unit: "ns", Gated: true, Old: 5e6, New: 9e6, Difference: 0.8, P: 0.008, Verdict: "worse", Outcome: Failed}}}
	pages := map[string]*Runs{"full": One(full()), "long": One(long(30)), "several": several}
	for name, change := range cases {
		r := sample()
		change(r)
		pages[name] = One(r)
	}
	for name, rs := range pages {
		t.Run(name, func(t *testing.T) {
			out := pageOf(t, rs)
			noControl(t, []byte(out))
			ids := wellFormed(t, out)
			for _, from := range regexp.MustCompile(`(?:src|href|action)=|url\(|@import|//[a-z]|<script`).FindAllString(out, -1) {
				t.Errorf("the page asks for something: %s", from)
			}
			for _, ref := range regexp.MustCompile(`aria-labelledby="([^"]*)"`).FindAllStringSubmatch(out, -1) {
				for id := range strings.FieldsSeq(ref[1]) {
					if ids[id] != 1 {
						t.Errorf("%d elements are called %s", ids[id], id)
					}
				}
			}
			if n, labelled := strings.Count(out, `role="img"`), strings.Count(out, "<desc "); n != labelled {
				t.Errorf("%d drawings, %d descriptions", n, labelled)
			}
			if strings.Contains(out, "NaN") || strings.Contains(out, "Inf") {
				t.Error("a value could not be written")
			}
		})
	}
}

// wellFormed reads the page as XML, which is stricter than HTML, and counts ids.
func wellFormed(t *testing.T, out string) map[string]int {
	t.Helper()
	ids := make(map[string]int)
	in := xml.NewDecoder(strings.NewReader(out))
	in.Entity = xml.HTMLEntity
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return ids
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		if start, ok := token.(xml.StartElement); ok {
			for _, a := range start.Attr {
				if a.Name.Local == "id" {
					ids[a.Value]++
				}
			}
		}
	}
}

// TestHTMLSays looks for what a reader must find.
func TestHTMLSays(t *testing.T) {
	for _, tt := range []struct {
		name string
		rs   *Runs
		want []string
	}{
		{"full", One(long(30)), []string{"✗</span> FAILED", "agreement, total order violated", "never came to one chatter", "499 others saw it as expected",
			"cut \\x1b[31m", "\\u202e", `<strong>bob3</strong> saw`, "not enough samples", "Latency by percentile", "warm-up", "Roster, joins",
			"0.0051 of what this machine", `<title>h:1 was killed, silence 20.0 ms</title>`, "a server died</li>", `%">h:1 was killed<small>, silence 20.0 ms</small>`, "the machine was busy", "chatsim -users 500 -duration 30s -seed 7", "delivery.p99&lt;5ms"}},
		{"refused", One(refused()), []string{"Errors from the server", "1,500 of 3,000 lines were answered by an error", "<th scope=\"row\">slow down</th><td>1,200</td>",
			"amy is too \\x1b[31m loud", "of further kinds", "refused&lt;=0"}},
		{"measured", One(measured()), []string{"MEASURED, NOT VERIFIED", "run with -verify off", "max, 1,024 lines under way"}},
		{"find", One(full()), []string{"holds up to 400 lines/s", `<dt>highest rate</dt><dd>400 lines/s<small>at which `, "Checks at 100 lines/s", "1.20 ms, generator-limited"}},
		{"comparison", &Runs{Reports: []*Report{sample(), sample()}, Old: []*Report{sample()}, Notes: []string{"other load, in 1 of 2 runs"}, Compared: []Compared{
			{Metric: "ceiling.share", Gated: true, Old: 0.41, New: 0.2, Difference: -0.51, P: 0.008, Verdict: "worse", Outcome: Failed},
			{Metric: "delivery.p50", Unit: "ns", Gated: true, Old: 5e6, New: 6e6, Difference: 0.2, P: 0.4, Verdict: "can't tell", Outcome: Inconclusive, Why: "within noise"}}},
			[]string{"FAILED", "worse in ceiling.share", "about delivery.p50", "0.41", "-51.0 %", "within noise", "other load, in 1 of 2 runs", "old 1"}},
		{"set", &Runs{Reports: []*Report{sample(), long(4)}}, []string{"2 runs, 1 passed, 1 failed", "run by run", "Checks of run 2", "Latencies of run 2", "Configuration of run 2"}},
	} {
		out := pageOf(t, tt.rs)
		for _, want := range tt.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s: nowhere %q", tt.name, want)
			}
		}
	}
}

func measured() *Report {
	r := sample()
	cases["measured"](r)
	return r
}

func refused() *Report {
	r := sample()
	cases["refused"](r)
	return r
}

// TestHTMLOfASet holds that what is said first of several runs is said of all of
// them, and that nothing is left to reports that nobody has.
func TestHTMLOfASet(t *testing.T) {
	var set []*Report
	for i, p50 := range []float64{9, 1, 2, 4} {
		r := sample()
		r.Latency.Delivery.P50, r.Sent, r.Joined, r.Left = ms(p50), 10, 5, 1
		r.Warnings = nil
		if i != 1 {
			r.Warnings = []string{fmt.Sprintf("other load on the machine: %d cores of it", i)}
		}
		set = append(set, r)
	}
	set[2].Latency.Delivery = nil
	set[2].Warnings = append(set[2].Warnings, "another matter")
	out := pageOf(t, &Runs{Reports: set})
	if old := pageOf(t, &Runs{Reports: set[:1], Old: set[1:]}); !strings.Contains(old, `<th scope="row">old 2</th><td>another matter</td>`) {
		t.Error("the warnings of those compared with are nowhere")
	}
	for _, want := range []string{
		`<dt>delivery p50</dt><dd>4.00 ms<small>median of 3 runs, 1.00 ms to 9.00 ms</small></dd>`,
		`<dt>lines sent</dt><dd>40<small>in 4 runs</small></dd>`,
		`<dt>joined</dt><dd>20<small>in 4 runs, 4 left, `,
		`<tr><th scope="row">delivery.p50</th><td class="n">3</td><td class="n">1.00 ms</td><td class="n">4.00 ms</td><td class="n">9.00 ms</td></tr>`,
		`<strong>Warning</strong> other load on the machine, in 3 of 4 runs</li>`, `<strong>Warning</strong> another matter, in 1 of 4 runs</li>`,
		`<th scope="row">4</th><td>other load on the machine: 3 cores of it</td>`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("nowhere %s in\n%s", want, out[strings.Index(out, "<main>"):strings.Index(out, "<h2>Checks")])
		}
	}
	if strings.Contains(out, "own report") {
		t.Error("it points to reports that are not there")
	}
}

// TestHTMLSize holds the promise that a page can be mailed.
func TestHTMLSize(t *testing.T) {
	hours := &Runs{}
	for range 10 {
		hours.Reports = append(hours.Reports, long(3600))
	}
	for _, tt := range []struct {
		name string
		rs   *Runs
		most int
	}{{"30 s", One(long(30)), 300_000}, {"an hour", One(long(3600)), 1_000_000}, {"ten of an hour", hours, 1_000_000}} {
		if n := len(pageOf(t, tt.rs)); n > tt.most {
			t.Errorf("%s: %d bytes, at most %d are promised", tt.name, n, tt.most)
		}
	}
}
