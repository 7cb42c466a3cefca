package compare

import (
	"chatsim/loadgen/report"
)

// figure is a metric with what a change of it means.
type figure struct {
	metric        report.Metric
	higherIsWorse bool
	gated         bool
}

// shown are the figures that are compared, with what more of them means. Few
// of them gate, see figures: each one that does can fail a build for nothing.
var shown = []struct {
	name          string
	higherIsWorse bool
}{
	{"delivery.p50", true}, {"delivery.p90", true}, {"delivery.p99", true}, {"delivery.p99.9", true}, {"delivery.max", true},
	{"last.p50", true}, {"last.p99", true}, {"join.p50", true}, {"join.p99", true}, {"leave.p50", true},
	{"deliveries_per_s", false}, {"bytes_per_s", false}, {"ceiling.share", false},
	{"cpu_per_delivery", true},
}

// figures returns those of shown, gated as the settings make them meaningful. On a
// schedule the rate is given and latency is what the room can do; as fast as it
// goes, latency only mirrors the throughput. On another machine only a share of
// its own ceiling means anything.
func figures(old, new *report.Report, sameMachine, calibrated bool) []figure {
	gates := map[string]bool{"delivery.p50": true, "delivery.p99": true, "cpu_per_delivery": true}
	if old.Config.Rate.IsMax() && new.Config.Rate.IsMax() {
		gates = map[string]bool{"deliveries_per_s": !calibrated, "ceiling.share": calibrated, "cpu_per_delivery": true}
	}
	if old.Config.Target != "" {
		delete(gates, "cpu_per_delivery") // it is the generator's
	}
	var out []figure
	for _, s := range shown {
		m, ok := report.FindMetric(s.name)
		if !ok {
			panic("compare: no metric is " + s.name)
		}
		gated := gates[s.name] && (sameMachine || s.name == "ceiling.share")
		out = append(out, figure{m, s.higherIsWorse, gated})
	}
	return out
}

// calibrated reports whether all of a set are.
func calibrated(set []*report.Report) bool {
	for _, r := range set {
		if r.Calibration == nil || r.Calibration.BytesPerS <= 0 {
			return false
		}
	}
	return true
}
