package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// mostPoints is how many points a line over time has at most.
const mostPoints = 600

// mostBars is how many columns are still told apart.
const mostBars = 130

// overTime returns the charts that share the axis of time.
func overTime(rs *Runs, shown *Report) []*chart {
	x, ok := timeAxis(rs, shown)
	if !ok {
		return nil
	}
	var out []*chart
	for _, c := range []*chart{latencyOverTime(rs, shown, x), throughputOverTime(rs, shown, x), rosterOverTime(shown, x)} {
		if c == nil {
			continue
		}
		c.XTicks, c.XLabel = x.ticks(shortTime), "time since the end of the warm-up"
		c.phases(shown)
		c.deaths(shown)
		out = append(out, c)
	}
	return out
}

// timeAxis holds every run.
func timeAxis(rs *Runs, shown *Report) (axis, bool) {
	lo, hi := 0.0, 0.0
	for _, r := range slices.Concat(rs.Reports, rs.Old, []*Report{shown}) {
		if n := len(r.Course); n > 0 {
			lo, hi = min(lo, r.Course[0].TS-1), max(hi, r.Course[n-1].TS)
		}
		if n := len(r.Series); n > 0 {
			hi = max(hi, r.Series[n-1].TS)
		}
	}
	return timeline(lo, hi), hi > 0
}

// phases shades what was not measured.
func (c *chart) phases(r *Report) {
	names := map[string]string{PhaseRamp: "ramp", PhaseWarmup: "warm-up", PhaseDrain: "drain"}
	for i := 0; i < len(r.Course); {
		from, phase := r.Course[i].TS-1, r.Course[i].Phase
		for i < len(r.Course) && r.Course[i].Phase == phase {
			i++
		}
		if names[phase] != "" {
			c.Shaded = strings.TrimPrefix(c.Shaded+", "+names[phase], ", ")
			c.shade(max(from, c.x.lo), r.Course[i-1].TS, names[phase])
		}
	}
	for i := range r.Phases { // every other one, so that each is seen to begin and end
		p := &r.Phases[i]
		if c.part(p.FromS, p.FromS+p.ForS, p.Name, i%2 == 1); i == 1 {
			c.Shaded = strings.TrimPrefix(c.Shaded+", phases", ", ")
		}
	}
}

// deaths marks when servers died.
func (c *chart) deaths(r *Report) {
	for i := range r.Losses {
		l := &r.Losses[i]
		c.mark(l.AtS, l.died(), "silence "+inSeconds(l.SilenceS))
		c.Marked = "a server died"
	}
}

// bucket returns how many seconds a point stands for, where there are at most so
// many.
func bucket(n, most int) int { return max(1, (n+most-1)/most) }

// thin puts points together so that few are left, by how takes their values.
func thin(points []point, most int, by func(ys []float64) float64) []point {
	size := bucket(len(points), most)
	if size == 1 {
		return points
	}
	var out []point
	for chunk := range slices.Chunk(points, size) {
		var ys []float64
		for _, p := range chunk {
			if !math.IsNaN(p.y) {
				ys = append(ys, p.y)
			}
		}
		y := math.NaN()
		if len(ys) > 0 {
			y = by(ys)
		}
		out = append(out, point{(chunk[0].x + chunk[len(chunk)-1].x) / 2, y})
	}
	return out
}

func highest(ys []float64) float64 { return slices.Max(ys) }

func median(ys []float64) float64 {
	slices.Sort(ys)
	return ys[len(ys)/2]
}

func mean(ys []float64) float64 {
	sum := 0.0
	for _, y := range ys {
		sum += y
	}
	return sum / float64(len(ys))
}

// percentileOverTime returns a percentile of each second.
func percentileOverTime(r *Report, get func(s *Second) *int64) []point {
	var out []point
	for i := range r.Series {
		s := &r.Series[i]
		p := point{s.TS - secondsOf(r, i)/2, math.NaN()}
		if v := get(s); v != nil {
			p.y = float64(*v)
		}
		out = append(out, p)
	}
	return out
}

// secondsOf returns how long step i of the series is.
func secondsOf(r *Report, i int) float64 {
	if part := r.Series[i].TS - math.Floor(r.Series[i].TS); part > 0 {
		return part
	}
	return 1
}

func p50(s *Second) *int64 { return s.P50 }
func p99(s *Second) *int64 { return s.P99 }

