package flags

import (
	"strconv"
	"strings"
	"time"

	"chatsim/loadgen/report"
)

// Config is a command line that makes sense.
type Config struct {
	// The simulation.
	Users      int
	Duration   time.Duration // the measured part
	Rate       report.Rate   // lines a second of all chatters together, or report.Max
	Inflight   int           // lines under way at report.Max
	Size       int           // bytes of text in a line
	Warmup     time.Duration
	Seed       uint64 // valid if Explicit("seed"), else the caller's choice
	Scenario   string
	Verify     string        // "full", "order", "count" or "off"
	Drain      time.Duration // limit for the last lines to arrive, of the live room too
	Dialect    string        // "line", "raw" or "ws"
	Target     string        // HOST:PORT; empty: a Manager in this process
	Thresholds []report.Threshold
	FailFast   bool   // end the run when a check has failed
	Calibrate  string // "on" or "off"
	Watch      string // HOST:PORT of the page that shows the run; empty: none

	// Several runs.
	Repeat      int               // fresh rooms
	Baseline    string            // a set to compare with
	BaselineAny bool              // also of other settings or another machine
	Tolerance   float64           // a share that differences may have
	Compare     string            // OLD,NEW: files or patterns, see CompareSides
	AB          string            // another chatsim
	FindRate    *report.Threshold // what the rate to be found must keep

	// The report.
	JSON    string // a file, "-" for standard output, empty for none
	JUnit   string // likewise, as the next ones
	GoBench string
	HTML    string
	Trace   string
	Quiet   bool
	Verbose bool

	// Judge is the trace of a saved run, "-" for standard input; empty: none.
	Judge string

	// The live room.
	Serve         bool
	Listen        string
	Record        string // a file; empty: none
	RecordPrivate bool
	RecordFormat  string // "text" or "json"
	Password      string // of the room, for -serve and -join, unless it is in a file: see Secret
	PasswordFile  string
	MetricsAddr   string // HOST:PORT; empty: the figures are beside the room
	TLSCert       string // PEM files; empty: no TLS
	TLSKey        string
	StrictNames   bool
	Console       string   // a named pipe, or "-" for standard input; empty: standard input where that is a terminal
	MaxUsers      int      // 0: no limit
	MaxConns      int      // connections, 0: no limit
	Origins       []string // of pages from elsewhere that may connect
	Hosts         []string // names of this server for those who come by HTTP, for -watch too
	Raw           string   // one of raws
	Flood         float64  // lines a second of one user, 0: no limit

	// The terminal chatter.
	Join  string // HOST:PORT; empty: none
	Name  string
	Log   string // a directory; empty: none
	TLS   bool
	TLSCA string // a PEM file; empty: the system's

	Help    bool
	Topic   string // of the help: a topic, a flag or a group of flags; empty: all
	Version bool

	set     *set
	environ []string // flags that the environment has set
}

// Explicit reports whether the command line or the environment has the flag, by
// its long name.
func (c *Config) Explicit(name string) bool { return c.set.Changed(name) }

// scripted are the flags that decide what a run does, in the order in which
// people write them; -seed goes last.
var scripted = []string{"target", "dialect", "users", "duration", "rate", "inflight", "size", "warmup", "scenario", "verify", "drain", "calibrate"}

// Reproduce is the command line that runs the same script again: what differs
// from the defaults, and the seed.
func (c *Config) Reproduce(seed uint64) string {
	words := []string{"chatsim"}
	for _, name := range scripted {
		if f := c.set.Lookup(name); f.Value.String() != f.DefValue {
			words = append(words, "-"+name, quote(trimDuration(f.Value.String())))
		}
	}
	if c.Repeat > 1 && c.Explicit("repeat") {
		words = append(words, "-repeat", strconv.Itoa(c.Repeat))
	}
	for _, t := range c.Thresholds {
		words = append(words, "-threshold", quote(t.String()))
	}
	return strings.Join(append(words, "-seed", utoa(seed)), " ")
}

// trimDuration writes 1h0m0s as 1h and 2m0s as 2m; other text stays.
func trimDuration(s string) string {
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// quote makes a word that a POSIX shell reads as one, as it is.
func quote(s string) string {
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+:,./@%"
	if s != "" && strings.Trim(s, harmless) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
