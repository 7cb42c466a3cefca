package runs

import (
	"errors"
	"fmt"
	"io/fs"

	"chatsim/loadgen"
	"chatsim/loadgen/scenario/file"
	"chatsim/loadgen/story"
	"chatsim/manager/choice"
	"chatsim/manager/hinted"
)

// loads are flags of a load, which a story has not.
var loads = []string{"users", "duration", "rate", "size", "warmup", "inflight", "expect-full", "find-rate"}

// others are flags of runs that are not told story by story.
var others = []string{"repeat", "baseline", "ab", "ab-cmd", "trace", "watch", "dry-run"}

// loadStory reads the story of the scenario's file.
func (s *Session) loadStory() error {
	path := s.Load.Scenario.Name
	switch {
	case path == loadgen.Conformance:
		return s.refuse(append(others, loads...))
	case !choice.IsFile(path):
		return nil
	}
	f, err := file.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return hinted.New(fmt.Sprintf("-scenario %s: there is no such file", path), "chatsim -help stories shows one to begin with")
	}
	if err != nil {
		return err
	}
	st, err := story.Read(f)
	switch {
	case err != nil:
		return err
	case st == nil:
		return hinted.New(path+" has no story", "write what happens behind story: chatsim -help stories shows how")
	}
	if err := s.refuse(loads); err != nil {
		return err
	}
	s.Load.Story, s.Load.Users = st, len(st.Cast)
	s.Calibrate = false // no figure of a story is the machine's
	return nil
}

// refuse refuses flags that the command line has and a story has no use for.
func (s *Session) refuse(flags []string) error {
	for _, name := range flags {
		if s.Line.Explicit(name) {
			return hinted.New(fmt.Sprintf("-scenario %s and -%s contradict each other", s.Load.Scenario.Name, name), "a story has its own chatters, who do one step after the other: leave -"+name+" out")
		}
	}
	return nil
}
