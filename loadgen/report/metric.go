package report

import (
	"slices"
	"strings"
)

// A metric is a figure of a report that a threshold can name.
type metric struct {
	name string
	kind kind
	get  func(r *Report) (float64, bool) // false: not measured, or too few samples
	why  func(r *Report) string          // why get is false; nil for what is not of a latency

	phase string // that it is of; empty: of all
	role  string // that it is of; empty: of none

	// or returns what the figure may be as well, where that is not certain; nil
	// for what is.
	or func(r *Report) (float64, bool)
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
	{name: "p50", kind: duration, get: func(l *Latency) *int64 { return l.P50 }},
	{name: "p90", kind: duration, get: func(l *Latency) *int64 { return l.P90 }},
	{name: "p99", kind: duration, get: func(l *Latency) *int64 { return l.P99 }},
	{name: "p99.9", kind: duration, get: func(l *Latency) *int64 { return l.P999 }},
	{name: "max", kind: duration, get: func(l *Latency) *int64 { return &l.Max }},
	{name: "mean", kind: duration, get: func(l *Latency) *int64 { return &l.Mean }},
	{name: "min", kind: duration, get: func(l *Latency) *int64 { return &l.Min }},
	{name: "count", kind: count, get: func(l *Latency) *int64 { return &l.Count }},
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
	{name: "sent", kind: count, get: whole(func(r *Report) int64 { return r.Sent })},
	{name: "sent_per_s", kind: perS, get: rate(func(r *Report) float64 { return r.SentPerS })},
	{name: "deliveries", kind: count, get: whole(func(r *Report) int64 { return r.Deliveries })},
	{name: "expected_deliveries", kind: count, get: whole(func(r *Report) int64 { return r.ExpectedDeliveries })},
	{name: "deliveries_per_s", kind: perS, get: rate(func(r *Report) float64 { return r.DeliveriesPerS })},
	{name: "bytes_per_s", kind: sizePS, get: rate(func(r *Report) float64 { return r.BytesPerS })},
	{name: "refused", kind: count, get: whole(func(r *Report) int64 { return r.Refused })},
	{name: "lost", kind: count, get: whole(func(r *Report) int64 { return r.Lost.count() })},
	{name: "strays", kind: size, get: (*Report).strays},
	{name: "errors", kind: count, get: whole(func(r *Report) int64 { return r.Errors.Count })},
	{name: "joined", kind: count, get: whole(func(r *Report) int64 { return r.Joined })},
	{name: "renamed", kind: count, get: whole(func(r *Report) int64 { return r.Renamed })},
	{name: "left", kind: count, get: whole(func(r *Report) int64 { return r.Left })},
	{name: "left.fin", kind: count, get: whole(func(r *Report) int64 { return r.LeftBy.FIN })},
	{name: "left.rst", kind: count, get: whole(func(r *Report) int64 { return r.LeftBy.RST })},
	{name: "left.half_close", kind: count, get: whole(func(r *Report) int64 { return r.LeftBy.HalfClose })},
	{name: "left.vanish", kind: count, get: whole(func(r *Report) int64 { return r.LeftBy.Vanish })},
	{name: "left.lost", kind: count, get: whole(func(r *Report) int64 { return r.LeftBy.Lost })},
	{name: "evicted", kind: count, get: whole((*Report).evictions)},
	{name: "evicted.slow", kind: count, get: whole(func(r *Report) int64 { return r.Evicted["slow"] })},
	{name: "evicted.stalled", kind: count, get: whole(func(r *Report) int64 { return r.Evicted["stalled"] })},
	{name: "checks.passed", kind: count, get: checked(func(r *Report) int64 { return int64(len(r.checksThat(Passed))) })},
	{name: "checks.failed", kind: count, get: checked(func(r *Report) int64 { return int64(len(r.checksThat(Failed))) })},
	{name: "checks.inconclusive", kind: count, get: checked(func(r *Report) int64 { return int64(len(r.checksThat(Inconclusive))) })},
	{name: "checks.not_exercised", kind: count, get: checked(func(r *Report) int64 { return int64(len(r.checksThat(NotExercised))) })},
	{name: "checks.evaluations", kind: count, get: checked(checkSum(func(c *Check) int64 { return c.Evaluations }))},
	{name: "checks.violations", kind: count, get: checked(checkSum(func(c *Check) int64 { return c.Violations }))},
	{name: "failover.silence", kind: duration, get: lost(func(l *Loss) float64 { return l.SilenceS })},
	{name: "failover.last_leave", kind: duration, get: lost(func(l *Loss) float64 { return l.LastS })},
	{name: "failover.back", kind: duration, get: lost(func(l *Loss) float64 { return l.BackS })},
	{name: "isolation.all_read_p99", kind: duration, get: stalled(func(i *Isolation) *int64 { return i.AllReadP99 })},
	{name: "isolation.stalled_p99", kind: duration, get: stalled(func(i *Isolation) *int64 { return i.OneStalledP99 })},
	{name: "ceiling.share", kind: share, get: (*Report).ceilingShare, or: (*Report).ceilingShareHigh},
	{name: "ceiling.bytes_per_s", kind: sizePS, get: func(r *Report) (float64, bool) {
		if r.Calibration == nil {
			return 0, false
		}
		return r.Calibration.BytesPerS, r.Calibration.BytesPerS > 0
	}, or: func(r *Report) (float64, bool) { return r.Calibration.LowBytesPerS, r.Calibration.LowBytesPerS > 0 }},
	{name: "schedule_lag.p99", kind: duration, get: func(r *Report) (float64, bool) {
		return float64(r.Generator.ScheduleLagP99), r.Generator.Applicable
	}},
	{name: "cpu", kind: duration, get: known(func(r *Report) float64 { return r.Resources.CPUS * 1e9 })},
	{name: "cpu_per_delivery", kind: duration, get: (*Report).cpuPerDelivery},
	{name: "cores_used", kind: count, get: known(func(r *Report) float64 { return r.Resources.CoresUsed })},
	{name: "max_rss_bytes", kind: size, get: known(func(r *Report) float64 { return float64(r.Resources.MaxRSSBytes) })},
	{name: "gc_pause.max", kind: duration, get: whole(func(r *Report) int64 { return r.Resources.GCPauseMax })},
	{name: "goroutines_max", kind: count, get: known(func(r *Report) float64 { return float64(r.Resources.GoroutinesMax) })},
}

