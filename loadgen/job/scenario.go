package job

import (
	"fmt"
	"slices"
	"strings"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/manager/hinted"
	"chatsim/manager/screen"
)

// printScenario prints the text of the scenario's file.
func (s *Job) printScenario() error {
	spec := s.Load.Scenario
	if spec.Name == loadgen.Conformance {
		return stories{s}.print()
	}
	if spec.Path == "" {
		if _, err := fmt.Fprintf(s.Stdout, "# chatsim -scenario %s; changed and saved, it is run by chatsim -scenario FILE.yaml\n", spec.Name); err != nil {
			return err
		}
	}
	_, err := s.Stdout.Write(spec.Text)
	return err
}

// hasLoad reports whether the scenario is a load, and no story.
func (c *Config) hasLoad() bool {
	spec := &c.Load.Scenario
	return spec.Name != loadgen.Conformance && spec.File.Story == nil
}

// showScenario shows what would happen when.
func (s *Job) showScenario() error {
	script, err := s.Load.Script()
	if err != nil {
		return err
	}
	return script.Draw(s.Stdout, screen.Width(s.Stdout))
}

// checkThink refuses what sets the rate of chatters who each speak in their own time,
// and such chatters where the scenario has rates.
func (s *Job) checkThink() error {
	spec := &s.Load.Scenario
	for _, flag := range []string{"rate", "find-rate"} {
		if spec.Think > 0 && s.Line.Explicit(flag) {
			return hinted.New(fmt.Sprintf("-%s and scenario %s contradict each other: its chatters think, each in its own time", flag, spec.Name), "leave -"+flag+" out; -think has them think longer or shorter, and -users has more of them")
		}
	}
	_, err := s.Load.Script()
	return err
}

// expect adds the limits of the scenario's file to those of the command line.
func (s *Job) expect() error {
	for _, expr := range s.Load.Scenario.Expect {
		t, err := report.ParseThreshold(expr)
		if err != nil {
			return err
		}
		s.Thresholds = append(s.Thresholds, t)
	}
	all := slices.Clone(s.Thresholds)
	if q := s.sought(); q != nil {
		all = append(all, q.expr)
	}
	for _, t := range all {
		if err := hasPhase(&s.Load.Scenario, t); err != nil {
			return err
		}
		if err := hasRole(&s.Load.Scenario, t); err != nil {
			return err
		}
	}
	return nil
}

// hasRole refuses a limit for a role that nobody has in the scenario.
func hasRole(spec *scenario.Spec, t report.Threshold) error {
	var names []string
	for _, r := range spec.Roles {
		names = append(names, r.Kind)
	}
	switch role := t.Metric().Role(); {
	case role == "" || slices.Contains(names, role):
		return nil
	case len(names) == 0:
		return hinted.New(fmt.Sprintf("%s is about the role %s, and scenario %s has no roles", t, role, spec.Name), "roles are written in a file: chatsim -help scenarios")
	default:
		return hinted.New(fmt.Sprintf("%s is about the role %s, which nobody has in scenario %s", t, role, spec.Name), "its roles are "+strings.Join(names, ", "))
	}
}

// hasPhase refuses a limit for a phase that the scenario does not have.
func hasPhase(spec *scenario.Spec, t report.Threshold) error {
	var names []string
	for _, p := range spec.Phases {
		if !p.Warm {
			names = append(names, p.Name)
		}
	}
	switch phase := t.Metric().Phase(); {
	case phase == "" || slices.Contains(names, phase):
		return nil
	case len(names) == 0:
		return hinted.New(fmt.Sprintf("%s is about a phase %s, and scenario %s has no phases", t, phase, spec.Name), "phases are written in a file: chatsim -help scenarios")
	default:
		return hinted.New(fmt.Sprintf("%s is about a phase %s, which scenario %s does not have", t, phase, spec.Name), "its phases are "+strings.Join(names, ", "))
	}
}
