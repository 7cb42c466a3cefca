package report

import (
	"fmt"
	"strings"
)

// several says what the runs have in common and how each went.
func (v *htmlView) several(rs *Runs, shown *Report, n int) {
	v.Word = rs.word()
	if v.Verdict == Measured {
		v.Word, _ = shown.headline()
	}
	verdicts := make(map[Verdict]int)
	for _, r := range rs.Reports {
		verdicts[r.Verdict]++
	}
	v.Sentence = Plural(int64(len(rs.Reports)), "run", "runs")
	for _, verdict := range []Verdict{Passed, Failed, Inconclusive, Measured} {
		if verdicts[verdict] > 0 {
			v.Sentence += fmt.Sprintf(", %d %s", verdicts[verdict], verdict)
		}
	}
	if len(rs.Old) > 0 {
		v.Sentence += ", compared with " + Plural(int64(len(rs.Old)), "other", "others")
	}
	if rs.notCompared() {
		v.Sentence += ": the sets were not compared"
	}
	if worse := rs.deciding(Failed); worse != nil {
		v.Sentence += ": worse in " + strings.Join(worse, ", ")
	}
	if undecided := rs.deciding(Inconclusive); undecided != nil {
		v.Sentence += ": can't tell about " + strings.Join(undecided, ", ")
	}
	v.Sentence += fmt.Sprintf("; %s, %s each.", Plural(int64(shown.Users), "user", "users"), seconds(shown.Config.DurationS))
	v.Of = fmt.Sprintf(" of run %d", n+1)
	v.Several = &table{Caption: fmt.Sprintf("Every run; number %d is shown in full below", n+1),
		Header: []string{"run", "verdict", "delivery p50", "p99", "max", "deliveries/s", "evicted", "seed"}}
	row := func(name string, r *Report) {
		verdict := string(r.Verdict)
		if failed := r.checksThat(Failed); len(failed) > 0 {
			verdict += ": " + strings.Join(failed, ", ")
		}
		p50, p99, most := "–", "–", "–"
		if d := r.Latency.Delivery; d != nil {
			p50, p99, most = humanPercentile(d.P50), humanPercentile(d.P99), humanDuration(d.Max)
		}
		v.Several.Rows = append(v.Several.Rows, []string{name, Printable(verdict), p50, p99, most,
			thousands(int64(r.DeliveriesPerS + 0.5)), thousands(r.evictions()), fmt.Sprint(r.Seed)})
	}
	for i, r := range rs.Reports {
		row(fmt.Sprint(i+1), r)
	}
	for i, r := range rs.Old {
		row(fmt.Sprintf("old %d", i+1), r)
	}
}

// tiles are the figures that are read first.
func tiles(r *Report) []fact {
	var out []fact
	if d := r.Latency.Delivery; d != nil {
		out = append(out, fact{"delivery p50", humanPercentile(d.P50), ""}, fact{"delivery p99", humanPercentile(d.P99), "at most " + humanDuration(d.Max)})
	}
	out = append(out, fact{"throughput", thousands(int64(r.DeliveriesPerS+0.5)) + "/s", "deliveries, " + humanBytes(r.BytesPerS) + "/s"},
		fact{"lines sent", thousands(r.Sent), perSecond(r.SentPerS)})
	joins := thousands(r.Left) + " left, " + thousands(r.evictions()) + " evicted"
	out = append(out, fact{"joined", thousands(r.Joined), joins})
	if c := r.Calibration; c != nil && c.Skipped == "" {
		out = append(out, fact{"loopback floor", humanShare(c.Share), "of what this machine can do"})
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
			facts = append(facts, fact{Name: name, Value: Printable(value)})
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
			facts = append(facts, fact{Name: name, Value: Printable(value)})
		}
	}
	add("room", r.Where)
	add("users", thousands(int64(c.Users)))
	add("measured part", seconds(c.DurationS))
	add("warm-up", seconds(c.WarmupS))
	if c.Rate.IsMax() {
		add("rate", fmt.Sprintf("max, %s lines under way", thousands(int64(c.Inflight))))
	} else {
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

// warned says which runs have warnings beside the one that is shown.
func warned(rs *Runs, shown *Report) string {
	var numbers []string
	for i, r := range rs.Reports {
		if r != shown && len(r.Warnings) > 0 {
			numbers = append(numbers, fmt.Sprint(i+1))
		}
	}
	switch len(numbers) {
	case 0:
		return ""
	case 1:
		return "run " + numbers[0] + " has warnings too, see its own report"
	}
	return "runs " + strings.Join(numbers, ", ") + " have warnings too, see their own reports"
}
