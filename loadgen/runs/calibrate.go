package runs

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

	calibrationShare = 10 // of the run's duration, one part in so many
	minCalibration   = 200 * time.Millisecond
	maxCalibration   = time.Second     // of measuring,
	calibrationLimit = 2 * time.Second // of all, connecting too
)

// calibrate measures the loopback's ceiling with as many sockets as the run's
// room writes to. One that is not measured says why; only that ctx has ended
// is an error.
func (s *Session) calibrate(ctx context.Context, lc loadgen.Config) (*report.Calibration, error) {
	if !s.Calibrate {
		return nil, nil
	}
	d := min(lc.Duration/calibrationShare, maxCalibration)
	if d < minCalibration {
		if !s.needsCeiling() {
			return &report.Calibration{Skipped: fmt.Sprintf("a run of %v is too short for it", lc.Duration)}, nil
		}
		d = minCalibration
	}
	if err := loadgen.CheckDescriptors(lc.Users, 2); err != nil {
		return &report.Calibration{Skipped: err.Error()}, nil
	}
	begin := time.Now()
	limited, cancel := context.WithTimeout(ctx, calibrationLimit)
	defer cancel()
	r, err := ceiling.Measure(limited, lc.Users, writeSize, d)
	runtime.GC() // the run is not to pay for it
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return &report.Calibration{Skipped: fmt.Sprintf("connecting %d sockets took more than %v", lc.Users, calibrationLimit)}, nil
	case err != nil:
		return &report.Calibration{Skipped: err.Error()}, nil
	}
	return &report.Calibration{BytesPerS: r.BytesPerSecond(), Sockets: lc.Users, WriteBytes: writeSize,
		MeasuredS: r.Elapsed.Seconds(), CostS: time.Since(begin).Seconds()}, nil
}

// needsCeiling reports whether a limit is about the loopback's ceiling, so that a
// run is calibrated however short it is.
func (s *Session) needsCeiling() bool {
	about := func(t report.Threshold) bool { return report.OfCeiling(t.Metric().Name()) }
	return slices.ContainsFunc(s.Thresholds, about) || s.FindRate != nil && about(*s.FindRate)
}
