package runs

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/floor"
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

// calibrate measures the loopback's floor with as many sockets as the run's
// room writes to. One that is not measured says why; only that ctx has ended
// is an error.
func (s *Session) calibrate(ctx context.Context, lc loadgen.Config) (*report.Calibration, error) {
	if !s.Calibrate {
		return nil, nil
	}
	d := min(lc.Duration/calibrationShare, maxCalibration)
	if d < minCalibration {
		if !s.needsFloor() {
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
	r, err := floor.Measure(limited, lc.Users, writeSize, d)
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

// needsFloor reports whether a limit is about the loopback's floor, so that a
// run is calibrated however short it is.
func (s *Session) needsFloor() bool {
	onFloor := func(t report.Threshold) bool { return strings.HasPrefix(t.Metric().Name(), "floor.") }
	return slices.ContainsFunc(s.Thresholds, onFloor) || s.FindRate != nil && onFloor(*s.FindRate)
}
