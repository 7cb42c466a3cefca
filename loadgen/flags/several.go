package flags

import (
	"fmt"
	"slices"
	"strings"
)

// leastRepeats is how many runs a comparison with a baseline takes.
const leastRepeats = 5

// pairs is how many times -ab runs each side unless told otherwise.
const pairs = 10

// contradictionsOfSeveral are those of the flags that make several runs, or
// none. Where all is well it gives -repeat the meaning that they have for it.
func contradictionsOfSeveral(c *Config) error {
	deciding := []string{"compare", "ab", "find-rate", "baseline"}
	for i, a := range deciding {
		for _, b := range deciding[i+1:] {
			if c.Explicit(a) && c.Explicit(b) {
				return &Error{msg: fmt.Sprintf("-%s and -%s contradict each other", a, b), hint: "each decides by itself what is run and compared"}
			}
		}
	}
	if c.Explicit("compare") {
		if old, new := c.CompareSides(); old == "" || new == "" || strings.Contains(new, ",") {
			return &Error{msg: fmt.Sprintf("-compare %s is not OLD,NEW", show(c.Compare)), hint: "write two files, or two patterns of files: -compare 'old*.json,new*.json'"}
		}
	}
	for _, name := range []string{"baseline-any", "tolerance"} {
		if c.Explicit(name) && !c.Explicit("compare") && !c.Explicit("ab") && !c.Explicit("baseline") {
			return &Error{msg: fmt.Sprintf("-%s without -compare, -ab or -baseline compares nothing", name), hint: "chatsim -baseline FILE compares with a saved set, -ab PROGRAM with another program"}
		}
	}
	switch {
	case c.Explicit("find-rate") && c.Explicit("repeat"):
		return &Error{msg: "-find-rate and -repeat contradict each other", hint: "the search decides how many rooms it needs"}
	case c.Explicit("find-rate") && c.Rate.IsMax():
		return &Error{msg: "-find-rate and -rate max contradict each other", hint: "-rate is where the search begins: -rate 100"}
	case c.Explicit("trace") && (c.Repeat > 1 || c.Explicit("ab") || c.Explicit("find-rate") || c.Explicit("baseline")):
		return &Error{msg: "-trace and several runs contradict each other", hint: "a trace is of one run"}
	case c.Explicit("watch") && c.Explicit("ab"):
		return &Error{msg: "-watch and -ab contradict each other", hint: "the runs that -ab compares are processes of their own"}
	case c.Calibrate == "off" && c.NeedsFloor():
		return &Error{msg: "-calibrate off and a limit on the floor contradict each other", hint: "the floor is what calibration measures"}
	case c.Explicit("baseline") && c.Explicit("repeat") && c.Repeat < leastRepeats:
		return &Error{msg: fmt.Sprintf("-baseline and -repeat %d contradict each other: a comparison takes %d runs", c.Repeat, leastRepeats),
			hint: fmt.Sprintf("leave -repeat out, or say %d or more", leastRepeats)}
	case c.Explicit("ab") && c.Explicit("repeat") && c.Repeat < leastRepeats:
		return &Error{msg: fmt.Sprintf("-ab and -repeat %d contradict each other: a comparison takes %d pairs", c.Repeat, leastRepeats),
			hint: fmt.Sprintf("leave -repeat out for %d, or say %d or more", pairs, leastRepeats)}
	}
	switch {
	case c.Explicit("ab") && !c.Explicit("repeat"):
		c.Repeat = pairs
	case c.Explicit("baseline"):
		c.Repeat = max(c.Repeat, leastRepeats)
	}
	return nil
}

// NeedsFloor says that a threshold is about the loopback's floor, so that a run
// must be calibrated however short it is.
func (c *Config) NeedsFloor() bool {
	limits := slices.Clone(c.Thresholds)
	if c.FindRate != nil {
		limits = append(limits, *c.FindRate)
	}
	for _, t := range limits {
		if strings.HasPrefix(t.Metric().Name(), "floor.") {
			return true
		}
	}
	return false
}

// CompareSides are the two sides of -compare.
func (c *Config) CompareSides() (old, new string) {
	old, new, _ = strings.Cut(c.Compare, ",")
	return old, new
}

// Child are the arguments of one run of a comparison of programs: what decides
// what a run does, and its seed.
func (c *Config) Child(seed uint64) []string {
	var args []string
	for _, name := range scripted {
		if f := c.set.Lookup(name); f.Changed {
			args = append(args, "-"+name+"="+f.Value.String())
		}
	}
	return append(args, "-seed="+utoa(seed), "-quiet")
}