// renamed maps former names of metrics to those of now. Both are understood; a
// report calls a threshold's metric as the threshold does.
var renamed = map[string]string{"floor.share": "ceiling.share", "floor.bytes_per_s": "ceiling.bytes_per_s"}

// OfCeiling reports whether a metric, or a threshold, is about what calibration
// measures, by its name of now or its former one.
func OfCeiling(expr string) bool {
	return strings.HasPrefix(expr, "ceiling.") || strings.HasPrefix(expr, "floor.")
}

func whole(get func(r *Report) int64) func(*Report) (float64, bool) {
	return func(r *Report) (float64, bool) { return float64(get(r)), true }
}

// rate returns a figure that takes a measured time to have.
func rate(get func(r *Report) float64) func(*Report) (float64, bool) {
	return func(r *Report) (float64, bool) { return get(r), r.MeasuredS > 0 }
}

// known returns a figure whose zero says that the platform does not tell.
func known(get func(r *Report) float64) func(*Report) (float64, bool) {
	return func(r *Report) (float64, bool) { return get(r), get(r) > 0 }
}

// checked returns a figure of the checks, of a run that has made some.
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

// stalled returns a figure of a scenario in which somebody does not read.
func stalled(get func(i *Isolation) *int64) func(*Report) (float64, bool) {
	return func(r *Report) (float64, bool) {
		if r.Isolation == nil || get(r.Isolation) == nil {
			return 0, false
		}
		return float64(*get(r.Isolation)), true
	}
}

// ceilingShare returns the room's throughput beside the loopback's, both of this run.
func (r *Report) ceilingShare() (float64, bool) {
	if r.Calibration == nil || r.Calibration.BytesPerS <= 0 || r.MeasuredS <= 0 {
		return 0, false
	}
	return r.BytesPerS / r.Calibration.BytesPerS, true
}