func latencyOverTime(rs *Runs, shown *Report, x axis) *chart {
	c := &chart{ID: "latency-time", Title: "Delivery latency over time", YLabel: "logarithmic", x: x,
		Desc: "The delivery's median and 99th percentile in each second of the run."}
	lo, hi := math.Inf(1), 0.0
	for _, r := range slices.Concat(rs.Reports, rs.Old) {
		for _, s := range r.Series {
			if s.P50 != nil {
				lo, hi = min(lo, float64(*s.P50)), max(hi, float64(*s.P50))
			}
			if s.P99 != nil {
				hi = max(hi, float64(*s.P99))
			}
		}
	}
	if hi == 0 {
		return nil
	}
	c.y = logarithmic(lo, hi)
	c.YTicks = c.y.ticks(shortDuration)
	if n := bucket(len(shown.Series), mostPoints); n > 1 {
		c.Note = fmt.Sprintf("Each point is %d s: the median of the p50, and the highest p99.", n)
	}
	if len(rs.Reports)+len(rs.Old) > 1 {
		c.Title += ", p99 of each run"
		c.each(rs, func(r *Report) []point { return thin(percentileOverTime(r, p99), mostPoints, highest) })
		return c
	}
	c.add("line p99", "p99", thin(percentileOverTime(shown, p99), mostPoints, highest))
	c.add("line p50", "p50", thin(percentileOverTime(shown, p50), mostPoints, median))
	return c
}

// deliveriesOverTime are of measured lines, as a rate in each second while
// lines were sent.
func deliveriesOverTime(r *Report) []point {
	var out []point
	for i, s := range r.Series {
		took := secondsOf(r, i)
		if took < 0.2 || s.TS > r.MeasuredS+0.001 { // too short for a rate, or the rest of one
			continue
		}
		out = append(out, point{s.TS - took/2, float64(s.Deliveries) / took})
	}
	return out
}

func throughputOverTime(rs *Runs, shown *Report, x axis) *chart {
	c := &chart{ID: "throughput-time", Title: "Throughput over time", YLabel: "deliveries/s", x: x,
		Desc: "Deliveries of measured lines in each second of the run."}
	hi := 0.0
	for _, r := range slices.Concat(rs.Reports, rs.Old) {
		for _, p := range deliveriesOverTime(r) {
			hi = max(hi, p.y)
		}
	}
	if hi == 0 {
		return nil
	}
	several := len(rs.Reports)+len(rs.Old) > 1
	var before []point
	for _, m := range shown.Course {
		if m.Phase == PhaseWarmup && !several {
			before = append(before, point{m.TS - 0.5, float64(m.Observed)})
			hi = max(hi, float64(m.Observed))
		}
	}
	c.y = linear(hi)
	c.YTicks = c.y.ticks(shortNumber)
	if several {
		c.Title += ", run by run"
		c.each(rs, func(r *Report) []point { return thin(deliveriesOverTime(r), mostPoints, mean) })
		return c
	}
	c.add("line delivery", "deliveries of measured lines", thin(deliveriesOverTime(shown), mostPoints, mean))
	c.add("line faint", "of warm-up lines", before)
	return c
}

// rosterOverTime returns the chart of how many were in the room, and who came and went.
func rosterOverTime(r *Report, x axis) *chart {
	c := &chart{ID: "roster-time", Title: "Roster, joins, leaves and evictions over time", YLabel: "chatters, logarithmic", x: x,
		Desc: "How many chatters were in the room at the end of each second, and how many joined, left and were evicted in it."}
	hi := 0.0
	var roster, joins, leaves, evicted []point
	for _, m := range r.Course {
		hi = max(hi, float64(m.Roster), float64(m.Joins))
		roster = append(roster, point{m.TS - 0.5, float64(m.Roster)})
		joins = append(joins, point{m.TS - 0.5, float64(m.Joins)})
		leaves = append(leaves, point{m.TS - 0.5, float64(m.Leaves)})
		evicted = append(evicted, point{m.TS - 0.5, float64(m.Evicted)})
	}
	if hi == 0 {
		return nil
	}
	c.y = logOfCounts(hi)
	c.YTicks = c.y.ticks(shortNumber)
	c.YTicks = slices.DeleteFunc(c.YTicks, func(t tick) bool { return t.At < 100*c.y.at(0.9) })
	c.add("line roster", "in the room", thin(roster, mostPoints, func(ys []float64) float64 { return ys[len(ys)-1] }))
	size := bucket(len(joins), mostBars)
	if size > 1 {
		c.Note = fmt.Sprintf("Each column is %d s: the second with the most of them.", size)
	}
	aside := float64(size) / 4 // so that none hides another
	c.bars("bar joins", "joins a second", -aside, thin(joins, mostBars, highest))
	c.bars("bar leaves", "leaves a second", 0, thin(leaves, mostBars, highest))
	c.bars("bar evicted", "evictions a second", aside, thin(evicted, mostBars, highest))
	return c
}

// logOfCounts shows one beside thousands.
func logOfCounts(hi float64) axis {
	return axis{math.Log10(0.5), math.Log10(max(hi, 2) * 1.3), true, 0}
}
