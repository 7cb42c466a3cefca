package compare

import (
	"fmt"
	"math"
	"strings"

	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

// significant reports whether sets of these sizes can differ significantly at all:
// whether the two most extreme of their orders are rare enough.
func significant(n, m int) bool {
	if n < 1 || m < 1 {
		return false
	}
	a, _ := math.Lgamma(float64(n + m + 1))
	b, _ := math.Lgamma(float64(n + 1))
	c, _ := math.Lgamma(float64(m + 1))
	return 2/math.Exp(a-b-c) < Alpha
}

// Saving returns how a set is made that can be compared.
func Saving() string {
	return fmt.Sprintf("a set of runs is saved with chatsim -repeat %d -json FILE", Least())
}

// Least returns how many runs in each of two equal sets a verdict needs.
func Least() int {
	n := 1
	for !significant(n, n) {
		n++
	}
	return n
}

func enough(n, m int) error {
	if significant(n, m) {
		return nil
	}
	return hinted.New(fmt.Sprintf("%s against %d cannot show any difference: a verdict needs %d on each side",
		report.Plural(int64(n), "run", "runs"), m, Least()), fmt.Sprintf("sets of %d are made with chatsim -repeat %d -json FILE; -compare also takes several files of each side", Least(), Least()))
}

// alike refuses what cannot be compared, and reports whether the machine is the
// same one.
func (c *Comparison) alike(old, new []*report.Report, anyway bool) (sameMachine bool, err error) {
	first := old[0]
	sameMachine = true
	var settings, machines []string
	for side, set := range [][]*report.Report{old, new} {
		for i, r := range set {
			if r.ExitCode() == report.ExitFailed || r.Interrupted || r.CutBy != "" || r.MeasuredS <= 0 {
				return false, hinted.New(fmt.Sprintf("run %d of the %s set is %s: its figures mean nothing", i+1, [...]string{"old", "new"}[side], wrong(r)), "compare runs that went through and passed their checks")
			}
			settings = append(settings, differing(first.Config, r.Config)...)
			machines = append(machines, otherMachine(first.Environment, r.Environment)...)
		}
	}
	settings, machines = unique(settings), unique(machines)
	if len(settings) > 0 && !anyway {
		return false, hinted.New("the runs have other settings: "+strings.Join(settings, ", "), "compare runs of the same settings, or add -baseline-any")
	}
	if len(machines) > 0 && !anyway {
		return false, hinted.New("the runs are of another machine: "+strings.Join(machines, ", "), "make a baseline on this machine, or add -baseline-any: then only shares of what each machine's loopback can do decide")
	}
	if len(settings) > 0 {
		c.Notes = append(c.Notes, "other settings: "+strings.Join(settings, ", "))
	}
	if len(machines) > 0 {
		c.Notes = append(c.Notes, "another machine, so only ceiling.share decides: "+strings.Join(machines, ", "))
	}
	return len(machines) == 0, nil
}

func wrong(r *report.Report) string {
	switch {
	case r.Died():
		return "one whose server ended"
	case r.Interrupted:
		return "interrupted"
	case r.CutBy != "":
		return "cut"
	case r.MeasuredS <= 0:
		return "without a measured part"
	}
	return "one whose checks failed"
}

// differing names the settings that are not the same. The time to drain has no
// part in what is measured, and a story takes as long as it takes.
func differing(a, b report.Config) []string {
	var out []string
	if a.Story && b.Story {
		a.DurationS, a.WarmupS = b.DurationS, b.WarmupS
	}
	for _, f := range []struct {
		name string
		a, b any
	}{
		{"users", a.Users, b.Users}, {"duration_s", a.DurationS, b.DurationS}, {"warmup_s", a.WarmupS, b.WarmupS},
		{"rate", a.Rate, b.Rate}, {"inflight", a.Inflight, b.Inflight}, {"size", a.Size, b.Size},
		{"scenario", a.Scenario, b.Scenario}, {"verify", a.Verify, b.Verify}, {"dialect", a.Dialect, b.Dialect},
		{"managers", a.Managers, b.Managers}, {"nodes", a.Nodes, b.Nodes},
		{"target", a.Target != "", b.Target != ""},
	} {
		if f.a != f.b {
			out = append(out, fmt.Sprintf("%s %v and %v", f.name, f.a, f.b))
		}
	}
	if a.Scenario == b.Scenario && a.Script != b.Script {
		out = append(out, "what the file of scenario "+a.Scenario+" says")
	}
	return out
}

func otherMachine(a, b report.Environment) []string {
	var out []string
	for _, f := range []struct {
		name string
		a, b any
	}{
		{"os", a.OS, b.OS}, {"arch", a.Arch, b.Arch}, {"cpus", a.CPUs, b.CPUs},
		{"gomaxprocs", a.GOMAXPROCS, b.GOMAXPROCS}, {"cpu_model", a.CPUModel, b.CPUModel},
	} {
		if f.a != f.b {
			out = append(out, fmt.Sprintf("%s %v and %v", f.name, f.a, f.b))
		}
	}
	return out
}

// Alike refuses a set that a run with this outline cannot be compared with: it
// is asked before the run.
func Alike(set []*report.Report, outline *report.Report, anyway bool) error {
	run := *outline
	run.MeasuredS = 1 // it is still to come
	run.Verdict, run.Checks = report.Passed, []report.Check{{Verdict: report.Passed}}
	_, err := new(Comparison).alike(set, []*report.Report{&run}, anyway)
	return err
}

func unique(words []string) []string {
	var out []string
	seen := make(map[string]bool)
	for _, w := range words {
		if !seen[w] {
			out = append(out, w)
		}
		seen[w] = true
	}
	return out
}
