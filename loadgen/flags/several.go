package flags

import (
	"slices"
	"strings"
)

// pairs is how many times -ab runs each side unless told otherwise.
const pairs = 10

// settleRepeat gives -repeat the meaning that other flags have for it.
func (c *Config) settleRepeat() error {
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
		if ofFloor(t.String()) {
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
