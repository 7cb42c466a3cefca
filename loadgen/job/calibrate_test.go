package job

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"chatsim/loadgen"
)

// parse reads flags as the command line does.
func parse(t *testing.T, args ...string) Config {
	t.Helper()
	var c Config
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	c.RunFlags(fs)
	c.SeveralFlags(fs)
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCalibrate(t *testing.T) {
	for _, tt := range []struct {
		args     []string
		duration time.Duration
		users    int
		skipped  string // empty: measured
	}{
		{nil, 2 * time.Second, 3, ""},
		{nil, time.Second, 3, "a run of 1s is too short for it"},
		{[]string{"--threshold", "ceiling.share>10%"}, time.Millisecond, 3, ""},
		{[]string{"--threshold", "floor.share>10%"}, time.Millisecond, 3, ""},
		{nil, 2 * time.Second, 1 << 30, "open files"},
	} {
		s := &Job{Config: parse(t, tt.args...)}
		measuring, err := s.calibrate(context.Background(), loadgen.Config{Users: tt.users, Duration: tt.duration})
		measuring.again(context.Background())
		c := measuring.report()
		switch {
		case err != nil:
			t.Error(err)
		case tt.skipped != "":
			if !strings.Contains(c.Skipped, tt.skipped) || c.BytesPerS != 0 {
				t.Errorf("%v: %+v, want skipped for %q", tt, c, tt.skipped)
			}
		case c.BytesPerS <= 0 || c.LowBytesPerS <= 0 || c.LowBytesPerS > c.BytesPerS || c.Slices < 2 || c.Slices > 2*calibrationSlices:
			t.Errorf("%v: %+v", tt, c)
		case c.Sockets != tt.users || c.MeasuredS < minCalibration.Seconds() || c.CostS < c.MeasuredS || c.CostS > 2*calibrationLimit.Seconds():
			t.Errorf("%v: %+v", tt, c)
		}
	}
}

func TestCalibrateOffAndCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	lc := loadgen.Config{Users: 2, Duration: time.Hour}
	if c, err := (&Job{Config: parse(t, "--calibrate", "off")}).calibrate(ctx, lc); c.report() != nil || err != nil {
		t.Errorf("off: %+v, %v", c, err)
	}
	if _, err := (&Job{Config: parse(t)}).calibrate(ctx, lc); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}
