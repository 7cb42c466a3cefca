package loadgen

import (
	"fmt"
	"strings"
	"time"

	"chatsim/loadgen/report"
)

// The generator is the limit where it sends lines so late that the latencies,
// which count from when a line was due, are its own: where both how late it was
// and what that added to a percentile are more than an allowance, that share of
// the percentile but never less than what an idle machine's scheduler takes.
const (
	limitedShare     = 0.10
	limitedAllowance = time.Millisecond
)

// lateness is a percentile of how late lines were sent, and of their deliveries
// counted from when they were due and from when they were sent.
type lateness struct {
	name           string
	lag, due, sent *int64 // nanoseconds, nil where there are too few samples
}

// limiting reports whether the percentile is the generator's.
func (l lateness) limiting() bool {
	if l.lag == nil || l.due == nil || l.sent == nil {
		return false
	}
	allowed := max(int64(limitedAllowance), int64(limitedShare*float64(*l.due)))
	return *l.lag > allowed && *l.due-*l.sent > allowed
}

// generator judges how the load was made, and warns where it is the limit.
func (o *outcome) generator(latency *report.Latencies) (g report.Generator, warning string) {
	r := o.run
	if r.cfg.Rate.IsMax() || r.telling != nil { // there is no schedule
		return g, ""
	}
	lag50, lag99 := r.measure.Lag(50), r.measure.Lag(99)
	g = report.Generator{Applicable: true, ScheduleLagP99: lag99}
	due, sent := latency.Delivery, latency.DeliveryActual
	if due == nil || sent == nil {
		return g, ""
	}
	var limited []string
	for _, l := range []lateness{{"p50", &lag50, due.P50, sent.P50}, {"p99", &lag99, due.P99, sent.P99}} {
		if l.limiting() {
			limited = append(limited, fmt.Sprintf("%v of the delivery's %s of %v", rounded(*l.due-*l.sent), l.name, rounded(*l.due)))
		}
	}
	if g.Limited = len(limited) > 0; g.Limited {
		warning = fmt.Sprintf("generator-limited: lines were sent up to %v after their time (p99), and that makes up %s", rounded(lag99), strings.Join(limited, " and "))
	}
	return g, warning
}

func rounded(ns int64) time.Duration { return time.Duration(ns).Round(10 * time.Microsecond) }
