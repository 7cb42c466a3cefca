package flags

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/manager/hinted"
)

// maxRawSize leaves room in a frame of 1024 bytes for sender and target, also
// where each '@' of the text takes three.
const maxRawSize = 700

// maxIRCSize leaves room in a line of 512 bytes for the sender, its host and the
// target.
const maxIRCSize = 380

// Limits that nobody means to reach; sums and products of what is below them
// are still numbers.
const (
	maxCount = 1_000_000_000
	maxTime  = 10_000 * time.Hour
)

// limit is what a number may be, durations in nanoseconds.
type limit struct {
	flag        string
	least, most float64
	low, high   string // hints on what is below least and above most; empty: the flag's help
}

const (
	unlimited   = "-flood 0 is no limit"
	notDuration = "write it like 500ms, 30s or 2m: -duration 30s"
	notDrain    = "write it like 500ms, 30s or 2m: -drain 10s"
	noThink     = "write it like 20s; -think 0s goes by -rate"
	noWarmup    = "-warmup 0s goes without it"
)

var limits = []limit{
	{"users", 1, maxCount, "a room needs somebody in it: -users 1", ""},
	{"inflight", 1, maxCount, "with none under way nothing is sent: -inflight 1", ""},
	{"managers", 1, 64, "-managers 1 is a room of one", "-managers 64 is the most"},
	{"nodes", 0, 5, "-nodes 1 has one NATS server", "-nodes 5 is the most"},
	{"qos", 0, 2, "-qos 0 is at most once", "-qos 2 is exactly once"},
	{"repeat", 1, maxCount, "-repeat 1 is one run", ""},
	{"expect-full", 0, maxCount, "-expect-full 0 is a room that lets in all", ""},
	{"grace", 0, float64(maxTime), "-grace 0s is for a server of which it is not known", notDuration},
	{"expect-server-loss", 0, float64(maxTime), "-expect-server-loss 0s is for servers of which none dies", notDuration},
	{"max-users", 0, maxCount, "-max-users 0 is no limit", ""},
	{"max-conns", 0, maxCount, "-max-conns 0 is no limit", ""},
	{"history", 0, 10_000, "-history 0 keeps none", "-history 10000 is the most"},
	{"flood", 0, report.MaxRate, unlimited, unlimited},
	{"duration", 1, float64(maxTime), notDuration, notDuration},
	{"drain", 1, float64(maxTime), notDrain, notDrain},
	{"think", 0, float64(maxTime), noThink, noThink},
	{"warmup", 0, float64(maxTime), noWarmup, noWarmup},
}

// checkLimits looks at what is given as a number.
func checkLimits(c *Line) error {
	for _, l := range limits {
		f := c.set.Lookup(l.flag)
		var must, hint string
		switch n := amount(f); {
		case n > l.most:
			must, hint = "be at most "+write(f, l.most), cmp.Or(l.high, c.set.line(f))
		case n >= l.least:
			continue
		case l.least == 0:
			must, hint = "not be negative", l.low
		case f.Value.Type() == "duration":
			must, hint = "be above 0", l.low
		default:
			must, hint = "be at least "+write(f, l.least), l.low
		}
		if crowd, ok := c.set.Lookup("scenario").Value.(interface{ LeastUsers() int }); ok && l.flag == "users" && crowd.LeastUsers() > 1 {
			hint = fmt.Sprintf("the scenario takes more of them: -users %d", crowd.LeastUsers())
		}
		return hinted.New(fmt.Sprintf("-%s %s: must %s", l.flag, report.ShortDuration(f.Value.String()), must), hint)
	}
	return nil
}

// amount returns the number that a flag has.
func amount(f *pflag.Flag) float64 {
	if d, err := time.ParseDuration(f.Value.String()); f.Value.Type() == "duration" && err == nil {
		return float64(d)
	}
	n, _ := strconv.ParseFloat(f.Value.String(), 64) // it has been read before
	return n
}

// write returns a number as it is written for the flag.
func write(f *pflag.Flag, n float64) string {
	if f.Value.Type() == "duration" {
		return report.ShortDuration(time.Duration(n).String())
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// checkSizes looks at what has to fit into a line.
func checkSizes(c *Line) error {
	size, users := int(amount(c.set.Lookup("size"))), int(amount(c.set.Lookup("users")))
	raw, irc := c.text("dialect") == "raw", c.text("dialect") == "irc"
	switch {
	case size < scenario.MinSize:
		return hinted.New(fmt.Sprintf("-size %d: at least %d bytes are needed", size, scenario.MinSize), fmt.Sprintf("each text begins with a stamp by which its line is recognised: -size %d", scenario.MinSize))
	case size > scenario.MaxSize:
		return hinted.New(fmt.Sprintf("-size %d: at most %d bytes are possible", size, scenario.MaxSize), fmt.Sprintf("a line has 4096 bytes, and sender and target must fit too: -size %d", scenario.MaxSize))
	case raw && size > maxRawSize:
		return hinted.New(fmt.Sprintf("-size %d: at most %d bytes are possible with -dialect raw", size, maxRawSize), fmt.Sprintf("its frames have 1024 bytes, and sender and target must fit too: -size %d", maxRawSize))
	case irc && size > maxIRCSize:
		return hinted.New(fmt.Sprintf("-size %d: at most %d bytes are possible with -dialect irc", size, maxIRCSize), fmt.Sprintf("its lines have 512 bytes, and sender and target must fit too: -size %d", maxIRCSize))
	case raw && c.text("target") == "" && users > scenario.MaxRawUsers:
		return hinted.New(fmt.Sprintf("-users %d: at most %d are possible with -dialect raw in a room of this process", users, scenario.MaxRawUsers), fmt.Sprintf("its rosters have 1024 bytes, and who is not in them does not know its own name: -users %d; a -target may send longer ones", scenario.MaxRawUsers))
	}
	return nil
}
