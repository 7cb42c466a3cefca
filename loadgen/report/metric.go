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
	share                // %: required
)

// units are what values of a kind are in, for JSON.
var units = [...]string{count: "", perS: "/s", size: "B", sizePS: "B/s", duration: "ns", share: ""}

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
	{"expected_deliveries", count, whole(func(r *Report) int64 { return r.ExpectedDeliveries })},
	{"deliveries_per_s", perS, rate(func(r *Report) float64 { return r.DeliveriesPerS })},
	{"bytes_per_s", sizePS, rate(func(r *Report) float64 { return r.BytesPerS })},
	{"refused", count, whole(func(r *Report) int64 { return r.Refused })},
	{"errors", count, whole(func(r *Report) int64 { return r.Errors.Count })},
	{"joined", count, whole(func(r *Report) int64 { return r.Joined })},
	{"renamed", count, whole(func(r *Report) int64 { return r.Renamed })},
	{"left", count, whole(func(r *Report) int64 { return r.Left })},
	{"left.fin", count, whole(func(r *Report) int64 { return r.LeftBy.FIN })},
	{"left.rst", count, whole(func(r *Report) int64 { return r.LeftBy.RST })},
	{"left.half_close", count, whole(func(r *Report) int64 { return r.LeftBy.HalfClose })},
	{"evicted", count, whole((*Report).evictions)},
	{"evicted.slow", count, whole(func(r *Report) int64 { return r.Evicted["slow"] })},
	{"evicted.stalled", count, whole(func(r *Report) int64 { return r.Evicted["stalled"] })},
	{"checks.passed", count, checked(func(r *Report) int64 { return int64(len(r.checksThat(Passed))) })},
	{"checks.failed", count, checked(func(r *Report) int64 { return int64(len(r.checksThat(Failed))) })},
	{"checks.inconclusive", count, checked(func(r *Report) int64 { return int64(len(r.checksThat(Inconclusive))) })},
	{"checks.not_exercised", count, checked(func(r *Report) int64 { return int64(len(r.checksThat(NotExercised))) })},
	{"checks.evaluations", count, checked(checkSum(func(c *Check) int64 { return c.Evaluations }))},
	{"checks.violations", count, checked(checkSum(func(c *Check) int64 { return c.Violations }))},
	{"isolation.all_read_p99", duration, stalled(func(i *Isolation) *int64 { return i.AllReadP99 })},
	{"isolation.stalled_p99", duration, stalled(func(i *Isolation) *int64 { return i.OneStalledP99 })},
	{"floor.share", share, (*Report).floorShare},
	{"floor.bytes_per_s", sizePS, func(r *Report) (float64, bool) {
		if r.Calibration == nil {
			return 0, false
		}
		return r.Calibration.BytesPerS, r.Calibration.BytesPerS > 0
	}},
	{"schedule_lag.p99", duration, func(r *Report) (float64, bool) {
		return float64(r.Generator.ScheduleLagP99), r.Generator.Applicable
	}},
	{"cpu", duration, known(func(r *Report) float64 { return r.Resources.CPUS * 1e9 })},
	{"cpu_per_delivery", duration, (*Report).cpuPerDelivery},
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

// checked is a figure of the checks, of a run that has made some.
func checked(get func(r *Report) int64) func(*Report) (float64, bool) {
	return func(r *Report) (float64, bool) { return float64(get(r)), len(r.Checks) > 0 }
}

func checkSum(get func(c *Check) int64) func(*Report) int64 {
	return func(r *Report) int64 {
		n := int64(0)
		for i := range r.Checks {
			n += get(&r.Checks[i])
		}
		return n
	}
}

// stalled is a figure of a scenario in which somebody does not read.
func stalled(get func(i *Isolation) *int64) func(*Report) (float64, bool) {
	return func(r *Report) (float64, bool) {
		if r.Isolation == nil || get(r.Isolation) == nil {
			return 0, false
		}
		return float64(*get(r.Isolation)), true
	}
}

// floorShare is the room's throughput beside the loopback's, both of this run.
func (r *Report) floorShare() (float64, bool) {
	if r.Calibration == nil || r.Calibration.BytesPerS <= 0 || r.MeasuredS <= 0 {
		return 0, false
	}
	return r.BytesPerS / r.Calibration.BytesPerS, true
}

// cpuPerDelivery is of this process: with a room in it, of both ends.
func (r *Report) cpuPerDelivery() (float64, bool) {
	if r.Resources.CPUS <= 0 || r.Deliveries <= 0 {
		return 0, false
	}
	return r.Resources.CPUS * 1e9 / float64(r.Deliveries), true
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

// Metric is what can be said of a report's figure by its name, as thresholds
// name it.
type Metric struct{ metric }

// FindMetric looks a figure up; it knows the names that thresholds know.
func FindMetric(name string) (Metric, bool) {
	m, ok := findMetric(name)
	return Metric{m}, ok
}

// Metrics are all of them, latencies first.
func Metrics() []Metric {
	all := make([]Metric, len(metrics))
	for i, m := range metrics {
		all[i] = Metric{m}
	}
	return all
}

// Name is as thresholds write it.
func (m Metric) Name() string { return m.name }

// Unit is that of its values: "ns", "B", "B/s", "/s", or empty.
func (m Metric) Unit() string { return units[m.kind] }

// Of gives the figure; false if it was not measured, or from too few samples.
func (m Metric) Of(r *Report) (float64, bool) { return m.get(r) }

// Human writes a value of the metric as the text report would.
func (m Metric) Human(v float64) string {
	if m.kind == share {
		return humanShare(v)
	}
	return humanValue(v, units[m.kind])
}

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
