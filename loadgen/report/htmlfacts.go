package report

import (
	"fmt"
)

// tiles returns the figures that are read first.
func tiles(r *Report) []fact {
	var out []fact
	if f := r.Find; f != nil {
		highest, t := "none", f.terms()
		if f.Rate != nil {
			highest = f.highest()
		}
		out = append(out, fact{t.most, highest, t.where + " " + f.Expr})
	}
	if d := r.Latency.Delivery; d != nil {
		out = append(out, fact{"delivery p50", humanPercentile(d.P50), ""}, fact{"delivery p99", humanPercentile(d.P99), "at most " + humanDuration(d.Max)})
	}
	out = append(out, fact{"throughput", thousands(int64(r.DeliveriesPerS+0.5)) + "/s", "deliveries, " + humanBytes(r.BytesPerS) + "/s"},
		fact{"lines sent", thousands(r.Sent), perSecond(r.SentPerS)})
	joins := thousands(r.Left) + " left, " + thousands(r.evictions()) + " evicted"
	out = append(out, fact{"joined", thousands(r.Joined), joins})
	if c := r.Calibration; c != nil && c.Skipped == "" {
		out = append(out, fact{"ceiling", humanShare(c.Share), "of what this machine's loopback can do"})
	}
	return out
}

func isolationSentence(iso *Isolation) string {
	switch {
	case iso == nil:
		return ""
	case iso.OneStalledP99 == nil || iso.AllReadP99 == nil:
		return "Too few deliveries to compare."
	}
	return fmt.Sprintf("Delivery p99 was %s while one chatter did not read, %s while all did: medians of %s of %s.", humanDuration(*iso.OneStalledP99),
		humanDuration(*iso.AllReadP99), Plural(int64(len(iso.Pairs)), "pair", "pairs"), humanDuration(int64(iso.WindowS*1e9)))
}

// health is whether the load was made as planned, and what it took.
func health(r *Report) []fact {
	lag, limited := "no schedule at -rate max", "not applicable"
	if r.Generator.Applicable {
		lag, limited = humanDuration(r.Generator.ScheduleLagP99), "no"
		if r.Generator.Limited {
			limited = "YES: the figures are the generator's"
		}
	}
	res, env := r.Resources, r.Environment
	facts := []fact{{Name: "schedule lag p99", Value: lag}, {Name: "generator-limited", Value: limited}}
	add := func(known bool, name, value string) {
		if known {
			facts = append(facts, fact{Name: name, Value: value})
		}
	}
	add(res.CPUS > 0, "processor time", digits3(min(res.CPUS, 999))+" s, "+digits3(res.CoresUsed)+" cores")
	add(res.MaxRSSBytes > 0, "memory at most", humanBytes(float64(res.MaxRSSBytes)))
	add(res.GoroutinesMax > 0, "longest GC pause", humanDuration(res.GCPauseMax))
	add(res.GoroutinesMax > 0, "goroutines at most", thousands(int64(res.GoroutinesMax)))
	add(env.CPUModel != "", "processor", env.CPUModel)
	add(env.CPUs > 0, "cores", fmt.Sprintf("%d, GOMAXPROCS %d", env.CPUs, env.GOMAXPROCS))
	add(env.OS != "", "system", env.OS+"/"+env.Arch+", "+env.Go)
	add(env.Commit != "", "commit", env.Commit)
	return facts
}

func configuration(r *Report) []fact {
	c := r.Config
	var facts []fact
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, fact{Name: name, Value: value})
		}
	}
	add("room", r.Where)
	add("users", thousands(int64(c.Users)))
	add("measured part", seconds(c.DurationS))
	add("warm-up", seconds(c.WarmupS))
	switch {
	case c.Rate.IsMax():
		add("rate", fmt.Sprintf("max, %s lines under way", thousands(int64(c.Inflight))))
	case c.ThinkS > 0:
		add("rate", "what each chatter's own time comes to: "+seconds(c.ThinkS)+" to think before each line, about "+linesPerSecond(c.Rate))
	default:
		add("rate", c.Rate.String()+" lines/s")
	}
	add("text of a line", humanBytes(float64(c.Size)))
	add("scenario", c.Scenario)
	add("verification", c.Verify)
	add("drain limit", seconds(c.DrainS))
	add("dialect", c.Dialect)
	add("seed", fmt.Sprint(r.Seed))
	return facts
}
