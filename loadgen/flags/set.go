package flags

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"chatsim/loadgen/report"
)

// Known is what the command line must be told by those who know it.
type Known struct {
	Scenarios []string // the first is the default
	MinSize   int      // bytes of text that a line's stamp needs

	Env    func(name string) (value string, found bool) // such as os.LookupEnv; nil: there is no environment
	Stdout func() string                                // the file here that standard output goes to, empty for none; nil: unknown
}

// verifyLevels are those of -verify, most first.
var verifyLevels = []string{"full", "order", "count", report.VerifyOff}

// dialects are those of -dialect, the default first.
var dialects = []string{"line", "raw", "ws"}

// raws are those of -raw, the default first.
var raws = []string{"on", "off"}

// calibrations are those of -calibrate, the default first.
var calibrations = []string{"on", "off"}

// DefaultTolerance is that of -tolerance.
const DefaultTolerance = 0.10

// recordFormats are those of -record-format, the default first.
var recordFormats = []string{"text", "json"}

// set is the flag set of one parse, by groups for the help.
type set struct {
	*pflag.FlagSet
	known  Known
	groups []group
}

type group struct {
	title string
	flags []string
}

// newSet defines every flag with its default, its place in the help, and the
// field of c that it sets. A usage text is "`VALUE`|meaning".
func newSet(c *Config, known Known) *set {
	s := &set{FlagSet: pflag.NewFlagSet("chatsim", pflag.ContinueOnError), known: known}
	s.SetOutput(io.Discard) // errors are returned, and said by the caller
	s.Usage = func() {}
	s.SetInterspersed(false)
	s.SortFlags = false
	c.Rate = 100

	s.IntVar(&c.Users, "users", 100, "`N`|number of chatters")
	s.DurationVar(&c.Duration, "duration", 10*time.Second, "`D`|measured part of the run, after joining and warm-up")
	s.Var((*rateValue)(&c.Rate), "rate", "`R`|lines a second of all chatters together, on a schedule; max: as fast as the room takes them")
	s.IntVar(&c.Inflight, "inflight", 1024, "`N`|lines under way, with -rate max")
	s.IntVar(&c.Size, "size", 64, fmt.Sprintf("`B`|bytes of text in a line, %d to %d", known.MinSize, maxSize))
	s.DurationVar(&c.Warmup, "warmup", time.Second, "`D`|load before measuring")
	s.Uint64Var(&c.Seed, "seed", 0, "`N`|reproduces the script, who says what when (default: from the clock)")
	s.StringVar(&c.Scenario, "scenario", known.Scenarios[0], "`NAME`|"+strings.Join(known.Scenarios, ", "))
	s.StringVar(&c.Verify, "verify", verifyLevels[0], "`LEVEL`|how much of each delivery is checked: "+strings.Join(verifyLevels, ", "))
	s.DurationVar(&c.Drain, "drain", 10*time.Second, "`D`|limit for the last lines to arrive")
	s.StringVar(&c.Target, "target", "", "`HOST:PORT`|load a running server instead of one in this process")
	s.StringVar(&c.Dialect, "dialect", dialects[0], "`NAME`|what the chatters speak: line, raw, the original chat room's, or ws, WebSockets")
	s.Var((*thresholdsValue)(&c.Thresholds), "threshold", "`EXPR`|a limit to keep, such as delivery.p99<50ms; repeatable")
	s.BoolVar(&c.FailFast, "fail-fast", false, "end the run when a check has failed")
	s.StringVar(&c.Calibrate, "calibrate", calibrations[0], "`WORD`|measure this machine's loopback before the run, in a tenth of its time: "+strings.Join(calibrations, ", "))
	s.StringVar(&c.Watch, "watch", "", "`ADDR`|serve a page there that shows the run as it goes on, and then its report, until Ctrl-C; with CI set the run's end is the end")
	s.group(simulation, "users", "duration", "rate", "inflight", "size", "warmup", "seed", "scenario", "verify", "drain", "target", "dialect", "threshold", "fail-fast", "calibrate", "watch")

	s.IntVar(&c.Repeat, "repeat", 1, "`N`|fresh rooms one after the other; each is reported, and the spread")
	s.StringVar(&c.Baseline, "baseline", "", "`FILE`|compare with a saved set of 5 runs or more; makes as many as -repeat says, at least 5")
	s.BoolVar(&c.BaselineAny, "baseline-any", false, "compare also with other settings or another machine, which is refused else")
	c.Tolerance = DefaultTolerance
	s.Var((*toleranceValue)(&c.Tolerance), "tolerance", "`P`|a difference that is no regression")
	s.StringVar(&c.Compare, "compare", "", "`OLD,NEW`|compare two sets of reports, each a file or a pattern such as 'old*.json'")
	s.StringVar(&c.AB, "ab", "", "`PROGRAM`|compare with another chatsim: both run in turn, -repeat times each (default 10)")
	s.Var(findValue{&c.FindRate}, "find-rate", "`EXPR`|find the highest rate at which this holds and all checks pass, from -rate on, for 3s each unless -duration is given")
	s.group(several, "repeat", "baseline", "baseline-any", "tolerance", "compare", "ab", "find-rate")

	s.StringVar(&c.JSON, "json", "", "`FILE`|write the report as JSON; - is standard output, here and below, and the text report goes to standard error")
	s.StringVar(&c.JUnit, "junit", "", "`FILE`|write a JUnit report for CI services, a case for each check and threshold")
	s.StringVar(&c.HTML, "html", "", "`FILE`|write a page to look at, one file that needs no network")
	s.StringVar(&c.GoBench, "gobench", "", "`FILE`|write the figures in Go's benchmark format, for benchstat")
	s.StringVar(&c.Trace, "trace", "", "`FILE`|save the run while it goes on, to be judged again")
	s.BoolVarP(&c.Quiet, "quiet", "q", false, "print only the verdict line")
	s.BoolVar(&c.Verbose, "v", false, "list every check, even when all passed")
	s.group(reporting, "json", "junit", "html", "gobench", "trace", "quiet", "v")

	s.StringVar(&c.Judge, "judge", "", "`FILE`|judge a run again that -trace has saved; - is standard input")
	s.group(savedRun, "judge")

	s.BoolVar(&c.Serve, "serve", false, "run the room as a live server until interrupted; of the flags above only -drain and -v go with it")
	s.StringVar(&c.Listen, "listen", "127.0.0.1:9999", "`ADDR`|where to listen, with -serve")
	s.StringVar(&c.Record, "record", "server.txt", "`FILE`|record what is said to the group, a line a message; -: standard output, off: nowhere")
	s.BoolVar(&c.RecordPrivate, "record-private", false, "record private lines too")
	s.StringVar(&c.RecordFormat, "record-format", recordFormats[0], "`NAME`|of the record: "+strings.Join(recordFormats, " (text@sender@target), ")+" (time and place too)")
	s.StringVar(&c.Password, "password", "", "`WORD`|that every client has to send first, with -join: to send; better in a file or in CHATSIM_PASSWORD, as others can read it here")
	s.StringVar(&c.PasswordFile, "password-file", "", "`FILE`|the password is in it, on one line")
	s.StringVar(&c.MetricsAddr, "metrics-addr", "", "`ADDR`|serve /metrics and /live there instead, without a password; else beside the room, with its password beyond this machine")
	s.StringVar(&c.TLSCert, "tls-cert", "", "`FILE`|certificate in PEM: the room speaks TLS only")
	s.StringVar(&c.TLSKey, "tls-key", "", "`FILE`|its key in PEM")
	s.BoolVar(&c.StrictNames, "strict-names", false, "names that look alike (case, width, letters of other scripts) count as one")
	s.StringVar(&c.Console, "console", "", "`FILE`|take the operator's commands from a named pipe, or from standard input: -")
	s.IntVar(&c.MaxUsers, "max-users", 10000, "`N`|users in the room at one time; 0: no limit")
	s.IntVar(&c.MaxConns, "max-conns", 512, "`N`|connections from one address but this machine's; 0: no limit")
	s.StringVar(&c.Raw, "raw", raws[0], "`WORD`|let the original chat room's desktop client in, whose name has no end: "+strings.Join(raws, ", "))
	s.Float64Var(&c.Flood, "flood", 200, "`R`|lines a second that one user may go on saying, five times as many at once; more is read later; 0: no limit")
	s.StringArrayVar(&c.Origins, "allow-origin", nil, "`HOST`|let pages of another host talk here, such as chat.example.org or *.example.org; repeatable")
	s.StringArrayVar(&c.Hosts, "allow-host", nil, "`HOST`|a name of this server beside its machine's, such as *.example.org; for -watch too; repeatable")
	s.group(liveRoom, "serve", "listen", "record", "record-private", "record-format", "password", "password-file", "metrics-addr", "tls-cert", "tls-key",
		"console", "strict-names", "max-users", "max-conns", "raw", "flood", "allow-origin", "allow-host")

	s.StringVar(&c.Join, "join", "", "`HOST:PORT`|talk in a room from this terminal, or send it what comes in by a pipe")
	s.StringVar(&c.Name, "name", "", "`NAME`|to ask for")
	s.StringVar(&c.Log, "log", "", "`DIR`|keep one's own record there, client<name>.txt")
	s.BoolVar(&c.TLS, "tls", false, "the room speaks TLS")
	s.StringVar(&c.TLSCA, "tls-ca", "", "`FILE`|certificates in PEM to trust instead of the system's")
	s.group(terminal, "join", "name", "log", "tls", "tls-ca")

	s.VarPF(helpValue{c}, "help", "h", "`TOPIC`|print this text, or what there is on a topic, a flag or a group of flags").NoOptDefVal = "true"
	s.BoolVar(&c.Version, "version", false, "print what was built, from which commit")
	s.group(other, "help", "version")
	s.onlyDecimal()
	return s
}

