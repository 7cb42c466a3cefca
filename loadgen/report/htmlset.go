package report

import (
	"fmt"
	"slices"
	"strings"
)

// several says what the runs have in common and how each went.
func (v *htmlView) several(rs *Runs, shown *Report, n int) {
	v.Word = rs.word()
	if v.Verdict == Measured {
		v.Word, _ = shown.headline()
	}
	verdicts := make(map[Verdict]int)
	for _, r := range rs.Reports {
		verdicts[r.Verdict]++
	}
	v.Sentence = Plural(int64(len(rs.Reports)), "run", "runs")
	for _, verdict := range []Verdict{Passed, Failed, Inconclusive, Measured} {
		if verdicts[verdict] > 0 {
			v.Sentence += fmt.Sprintf(", %d %s", verdicts[verdict], verdict)
		}
	}
	if len(rs.Old) > 0 {
		v.Sentence += ", compared with " + Plural(int64(len(rs.Old)), "other", "others")
	}
	if rs.notCompared() && rs.Lacks == "" {
		v.Sentence += ": the sets were not compared"
	}
	if worse := rs.deciding(Failed); worse != nil {
		v.Sentence += ": worse in " + strings.Join(worse, ", ")
	}
	if undecided := rs.deciding(Inconclusive); undecided != nil {
		v.Sentence += ": can't tell about " + strings.Join(undecided, ", ")
	}
	if rs.Lacks != "" {
		v.Sentence += "; " + rs.Lacks
	}
	v.Sentence += fmt.Sprintf("; %s, %s each.", Plural(int64(shown.Users), "user", "users"), seconds(shown.Config.DurationS))
	v.Of = fmt.Sprintf(" of run %d", n+1)
	v.Several = &table{Caption: fmt.Sprintf("Every run; number %d is shown in full below", n+1),
		Header: []string{"run", "verdict", "delivery p50", "p99", "max", "deliveries/s", "evicted", "seed"}}
	row := func(name string, r *Report) {
		verdict := string(r.Verdict)
		if failed := r.checksThat(Failed); len(failed) > 0 {
			verdict += ": " + strings.Join(failed, ", ")
		}
		p50, p99, most := "–", "–", "–"
		if d := r.Latency.Delivery; d != nil {
			p50, p99, most = humanPercentile(d.P50), humanPercentile(d.P99), humanDuration(d.Max)
		}
		v.Several.Rows = append(v.Several.Rows, []string{name, verdict, p50, p99, most,
			thousands(int64(r.DeliveriesPerS + 0.5)), thousands(r.evictions()), fmt.Sprint(r.Seed)})
	}
	for i, r := range rs.Reports {
		row(fmt.Sprint(i+1), r)
	}
	for i, r := range rs.Old {
		row(oldRun(i), r)
	}
	v.Tiles, v.Spread = setTiles(rs.Reports), spread(rs.Reports)
	v.Warnings, v.Warned = setWarnings(rs)
}

func oldRun(i int) string { return fmt.Sprintf("old %d", i+1) }

// setTiles returns the figures of a set that are read first: medians, with what they
// lie between, and sums.
func setTiles(set []*Report) []fact {
	var out []fact
	for _, tile := range []struct{ name, metric string }{
		{"delivery p50", "delivery.p50"}, {"delivery p99", "delivery.p99"}, {"deliveries a second", "deliveries_per_s"}, {"share of the ceiling", "ceiling.share"},
	} {
		if s, ok := spreadOf(set, tile.metric); ok {
			note := "in one run"
			if s.n > 1 {
				note = fmt.Sprintf("median of %d runs, %s to %s", s.n, s.min, s.max)
			}
			out = append(out, fact{tile.name, s.median, note})
		}
	}
	sum := func(get func(*Report) int64) string {
		var n int64
		for _, r := range set {
			n += get(r)
		}
		return thousands(n)
	}
	in := "in " + Plural(int64(len(set)), "run", "runs")
	return append(out, fact{"lines sent", sum(func(r *Report) int64 { return r.Sent }), in},
		fact{"joined", sum(func(r *Report) int64 { return r.Joined }), in + ", " + sum(func(r *Report) int64 { return r.Left }) + " left, " + sum((*Report).evictions) + " evicted"})
}

// spreadMetrics are those of which the page says how they differ from run to run.
var spreadMetrics = []string{"delivery.p50", "delivery.p90", "delivery.p99", "delivery.p99.9", "delivery.max", "last.p50", "last.p99", "join.p50", "join.p99",
	"leave.p50", "deliveries_per_s", "bytes_per_s", "ceiling.share", "cpu_per_delivery"}

func spread(set []*Report) *table {
	t := &table{Caption: "How the runs differ", Header: []string{"figure", "runs", "min", "median", "max"}}
	for _, name := range spreadMetrics {
		if s, ok := spreadOf(set, name); ok {
			t.Rows = append(t.Rows, []string{name, fmt.Sprint(s.n), s.min, s.median, s.max})
		}
	}
	return t
}

// spreadText is a figure of a set, as people read it.
type spreadText struct {
	n                int // runs that have it
	min, median, max string
}

// spreadOf is false for a figure that no run has. The median of an even number
// is the mean of the two in the middle.
func spreadOf(set []*Report, name string) (spreadText, bool) {
	m, ok := FindMetric(name)
	var values []float64
	for _, r := range set {
		if v, has := m.Of(r); ok && has {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return spreadText{}, false
	}
	slices.Sort(values)
	n := len(values)
	return spreadText{n, m.Human(values[0]), m.Human((values[(n-1)/2] + values[n/2]) / 2), m.Human(values[n-1])}, true
}

// setWarnings are what the runs' warnings are about, and a table of them all:
// the figures in them differ from run to run.
func setWarnings(rs *Runs) (about []string, all *table) {
	all = &table{Caption: "Every run's warnings", Header: []string{"run", "warning"}, Prose: true}
	in := make(map[string]int)
	for i, r := range rs.Reports {
		for _, w := range r.Warnings {
			all.Rows = append(all.Rows, []string{fmt.Sprint(i + 1), w})
			word, _, _ := strings.Cut(w, ":")
			if in[word]++; in[word] == 1 {
				about = append(about, word)
			}
		}
	}
	for i, word := range about {
		about[i] = fmt.Sprintf("%s, in %d of %s", word, in[word], Plural(int64(len(rs.Reports)), "run", "runs"))
	}
	for i, r := range rs.Old {
		for _, w := range r.Warnings {
			all.Rows = append(all.Rows, []string{oldRun(i), w})
		}
	}
	if len(all.Rows) == 0 {
		all = nil
	}
	return about, all
}