// ceilingShareHigh is beside what the loopback did at worse moments.
func (r *Report) ceilingShareHigh() (float64, bool) {
	if _, ok := r.ceilingShare(); !ok || r.Calibration.LowBytesPerS <= 0 {
		return 0, false
	}
	return r.BytesPerS / r.Calibration.LowBytesPerS, true
}

// cpuPerDelivery returns of this process: with a room in it, of both ends.
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
			all = append(all, metric{name: l.name + "." + s.name, kind: s.kind, get: func(r *Report) (float64, bool) {
				lat := l.get(&r.Latency)
				if lat == nil {
					return 0, s.kind == count // none is a count too
				}
				return known64(s.get(lat))
			}, why: func(r *Report) string {
				if p, ok, _ := parsePercentile(s.name); ok {
					return l.get(&r.Latency).lacks(p)
				}
				return "no samples"
			}})
		}
	}
	return append(all, figures...)
}()

func known64(v *int64) (float64, bool) {
	if v == nil {
		return 0, false
	}
	return float64(*v), true
}

// ofPercentile returns the metric of any percentile of a latency.
func ofPercentile(latency string, p percentile) (metric, bool) {
	i := slices.IndexFunc(metrics, func(m metric) bool { return m.name == latency+"."+p.name })
	if i >= 0 {
		return metrics[i], true
	}
	for _, l := range latencies {
		if l.name != latency {
			continue
		}
		return metric{name: latency + "." + p.name, kind: duration, get: func(r *Report) (float64, bool) {
			lat := l.get(&r.Latency)
			if lat == nil {
				return 0, false
			}
			return known64(lat.percentile(p))
		}, why: func(r *Report) string { return l.get(&r.Latency).lacks(p) }}, true
	}
	return metric{}, false
}

// lacks returns why a report does not have the figure.
func (m metric) lacks(r *Report) string {
	of, _, _ := strings.Cut(current(m.name), ".")
	switch {
	case m.why != nil:
		return m.why(r)
	case of == "ceiling" && r.Calibration != nil && r.Calibration.Skipped != "":
		return "not measured: " + r.Calibration.Skipped
	case of == "ceiling" && r.MeasuredS > 0:
		return "not measured: it takes -calibrate on"
	case of == "schedule_lag":
		return "not measured: -rate max has no schedule"
	case of == "checks":
		return "nothing was checked"
	case of == "failover":
		return "not measured: no server died, as -scenario failover has one do"
	case of == "isolation":
		return "not measured: it takes -scenario slowreader, and enough deliveries in each window"
	case r.MeasuredS > 0:
		return "not measured: the system does not tell"
	}
	return "nothing was measured"
}

// Metric is what can be said of a report's figure by its name, as thresholds
// name it.
type Metric struct{ metric }

// FindMetric looks a figure up; it knows the names that thresholds know.
func FindMetric(name string) (Metric, bool) {
	m, ok := findMetric(name)
	return Metric{m}, ok
}

// Name is as thresholds write it.
func (m Metric) Name() string { return m.name }

// Unit returns that of its values: "ns", "B", "B/s", "/s", or empty.
func (m Metric) Unit() string { return units[m.kind] }

// Of returns the figure; false if it was not measured, or from too few samples.
func (m Metric) Of(r *Report) (float64, bool) { return m.get(r) }

// Human writes a value of the metric as the text report would.
func (m Metric) Human(v float64) string {
	if m.kind == share {
		return humanShare(v)
	}
	return humanValue(v, units[m.kind])
}

// findMetric knows any percentile of a latency beside those that are listed.
func findMetric(name string) (metric, bool) {
	if strings.HasPrefix(name, "roles.") {
		return ofRole(name)
	}
	if at := strings.Index(name, ".p"); at > 0 {
		if p, ok, err := parsePercentile(name[at+1:]); ok && err == nil {
			if m, ok := ofPercentile(name[:at], p); ok {
				return m, true
			}
			return ofPhase(name)
		}
	}
	i := slices.IndexFunc(metrics, func(m metric) bool { return m.name == current(name) })
	if i < 0 {
		return ofPhase(name)
	}
	m := metrics[i]
	m.name = name
	return m, true
}

// current returns the name that a metric has now.
func current(name string) string {
	if now, ok := renamed[name]; ok {
		return now
	}
	return name
}