func (s *set) group(title string, names ...string) {
	s.groups = append(s.groups, group{title, names})
}

// rateValue reads a number above 0, or max.
type rateValue report.Rate

// maxRate is far above what one process can send on a schedule.
const maxRate = 10_000_000

func (r *rateValue) String() string { return report.Rate(*r).String() }
func (r *rateValue) Type() string   { return "rate" }

func (r *rateValue) Set(s string) error {
	if s == report.Max.String() {
		*r = rateValue(report.Max)
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || !floatForm.MatchString(s):
		return &Error{msg: fmt.Sprintf("-rate %s is not a number of lines a second", show(s))}
	case f <= 0:
		return &Error{msg: fmt.Sprintf("-rate %s: must be above 0", show(s)), hint: "write -rate 0.5 for a line every two seconds"}
	case f > maxRate:
		return &Error{msg: fmt.Sprintf("-rate %s: at most %d lines a second can be scheduled", show(s), maxRate), hint: "-rate max goes as fast as the room takes them"}
	}
	*r = rateValue(f)
	return nil
}

// thresholdsValue gathers what -threshold is given.
type thresholdsValue []report.Threshold

func (t *thresholdsValue) String() string { return strings.Join(t.GetSlice(), ",") }
func (t *thresholdsValue) Type() string   { return "threshold" }

