package job

import (
	"cmp"
	"fmt"

	"chatsim/loadgen"
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
		return s.refuse(append(others, loads...))
	case spec.Path == "":
		return nil
	}
	st, err := story.Read(spec.File)
	if err != nil || st == nil {
		return err
	}
	if err := s.refuse(loads); err != nil {
		return err
	}
	s.Load.Story, s.Load.Users = st, len(st.Cast)
	s.Calibrate = false // no figure of a story is the machine's
	return nil
}

// refuse refuses flags that the command line has and a story has no use for.
func (s *Job) refuse(flags []string) error {
	for _, name := range flags {
		if s.Line.Explicit(name) {
			return hinted.New(fmt.Sprintf("-scenario %s and -%s contradict each other", cmp.Or(s.Load.Scenario.Path, s.Load.Scenario.Name), name), "a story has its own chatters, who do one step after the other: leave -"+name+" out")
		}
	}
	return nil
}
