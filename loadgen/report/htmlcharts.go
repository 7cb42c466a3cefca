package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// curves returns the chart of all latencies of one run, by percentile.
func curves(r *Report) *chart {
	c := &chart{ID: "percentiles", Title: "Latency by percentile", XLabel: "percentile", YLabel: "logarithmic", Tall: true, Plain: true,
		Desc: "One curve for each latency: how long the share of samples on the x axis took at most. Towards the right each step of the same width leaves a tenth of the samples of the one before."}
	var all []*Latency
	for _, l := range latencies {
		all = append(all, l.get(&r.Latency))
	}
	if !c.percentiles(all) {
		return nil
	}
	for i, l := range latencies {
		if all[i] != nil && all[i].Count > 1 { // one sample is no distribution
			c.add("line "+l.name, l.name, curvePointsOf(all[i]))
		}
	}
	return c
}

// percentiles makes the axes that all of these fit; false if there are none.
func (c *chart) percentiles(all []*Latency) bool {
	lo, hi, most := math.Inf(1), 0.0, 1.0
	for _, l := range all {
		if l != nil && len(l.Curve) > 0 {
			lo, hi, most = min(lo, max(float64(l.Min), 1)), max(hi, float64(l.Max)), max(most, float64(l.Count))
		}
	}
	if hi == 0 {
		return false
	}
	c.x = axis{0, max(math.Log10(most), 1), false, 1}
	c.y = logarithmic(lo, hi)
	c.YTicks = c.y.ticks(shortDuration)
	for nines := 0.0; nines <= c.x.hi; nines++ {
		c.XTicks = append(c.XTicks, tick{100 * c.x.at(nines), percentileName(nines), c.x.hi > 5 && nines > 0 && math.Mod(nines, 2) == 0})
	}
	c.XTicks = append(c.XTicks, tick{100 * c.x.at(math.Log10(2)), "50 %", true})
	return true
}

// percentileName is 99.9 % for 3.
func percentileName(nines float64) string {
	if nines == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%.*f %%", int(max(nines-2, 0)), 100*(1-math.Pow(10, -nines)))
}

// curvePointsOf are a latency's points, its maximum as the last.
func curvePointsOf(l *Latency) []point {
	if l == nil {
		return nil
	}
	var points []point
	for i, v := range l.Curve {
		points = append(points, point{float64(i) / 10, float64(v)})
	}
	if len(points) > 0 {
		points = append(points, point{math.Log10(float64(l.Count)), float64(l.Max)})
	}
	return points
}

// overlaid returns the delivery's curve of each run, and of each old one.
func overlaid(rs *Runs) *chart {
	c := &chart{ID: "repeats", Title: "Delivery latency by percentile, run by run", XLabel: "percentile", YLabel: "logarithmic", Tall: true, Plain: true,
		Desc: "The delivery's curve of each run, one above the other, so that what differs between runs shows."}
	var all []*Latency
	for _, r := range slices.Concat(rs.Reports, rs.Old) {
		all = append(all, r.Latency.Delivery)
	}
	if !c.percentiles(all) {
		return nil
	}
	c.each(rs, func(r *Report) []point { return curvePointsOf(r.Latency.Delivery) })
	return c
}

// each draws a line of every run: the old ones first, below the others.
func (c *chart) each(rs *Runs, points func(r *Report) []point) {
	for i, r := range rs.Old {
		name := ""
		if i == 0 {
			name = "compared with"
		}
		c.add("line run old", name, points(r))
	}
	for i, r := range rs.Reports {
		name := ""
		if i == 0 {
			name = "these runs"
		}
		c.add("line run", name, points(r))
	}
}

// foundChart shows what a search saw: what was tried against latency.
func foundChart(f *Find) *chart {
	t := f.terms()
	c := &chart{ID: "found", Title: t.chart, XLabel: t.axis, YLabel: "logarithmic",
		Desc: "The delivery's p50 and p99, of " + t.all + "."}
	steps := slices.Clone(f.Steps)
	slices.SortFunc(steps, func(a, b FindStep) int { return cmp.Compare(f.Amount(&a), f.Amount(&b)) })
	var p50, p99 []point
	lo, hi, slow, fast := math.Inf(1), 0.0, 0.0, math.Inf(1)
	for _, s := range steps {
		if s.P50 == nil || s.P99 == nil || s.Rate.IsMax() {
			continue
		}
		x := f.Amount(&s)
		p50, p99 = append(p50, point{x, float64(*s.P50)}), append(p99, point{x, float64(*s.P99)})
		lo, hi = min(lo, x), max(hi, x)
		fast, slow = min(fast, float64(*s.P50)), max(slow, float64(*s.P99))
	}
	if len(p50) < 2 {
		return nil
	}
	c.x, c.y = logarithmic(lo, hi), logarithmic(fast, slow)
	c.XTicks, c.YTicks = c.x.ticks(shortNumber), c.y.ticks(shortDuration)
	if f.Rate != nil {
		c.shade(lo/10, f.found(), "holds")
	}
	c.add("line p99", "p99", p99)
	c.add("line p50", "p50", p50)
	return c
}
