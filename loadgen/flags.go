package loadgen

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"chatsim/loadgen/check"
	"chatsim/loadgen/scenario"
	"chatsim/manager/choice"
)

// Flags defines the flags that set c, but for its thresholds: whoever reports
// more runs than one has them evaluated. Their defaults are those of c.
func (c *Config) Flags(fs *pflag.FlagSet) {
	*c = c.withDefaults()
	if c.Warmup == 0 {
		c.Warmup = -1
	}
	fs.IntVar(&c.Users, "users", c.Users, "`N`|number of chatters")
	fs.DurationVar(&c.Duration, "duration", c.Duration, "`D`|measured part of the run, after joining and warm-up")
	fs.Var(&c.Rate, "rate", "`R`|lines a second of all chatters together, on a schedule; max: as fast as the room takes them")
	fs.Var(&thinkFlag{c}, "think", "`D`|chatters are people, in place of -rate: each thinks for D on average, and types a line at a person's pace")
	fs.IntVar(&c.Inflight, "inflight", c.Inflight, "`N`|lines under way, with -rate max")
	fs.IntVar(&c.Size, "size", c.Size, fmt.Sprintf("`B`|bytes of text in a line, %d to %d", scenario.MinSize, scenario.MaxSize))
	fs.Var((*warmup)(&c.Warmup), "warmup", "`D`|load before measuring")
	seed := uint64(time.Now().UnixMicro()) % 1_000_000_000 // short enough to type
	fs.Uint64Var(&c.Seed, "seed", seed, "`N`|reproduces the script, who says what when (default: from the clock)")
	fs.Var(&scenarioFlag{to: &c.Scenario, word: c.Scenario.Name}, "scenario", "`NAME`|"+strings.Join(append(scenario.Names(), Conformance), ", ")+", or a FILE like those that -print-scenario prints")
	choice.Var(fs, &c.Verify, "verify", "`LEVEL`|how much of each delivery is checked: "+strings.Join(check.Levels(), ", "), check.Levels(), check.ParseLevel)
	fs.DurationVar(&c.Drain, "drain", c.Drain, "`D`|limit for the last lines to arrive")
	fs.Var((*joinTimeout)(&c.JoinTimeout), "join-timeout", "`D`|longest time in which nobody gets in who asks to; auto: 30s for the first, then 10s or three times what the slowest has taken")
	fs.Var((*memory)(&c.MaxMemory), "max-memory", "`SIZE`|what all chatters together may hold of what the server sends, such as 1GB; one that sends more has its streams ended")
	fs.IntVar(&c.ExpectFull, "expect-full", c.ExpectFull, "`N`|the server is to let in N and to refuse who comes then; 0: it lets in all")
	fs.DurationVar(&c.Grace, "grace", c.Grace, "`D`|how long the server lets one who does not read hold up the others: isolation's limit, beside the longest wait while all read; 0s: the larger of 1s and twice that wait")
	fs.DurationVar(&c.LossLimit, "expect-server-loss", c.LossLimit, "`D`|one of the servers at -target may die: its chatters come back at the next, and the others learn within this time that they have left (25s for chatsim's own, with a lease of 20s); 0s: none dies")
	fs.BoolVar(&c.FailFast, "fail-fast", c.FailFast, "end the run when a check has failed")
}

// Conformance is the scenario that is many stories, each a promise of a room.
const Conformance = "conformance"

// joinTimeout is a duration, or 0, which people write as auto.
type joinTimeout time.Duration

const auto = "auto"

func (d *joinTimeout) Type() string { return "duration" }

func (d *joinTimeout) String() string {
	if *d == 0 {
		return auto
	}
	return time.Duration(*d).String()
}

func (d *joinTimeout) Set(s string) error {
	if s == auto {
		*d = 0
		return nil
	}
	v, err := time.ParseDuration(s)
	if err == nil && (v <= 0 || v > 10_000*time.Hour) {
		return errors.New("must be above 0 and at most 10000h, or auto")
	}
	*d = joinTimeout(v)
	return err
}

// warmup is a duration that may be none, which a Config writes as one below 0.
type warmup time.Duration

func (w *warmup) Type() string { return "duration" }

func (w *warmup) String() string {
	if *w == -1 {
		return "0s"
	}
	return time.Duration(*w).String()
}

func (w *warmup) Set(s string) error {
	d, err := time.ParseDuration(s)
	if d == 0 {
		d = -1
	}
	*w = warmup(d)
	return err
}
