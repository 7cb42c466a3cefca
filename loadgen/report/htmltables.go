package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func (v *htmlView) latency(rs *Runs, r *Report) {
	if len(rs.Reports)+len(rs.Old) > 1 {
		if c := overlaid(rs); c != nil {
			v.Curves = append(v.Curves, c)
		}
	}
	if c := curves(r); c != nil {
		c.Title += v.Of
		v.Curves = append(v.Curves, c)
	}
	t := &table{Caption: "Latencies" + v.Of, Header: []string{"", "samples", "min", "mean", "p50", "p90", "p99", "p99.9", "max"}}
	for _, l := range latencies {
		if x := l.get(&r.Latency); x != nil {
			t.Rows = append(t.Rows, []string{l.name, thousands(x.Count), humanDuration(x.Min), humanDuration(x.Mean), humanPercentile(x.P50),
				humanPercentile(x.P90), humanPercentile(x.P99), humanPercentile(x.P999), humanDuration(x.Max)})
		}
	}
	v.LatencyTable = t
	v.PhaseTable, v.RoleTable = phaseTable(r), roleTable(r)
	if v.CurveTable = curveTable(r); v.CurveTable != nil {
		v.CurveTable.Caption += v.Of
	}
}

// curveTable returns the curves in figures.
func curveTable(r *Report) *table {
	t := &table{Caption: "Latency by percentile", Header: []string{"percentile"}, Long: true}
	var shown []*Latency
	rows := 0
	for _, l := range latencies {
		if x := l.get(&r.Latency); x != nil && len(x.Curve) > 0 {
			t.Header, shown, rows = append(t.Header, l.name), append(shown, x), max(rows, len(x.Curve))
		}
	}
	if rows == 0 {
		return nil
	}
	for i := range rows {
		row := []string{strconv.FormatFloat(100*(1-CurveBeyond(i)), 'f', max(1, i/10), 64) + " %"}
		for _, x := range shown {
			cell := "–"
			if i < len(x.Curve) {
				cell = humanDuration(x.Curve[i])
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// timeTable returns the run over time in figures, in no more steps than the charts.
func timeTable(r *Report) *table {
	size := bucket(max(len(r.Series), len(r.Course)), mostPoints)
	t := &table{Caption: "The run, second by second", Header: []string{"until", "phase", "lines", "deliveries", "p50", "p99", "in the room", "joins", "leaves", "evictions"}, Long: true}
	if size > 1 {
		t.Caption = fmt.Sprintf("The run in steps of %d s: sums, the median of the p50, the highest p99", size)
	}
	series := make(map[int]Second) // by the second in which it ends
	last := 0
	for i, s := range r.Series {
		series[i+1], last = s, i+1
	}
	course := make(map[int]Moment)
	first := 1
	for _, m := range r.Course {
		n := int(m.TS)
		course[n], first, last = m, min(first, n), max(last, n)
	}
	for from := first; from <= last; from += size {
		t.Rows = append(t.Rows, timeRow(from, min(from+size-1, last), series, course))
	}
	return t
}

func timeRow(from, to int, series map[int]Second, course map[int]Moment) []string {
	var sum Moment
	var sent, deliveries int64
	var medians, highs []int64
	for n := from; n <= to; n++ {
		if s, ok := series[n]; ok {
			sent, deliveries = sent+s.Sent, deliveries+s.Deliveries
			if s.P50 != nil {
				medians = append(medians, *s.P50)
			}
			if s.P99 != nil {
				highs = append(highs, *s.P99)
			}
		}
		m := course[n]
		sum.Phase, sum.Roster = m.Phase, m.Roster
		sum.Joins, sum.Leaves, sum.Evicted = sum.Joins+m.Joins, sum.Leaves+m.Leaves, sum.Evicted+m.Evicted
	}
	p50, p99 := "–", "–"
	if len(medians) > 0 {
		slices.Sort(medians)
		p50 = humanDuration(medians[len(medians)/2])
	}
	if len(highs) > 0 {
		p99 = humanDuration(slices.Max(highs))
	}
	return []string{shortTime(float64(to)), sum.Phase, thousands(sent), thousands(deliveries), p50, p99,
		thousands(sum.Roster), thousands(sum.Joins), thousands(sum.Leaves), thousands(sum.Evicted)}
}

// errors shows what the server said in errors, and how many lines they refused.
func (v *htmlView) errors(r *Report) {
	if r.Refused > 0 {
		v.Refused = thousands(r.Refused) + " of " + Plural(r.Sent, "line", "lines") + " were answered by an error instead of coming back."
	}
	v.Lost, v.Strays = r.Lost.sentence(), r.Strays.sentence()
	if r.Errors.Count == 0 {
		return
	}
	v.Said = &table{Caption: "By text; … is what differs", Header: []string{"error", "times", "for example"}, Prose: true}
	for _, k := range r.Errors.Kinds {
		v.Said.Rows = append(v.Said.Rows, []string{k.Text, thousands(k.Count), k.Example})
	}
	if r.Errors.Others > 0 {
		v.Said.Rows = append(v.Said.Rows, []string{"of further kinds", thousands(r.Errors.Others), ""})
	}
}

// limitedWord is how a search's step says it too.
const limitedWord = "generator-limited"

func (v *htmlView) find(f *Find) {
	if f == nil {
		return
	}
	v.Find, v.FindChart = f, foundChart(f)
	v.Found = f.answer()
	v.FindTitle = f.terms().title
	v.FindTable = &table{Caption: strings.ToUpper(f.terms().all[:1]) + f.terms().all[1:], Header: []string{f.terms().column, "p50", "p99", "deliveries/s", "outcome"}}
	for _, s := range f.Steps {
		word := "holds"
		if !s.Holds {
			word = orText(s.Why, "does not hold")
		}
		if s.Limited && word != limitedWord {
			word += ", " + limitedWord
		}
		v.FindTable.Rows = append(v.FindTable.Rows, []string{f.amount(&s), humanPercentile(s.P50), humanPercentile(s.P99),
			thousands(int64(s.DeliveriesPerS)), word})
	}
}
