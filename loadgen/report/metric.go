package report

import "slices"

// A metric is a figure of a report that a threshold can name.
type metric struct {
	name string
	kind kind
	get  func(r *Report) (float64, bool) // false: not measured, or too few samples
}

// kind is what a metric counts, and with it which units its limits may have.
type kind uint8

const (
	count    kind = iota // no unit
	perS                 // no unit: the name says it
	size                 // none, B, kB, MB, GB
	sizePS               // the same
	duration             // ns, us, ms, s, m, h: required
)

// units are what values of a kind are in, for JSON.
var units = [...]string{count: "", perS: "/s", size: "B", sizePS: "B/s", duration: "ns"}

// statistics of each latency, in the order in which they are listed.
var statistics = []struct {
	name string
	kind kind
	get  func(l *Latency) *int64
}{
	{"p50", duration, func(l *Latency) *int64 { return l.P50 }},
	{"p90", duration, func(l *Latency) *int64 { return l.P90 }},
	{"p99", duration, func(l *Latency) *int64 { return l.P99 }},
	{"p99.9", duration, func(l *Latency) *int64 { return l.P999 }},
	{"max", duration, func(l *Latency) *int64 { return &l.Max }},
	{"mean", duration, func(l *Latency) *int64 { return &l.Mean }},
	{"min", duration, func(l *Latency) *int64 { return &l.Min }},
	{"count", count, func(l *Latency) *int64 { return &l.Count }},
}

// latencies by the names that thresholds, text and JSON share.
var latencies = []struct {
	name string
	get  func(l *Latencies) *Latency
}{
	{"delivery", func(l *Latencies) *Latency { return l.Delivery }},
	{"delivery_actual", func(l *Latencies) *Latency { return l.DeliveryActual }},
	{"last", func(l *Latencies) *Latency { return l.Last }},
	{"echo", func(l *Latencies) *Latency { return l.Echo }},
	{"skew", func(l *Latencies) *Latency { return l.Skew }},
	{"join", func(l *Latencies) *Latency { return l.Join }},
	{"leave", func(l *Latencies) *Latency { return l.Leave }},
}

// figures are the metrics that are not of a latency.
var figures = []metric{
	{"sent", count, whole(func(r *Report) int64 { return r.Sent })},
	{"sent_per_s", perS, rate(func(r *Report) float64 { return r.SentPerS })},
	{"deliveries", count, whole(func(r *Report) int64 { return r.Deliveries })},
	{"deliveries_per_s", perS, rate(func(r *Report) float64 { return r.DeliveriesPerS })},
	{"bytes_per_s", sizePS, rate(func(r *Report) float64 { return r.BytesPerS })},
	{"joined", count, whole(func(r *Report) int64 { return r.Joined })},
	{"renamed", count, whole(func(r *Report) int64 { return r.Renamed })},
	{"left", count, whole(func(r *Report) int64 { return r.Left })},
	{"evicted", count, whole((*Report).evictions)},
	{"schedule_lag.p99", duration, func(r *Report) (float64, bool) {
		return float64(r.Generator.ScheduleLagP99), r.Generator.Applicable
	}},
	{"cores_used", count, known(func(r *Report) float64 { return r.Resources.CoresUsed })},
	{"max_rss_bytes", size, known(func(r *Report) float64 { return float64(r.Resources.MaxRSSBytes) })},
	{"gc_pause.max", duration, whole(func(r *Report) int64 { return r.Resources.GCPauseMax })},
	{"goroutines_max", count, known(func(r *Report) float64 { return float64(r.Resources.GoroutinesMax) })},
}

func whole(get func(r *Report) int64) func(*Report) (float64, bool) {
	return func(r *Report) (float64, bool) { return float64(get(r)), true }
}

// rate is a figure that takes a measured time to have.
func rate(get func(r *Report) float64) func(*Report) (float64, bool) {
	return func(r *Report) (float64, bool) { return get(r), r.MeasuredS > 0 }
}

// known is a figure whose zero says that the platform does not tell.
func known(get func(r *Report) float64) func(*Report) (float64, bool) {
	return func(r *Report) (float64, bool) { return get(r), get(r) > 0 }
}

func (r *Report) evictions() int64 {
	n := int64(0)
	for _, c := range r.Evicted {
		n += c
	}
	return n
}

// metrics are all that a threshold can name, latencies first.
var metrics = func() []metric {
	var all []metric
	for _, l := range latencies {
		for _, s := range statistics {
			all = append(all, metric{l.name + "." + s.name, s.kind, func(r *Report) (float64, bool) {
				lat := l.get(&r.Latency)
				if lat == nil {
					return 0, s.kind == count // none is a count too
				}
				v := s.get(lat)
				if v == nil {
					return 0, false
				}
				return float64(*v), true
			}})
		}
	}
	return append(all, figures...)
}()

// findMetric knows p999 as another spelling of p99.9.
func findMetric(name string) (metric, bool) {
	const other, canonical = ".p999", ".p99.9"
	if n := len(name) - len(other); n > 0 && name[n:] == other {
		name = name[:n] + canonical
	}
	i := slices.IndexFunc(metrics, func(m metric) bool { return m.name == name })
	if i < 0 {
		return metric{}, false
	}
	return metrics[i], true
}
