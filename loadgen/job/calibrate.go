package job

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/ceiling"
	"chatsim/loadgen/report"
)

const (
	// writeSize is what the loopback does best with: the room writes all that
	// has come since its last write, and at full load that is as much.
	writeSize = 64 << 10

	calibrationShare = 10 // of the run's duration, one part in so many, half of it before the run and half after
	minCalibration   = 200 * time.Millisecond
	maxCalibration   = time.Second // of measuring

	calibrationSlices = 10              // before, and after
	calibrationLimit  = 2 * time.Second // of all before or after, connecting too
)

// calibration measures the loopback's ceiling with as many sockets as a run's
// room writes to, before the run and after it: what is measured once may be one
// bad moment of a machine that others use as well.
type calibration struct {
	sockets  int
	each     time.Duration // before, and after
	skipped  string        // why nothing is measured
	slices   ceiling.Slices
	measured time.Duration
	cost     time.Duration
}

// calibrate measures before a run; nil where that is not asked for. Only that
// ctx has ended is an error.
func (s *Job) calibrate(ctx context.Context, lc loadgen.Config) (*calibration, error) {
	if !s.Calibrate {
		return nil, nil
	}
	d := min(lc.Duration/calibrationShare, maxCalibration)
	if d < minCalibration {
		if !s.needsCeiling() {
			return &calibration{skipped: fmt.Sprintf("a run of %v is too short for it", lc.Duration)}, nil
		}
		d = minCalibration
	}
	if err := lc.CheckDescriptors(2); err != nil {
		return &calibration{skipped: err.Error()}, nil
	}
	c := &calibration{sockets: lc.Chatters(), each: d / 2}
	c.skipped = c.measure(ctx)
	return c, ctx.Err()
}

// measure returns why it could not measure.
func (c *calibration) measure(ctx context.Context) (problem string) {
	begin := time.Now()
	limited, cancel := context.WithTimeout(ctx, calibrationLimit)
	defer cancel()
	slices, err := ceiling.Measure(limited, c.sockets, writeSize, c.each, c.each/calibrationSlices)
	runtime.GC() // the run is not to pay for it
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("connecting %d sockets took more than %v", c.sockets, calibrationLimit)
	case err != nil:
		return err.Error()
	}
	c.slices = append(c.slices, slices...)
	c.measured += c.each
	c.cost += time.Since(begin)
	return ""
}

// again measures after a run. Where that fails, what was measured before stays.
func (c *calibration) again(ctx context.Context) {
	if c != nil && c.skipped == "" && ctx.Err() == nil {
		_ = c.measure(ctx)
	}
}

func (c *calibration) report() *report.Calibration {
	switch {
	case c == nil:
		return nil
	case c.skipped != "":
		return &report.Calibration{Skipped: c.skipped}
	}
	can, low := c.slices.Ceiling()
	return &report.Calibration{BytesPerS: can, LowBytesPerS: low, Slices: len(c.slices), Sockets: c.sockets, WriteBytes: writeSize,
		MeasuredS: c.measured.Seconds(), CostS: c.cost.Seconds()}
}

// needsCeiling reports whether a limit is about the loopback's ceiling, so that a
// run is calibrated however short it is.
func (c *Config) needsCeiling() bool {
	about := func(t report.Threshold) bool { return report.OfCeiling(t.Metric().Name()) }
	return slices.ContainsFunc(c.Thresholds, about) || c.sought() != nil && about(c.sought().expr)
}
