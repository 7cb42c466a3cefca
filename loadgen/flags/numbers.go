package flags

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxSize leaves room in a line of 4096 bytes for sender and target.
const maxSize = 4000

// maxRawSize does so in a frame of 1024 bytes, also where each '@' of the text
// takes three.
const maxRawSize = 700

// maxRawUsers are so many that a roster of their names fits into such a frame.
const maxRawUsers = 100

// Limits that nobody means to reach; sums and products of what is below them
// are still numbers.
const (
	maxCount = 1_000_000_000
	maxTime  = 10_000 * time.Hour
)

func (c *Config) raw() bool { return c.Dialect == "raw" }

func (c *Config) checkNumbers() error {
	for _, n := range []struct {
		name       string
		value, min int
		why        string
	}{
		{"users", c.Users, 1, "a room needs somebody in it: -users 1"},
		{"inflight", c.Inflight, 1, "with none under way nothing is sent: -inflight 1"},
		{"repeat", c.Repeat, 1, "-repeat 1 is one run"},
		{"max-users", c.MaxUsers, 0, "-max-users 0 is no limit"},
		{"max-conns", c.MaxConns, 0, "-max-conns 0 is no limit"},
	} {
		switch {
		case n.value < n.min && n.min == 0:
			return &Error{msg: fmt.Sprintf("-%s %d: must not be negative", n.name, n.value), hint: n.why}
		case n.value < n.min:
			return &Error{msg: fmt.Sprintf("-%s %d: must be at least %d", n.name, n.value, n.min), hint: n.why}
		case n.value > maxCount:
			return &Error{msg: fmt.Sprintf("-%s %d: must be at most %d", n.name, n.value, maxCount), hint: c.set.line(c.set.Lookup(n.name))}
		}
	}
	switch {
	case c.Flood < 0:
		return &Error{msg: fmt.Sprintf("-flood %v: must not be negative", c.Flood), hint: "-flood 0 is no limit"}
	case c.Flood > maxRate:
		return &Error{msg: fmt.Sprintf("-flood %v: must be at most %d", c.Flood, maxRate), hint: "-flood 0 is no limit"}
	}
	return c.checkSizes()
}

func (c *Config) checkSizes() error {
	switch least := c.set.known.MinSize; {
	case c.Size < least:
		return &Error{msg: fmt.Sprintf("-size %d: at least %d bytes are needed", c.Size, least),
			hint: fmt.Sprintf("each text begins with a stamp by which its line is recognised: -size %d", least)}
	case c.Size > maxSize:
		return &Error{msg: fmt.Sprintf("-size %d: at most %d bytes are possible", c.Size, maxSize),
			hint: fmt.Sprintf("a line has 4096 bytes, and sender and target must fit too: -size %d", maxSize)}
	case c.raw() && c.Size > maxRawSize:
		return &Error{msg: fmt.Sprintf("-size %d: at most %d bytes are possible with -dialect raw", c.Size, maxRawSize),
			hint: fmt.Sprintf("its frames have 1024 bytes, and sender and target must fit too: -size %d", maxRawSize)}
	case c.raw() && c.Target == "" && c.Users > maxRawUsers:
		return &Error{msg: fmt.Sprintf("-users %d: at most %d are possible with -dialect raw in a room of this process", c.Users, maxRawUsers),
			hint: fmt.Sprintf("its rosters have 1024 bytes, and who is not in them does not know its own name: -users %d; a -target may send longer ones", maxRawUsers)}
	}
	return nil
}

func (c *Config) checkDurations() error {
	for _, d := range []struct {
		name       string
		value, min time.Duration
		hint       string
	}{
		{"duration", c.Duration, 1, "write it like 500ms, 30s or 2m: -duration 30s"},
		{"drain", c.Drain, 1, "write it like 500ms, 30s or 2m: -drain 10s"},
		{"warmup", c.Warmup, 0, "-warmup 0s goes without it"},
	} {
		switch {
		case d.value < d.min && d.min > 0:
			return &Error{msg: fmt.Sprintf("-%s %v: must be above 0", d.name, d.value), hint: d.hint}
		case d.value < d.min:
			return &Error{msg: fmt.Sprintf("-%s %v: must not be negative", d.name, d.value), hint: d.hint}
		case d.value > maxTime:
			return &Error{msg: fmt.Sprintf("-%s %s: must be at most %s", d.name, trimDuration(d.value.String()), trimDuration(maxTime.String())), hint: d.hint}
		}
	}
	return nil
}

func (c *Config) checkWords() error {
	for _, w := range []struct {
		name, value string
		known       []string
	}{{"scenario", c.Scenario, c.set.known.Scenarios}, {"verify", c.Verify, verifyLevels}, {"dialect", c.Dialect, dialects}, {"calibrate", c.Calibrate, calibrations}, {"raw", c.Raw, raws}, {"record-format", c.RecordFormat, recordFormats}} {
		if slices.Contains(w.known, w.value) {
			continue
		}
		msg := fmt.Sprintf("-%s %s is not known", w.name, show(w.value))
		if near := nearest(w.value, w.known); near != "" {
			msg += fmt.Sprintf(", did you mean %s?", near)
		}
		return &Error{msg: msg, hint: "one of " + strings.Join(w.known, ", ")}
	}
	return nil
}