// Append, Replace and GetSlice are those of pflag.SliceValue.
func (t *thresholdsValue) Append(s string) error {
	th, err := report.ParseThreshold(s)
	if err == nil {
		*t = append(*t, th)
	}
	return err
}

func (t *thresholdsValue) Set(s string) error { return t.Append(s) }

func (t *thresholdsValue) Replace(all []string) error {
	*t = nil
	for _, s := range all {
		if err := t.Append(s); err != nil {
			return err
		}
	}
	return nil
}

func (t *thresholdsValue) GetSlice() []string {
	var all []string
	for _, th := range *t {
		all = append(all, th.String())
	}
	return all
}

// toleranceValue reads 10% as a share.
type toleranceValue float64

func (t *toleranceValue) String() string { return report.FormatPercentage(float64(*t)) }
func (t *toleranceValue) Type() string   { return "tolerance" }

func (t *toleranceValue) Set(s string) error {
	f, err := report.ParsePercentage(s)
	if err != nil {
		return &Error{msg: fmt.Sprintf("-tolerance %s %v", show(s), err)}
	}
	*t = toleranceValue(f)
	return nil
}

// findValue reads the expression of -find-rate.
type findValue struct{ to **report.Threshold }

func (f findValue) Type() string { return "threshold" }

func (f findValue) String() string {
	if f.to == nil || *f.to == nil {
		return ""
	}
	return (*f.to).String()
}

func (f findValue) Set(s string) error {
	th, err := report.ParseThreshold(s)
	if err == nil {
		*f.to = &th
	}
	return err
}

func utoa(n uint64) string { return strconv.FormatUint(n, 10) }
