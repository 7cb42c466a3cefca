package report

import (
	"fmt"
	"strings"
)

// shares returns the share of what the machine can do, and that of what it did at
// worse moments where that is another one.
func (c *Calibration) shares() []string {
	all := []string{fmt.Sprintf("%s of what this machine's loopback can do (%s/s)", humanShare(c.Share), humanBytes(c.BytesPerS))}
	if c.LowBytesPerS > 0 && humanShare(c.ShareHigh) != humanShare(c.Share) {
		all = append(all, fmt.Sprintf("%s of what it did at worse moments (%s/s)", humanShare(c.ShareHigh), humanBytes(c.LowBytesPerS)))
	}
	return all
}

// how returns how it was measured, and what that took.
func (c *Calibration) how() []string {
	took := fmt.Sprintf("measured in %s, %s in all", humanDuration(int64(c.MeasuredS*1e9)), humanDuration(int64(c.CostS*1e9)))
	if c.Slices > 0 {
		took = fmt.Sprintf("%s around the run, ", Plural(int64(c.Slices), "slice", "slices")) + took
	}
	return []string{fmt.Sprintf("%s in writes of %s", Plural(int64(c.Sockets), "socket", "sockets"), humanBytes(float64(c.WriteBytes))), took}
}

func (c *Calibration) sentence() string {
	return strings.Join(c.shares(), ", ") + ": " + strings.Join(c.how(), ", ") + "."
}
