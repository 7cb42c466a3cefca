package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// benchUnits are the figures of a benchmark line, by the metric they are of.
// A unit that ends in -ns or has ns/ is shown by benchstat in seconds.
var benchUnits = []struct {
	metric, unit string
	higher       bool // is better
}{
	{"delivery.p50", "delivery-p50-ns", false},
	{"delivery.p90", "delivery-p90-ns", false},
	{"delivery.p99", "delivery-p99-ns", false},
	{"delivery.p99.9", "delivery-p99.9-ns", false},
	{"last.p50", "last-p50-ns", false},
	{"last.p99", "last-p99-ns", false},
	{"echo.p50", "echo-p50-ns", false},
	{"echo.p99", "echo-p99-ns", false},
	{"skew.p99", "skew-p99-ns", false},
	{"join.p50", "join-p50-ns", false},
	{"join.p99", "join-p99-ns", false},
	{"leave.p50", "leave-p50-ns", false},
	{"leave.p99", "leave-p99-ns", false},
	{"deliveries_per_s", "deliveries/s", true},
	{"bytes_per_s", "B/s", true},
	{"sent_per_s", "lines/s", true},
	{"ceiling.share", "floor-share", true}, // the former name: benchstat compares with files that have it
	{"cpu_per_delivery", "cpu-ns/delivery", false},
	{"max_rss_bytes", "max-rss-B", false},
	{"evicted", "evicted", false},
	{"checks.violations", "violations", false},
}

// GoBench writes the runs in Go's benchmark format, a line for each, for
// benchstat and what else reads it. The verdict is configuration, and benchstat
// keeps configurations apart: figures of a run that was wrong are never
// averaged with others. What names one run only (seed, commit, port) is left
// out for the same reason.
func GoBench(w io.Writer, rs *Runs) error {
	var buf bytes.Buffer
	for _, u := range benchUnits {
		better := "lower"
		if u.higher {
			better = "higher"
		}
		fmt.Fprintf(&buf, "Unit %s better=%s\n", u.unit, better)
	}
	out := benchfmt.NewWriter(&buf)
	for _, r := range rs.Reports {
		for _, warning := range r.Warnings {
			fmt.Fprintf(&buf, "# warning: %s\n", Printable(warning)) // readers pass over it
		}
		res := benchResult(r)
		if len(res.Values) == 0 {
			fmt.Fprintf(&buf, "# %s: nothing was measured\n", r.Verdict)
			continue
		}
		if err := out.Write(res); err != nil {
			return fmt.Errorf("encode the report: %w", err)
		}
	}
	_, err := w.Write(buf.Bytes())
	return err
}

func benchResult(r *Report) *benchfmt.Result {
	c := r.Config
	name := fmt.Sprintf("Room/scenario=%s/users=%d/rate=%v/size=%d/verify=%s", benchWord(c.Scenario), c.Users, c.Rate, c.Size, benchWord(c.Verify))
	if n := r.Environment.GOMAXPROCS; n > 1 {
		name += fmt.Sprintf("-%d", n)
	}
	res := &benchfmt.Result{Name: benchfmt.Name(name), Iters: int(r.Deliveries)}
	for _, kv := range [][2]string{{"goos", r.Environment.OS}, {"goarch", r.Environment.Arch}, {"pkg", "chatsim"}, {"cpu", r.Environment.CPUModel},
		{"target", c.Target}, {"dialect", c.Dialect}, {"verdict", string(r.Verdict)}} {
		if kv[1] != "" {
			res.Config = append(res.Config, benchfmt.Config{Key: kv[0], Value: []byte(Printable(kv[1])), File: true})
		}
	}
	if r.Deliveries == 0 {
		return res
	}
	for _, u := range benchUnits {
		m, _ := FindMetric(u.metric)
		if v, ok := m.Of(r); ok {
			res.Values = append(res.Values, benchfmt.Value{Value: v, Unit: u.unit})
		}
	}
	return res
}

// benchWord makes one word of a benchmark's name.
func benchWord(s string) string {
	return orText(strings.Join(strings.FieldsFunc(Printable(s), func(r rune) bool { return r == ' ' || r == '/' }), "_"), "none")
}
