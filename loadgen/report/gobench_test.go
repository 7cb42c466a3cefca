package report

import (
	"bytes"
	"testing"

	"golang.org/x/perf/benchfmt"
)

// TestGoBench reads what is written with the reader that benchstat uses.
func TestGoBench(t *testing.T) {
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			first, second := sample(), sample()
			change(first)
			change(second)
			var buf bytes.Buffer
			if err := GoBench(&buf, &Runs{Reports: []*Report{first, second}}); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".bench", buf.Bytes())
			noControl(t, buf.Bytes())
			results := readBench(t, buf.Bytes())
			if name == "empty" {
				if len(results) != 0 {
					t.Errorf("of two empty reports there are %d results", len(results))
				}
				return
			}
			runs := results[:0]
			for _, res := range results { // but for those of phases
				if !bytes.Contains(res.Name, []byte("/phase=")) {
					runs = append(runs, res)
				}
			}
			if phases := len(results) - len(runs); name == "phases" && phases != 2*2 { // nothing is said in the pause
				t.Errorf("%d lines of phases", phases)
			}
			results = runs
			if len(results) != 2 {
				t.Fatalf("%d results of two reports", len(results))
			}
			for _, res := range results {
				if got := res.GetConfig("verdict"); got != string(first.Verdict) {
					t.Errorf("verdict %q, want %q", got, first.Verdict)
				}
				// benchstat's own unit for durations
				got, ok := res.Value("delivery-p99-sec")
				if want := float64(*first.Latency.Delivery.P99) / 1e9; !ok || got != want {
					t.Errorf("delivery-p99-sec %v, want %v", got, want)
				}
				if got, ok := res.Value("deliveries/s"); !ok || got != first.DeliveriesPerS {
					t.Errorf("deliveries/s %v, want %v", got, first.DeliveriesPerS)
				}
			}
		})
	}
}

func readBench(t *testing.T, b []byte) []*benchfmt.Result {
	t.Helper()
	var results []*benchfmt.Result
	in := benchfmt.NewReader(bytes.NewReader(b), "report")
	for in.Scan() {
		switch rec := in.Result().(type) {
		case *benchfmt.Result:
			results = append(results, rec.Clone())
		case *benchfmt.SyntaxError:
			t.Errorf("benchstat would not read it: %v\n%s", rec, b)
		}
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	return results
}

func TestBenchUnitsAreOfMetrics(t *testing.T) {
	for _, u := range benchUnits {
		if _, ok := FindMetric(u.metric); !ok {
			t.Errorf("%s: there is no metric %s", u.unit, u.metric)
		}
	}
}
