package job

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/story"
	"chatsim/manager/hinted"
)

// loads are flags of a load, which a story has not.
var loads = []string{"users", "duration", "rate", "think", "size", "warmup", "inflight", "expect-full", "find-rate", "find-users"}

// others are flags of runs that are not told story by story.
var others = []string{"repeat", "baseline", "ab", "ab-cmd", "trace", "watch", "dry-run"}

// loadStory reads the story of the scenario's file.
func (s *Job) loadStory() error {
	spec := &s.Load.Scenario
	switch {
	case spec.Name == loadgen.Conformance:
		return s.refuse(append(others, loads...), "conformance is many stories, each in a room of its own: leave -%s out")
	case spec.Path == "":
		return nil
	}
	st, err := story.Read(spec.File)
	if err != nil {
		return hinted.Wrap(fmt.Errorf("-scenario: %w", err), hinted.Hint(err))
	}
	if st == nil {
		return nil
	}
	if err := s.refuse(loads, "a story has its own chatters, who do one step after the other: leave -%s out"); err != nil {
		return err
	}
	s.Load.Story, s.Load.Users = st, len(st.Cast)
	s.Calibrate = false // no figure of a story is the machine's
	return nil
}

// showStory shows what would happen, step by step.
func (s *Job) showStory() error {
	st := s.Load.Story
	title := s.Load.Scenario.Name
	if st.About != "" {
		title += ": " + st.About
	}
	var cast []string
	for _, c := range st.Cast {
		who := c.Name
		if c.Asked != c.Name {
			who += fmt.Sprintf(" (asks for %q)", c.Asked)
		}
		cast = append(cast, who)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s: %s · %s, each until everybody has seen it\n\n", report.Printable(title), report.Plural(int64(len(cast)), "chatter", "chatters"),
		report.Printable(strings.Join(cast, ", ")), report.Plural(int64(len(st.Steps)), "step", "steps"))
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  step\tline\twhat happens")
	for i := range st.Steps {
		fmt.Fprintf(t, "  %d\t%d\t%s\n", i+1, st.Steps[i].At.Line, report.Printable(st.Words(&st.Steps[i])))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(s.Stdout, b.String())
	return err
}

// refuse refuses flags that the command line has and a story has no use for.
func (s *Job) refuse(flags []string, hint string) error {
	for _, name := range flags {
		if s.Line.Explicit(name) {
			return hinted.New(fmt.Sprintf("-scenario %s and -%s contradict each other", cmp.Or(s.Load.Scenario.Path, s.Load.Scenario.Name), name), fmt.Sprintf(hint, name))
		}
	}
	return nil
}
