package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

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

// GoBench writes the runs in Go's benchmark format, a line for each and for each of
// its phases, for benchstat and what else reads it. The verdict is configuration, and benchstat
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
		for i := range r.Phases {
			p := benchPhase(r, &r.Phases[i])
			if len(p.Values) == 0 { // a pause
				continue
			}
			if err := out.Write(p); err != nil {
				return fmt.Errorf("encode the report: %w", err)
			}
		}
	}
	_, err := w.Write(buf.Bytes())
	return err
}

// benchResult returns the line of a run.
func benchResult(r *Report) *benchfmt.Result {
	rate := r.Config.Rate.String()
	if think := r.Config.ThinkS; think > 0 {
		rate += fmt.Sprintf("/think=%v", time.Duration(think*1e9))
	}
	return benchLine(r, "", "", fmt.Sprint(r.Config.Users), rate, r.Deliveries)
}

// benchPhase returns the line of one phase of a run.
func benchPhase(r *Report, p *Phase) *benchfmt.Result {
	users, rate := fmt.Sprint(p.Users), p.Rate.String()
	if p.UsersTo != p.Users {
		users += fmt.Sprintf("..%d", p.UsersTo)
	}
	if p.RateTo != p.Rate {
		rate += ".." + p.RateTo.String()
	}
	return benchLine(r, "/phase="+benchWord(p.Name), p.Name+".", users, rate, p.Deliveries)
}

// benchLine returns the line of a part of a run: that of the figures which have a name
// behind of. Where nothing was delivered it has no values.
func benchLine(r *Report, part, of, users, rate string, deliveries int64) *benchfmt.Result {
	c := r.Config
	load := fmt.Sprintf("/rate=%s/size=%d", rate, c.Size)
	if c.Story {
		load = ""
	}
	name := fmt.Sprintf("Room/scenario=%s%s/users=%s%s/verify=%s", benchWord(c.Scenario), part, users, load, benchWord(c.Verify))
	if n := r.Environment.GOMAXPROCS; n > 1 {
		name += fmt.Sprintf("-%d", n)
	}
	res := &benchfmt.Result{Name: benchfmt.Name(name), Iters: int(deliveries)}
	for _, kv := range [][2]string{{"goos", r.Environment.OS}, {"goarch", r.Environment.Arch}, {"pkg", "chatsim"}, {"cpu", r.Environment.CPUModel},
		{"target", c.Target}, {"dialect", c.Dialect}, {"verdict", string(r.Verdict)}} {
		if kv[1] != "" {
			res.Config = append(res.Config, benchfmt.Config{Key: kv[0], Value: []byte(Printable(kv[1])), File: true})
		}
	}
	for _, u := range benchUnits {
		m, known := FindMetric(of + u.metric)
		if !known || deliveries == 0 {
			continue
		}
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
