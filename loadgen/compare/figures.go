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
var shown = []measured{
	{"delivery.p50", true}, {"delivery.p90", true}, {"delivery.p99", true}, {"delivery.p99.9", true}, {"delivery.max", true},
	{"last.p50", true}, {"last.p99", true}, {"join.p50", true}, {"join.p99", true}, {"leave.p50", true},
	{"deliveries_per_s", false}, {"bytes_per_s", false}, {"ceiling.share", false},
	{"cpu_per_delivery", true},
}

// measured is a figure by name, and whether more of it is worse.
type measured struct {
	name          string
	higherIsWorse bool
}

// What is shown of each phase and role beside that never gates: a phase is short, and
// what a role does is for thresholds to hold.
var (
	shownByPhase = []measured{{"delivery.p50", true}, {"delivery.p99", true}}
	shownByRole  = []measured{{"ratio", true}, {"p99", true}, {"served", false}, {"evicted", true}, {"throttled", true}, {"refused", true}}
)

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
	out := every(old, new)
	for i := range out {
		name := out[i].metric.Name()
		out[i].gated = gates[name] && (sameMachine || name == "ceiling.share")
	}
	return out
}

// every returns all figures that are shown of reports: those of the runs in all, then
// of each phase and role.
func every(of ...*report.Report) []figure {
	var out []figure
	known := make(map[string]bool)
	add := func(of string, list []measured) {
		for _, s := range list {
			m, ok := report.FindMetric(of + s.name)
			if ok && !known[of+s.name] { // a saved report may name a phase as nobody can
				known[of+s.name] = true
				out = append(out, figure{metric: m, higherIsWorse: s.higherIsWorse})
			}
		}
	}
	add("", shown)
	for _, r := range of {
		for i := range r.Phases {
			add(r.Phases[i].Name+".", shownByPhase)
		}
	}
	for _, r := range of {
		for i := range r.Roles {
			add("roles."+r.Roles[i].Name+".", shownByRole)
		}
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
