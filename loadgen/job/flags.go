package job

import (
	"strings"

	"github.com/spf13/pflag"

	"chatsim/loadgen"
	"chatsim/loadgen/compare"
	"chatsim/loadgen/report"
	"chatsim/manager/choice"
)

// Config is which runs are to be made, and what is to become of them.
type Config struct {
	Load   loadgen.Config // of each run; Job.Open adds the rest
	Output report.Output

	Target      Target     // none: a room that Job.Open makes
	Servers     Servers    // that are started for the runs; none: they run already, or are made by Job.Open
	Dialect     string     // one of Dialects, or a file
	Managers    int        // that serve the room of Job.Open together
	Nodes       int        // NATS servers that have its stream; 0: none for one Manager, else 1
	DialectTest string     // a transcript to play to that file, "-" for standard input; empty: none
	Print       bool       // the scenario's file, instead of a run
	DryRun      bool       // two chatters say a line each, instead of a run; with a scenario, what would happen when is shown
	Thresholds  thresholds // that each run must keep
	Calibrate   bool

	Repeat      int               // fresh rooms
	Baseline    string            // a set to compare with; empty: none
	BaselineAny bool              // also of other settings or another machine
	Tolerance   float64           // a share that differences may have
	Compare     string            // OLD,NEW: files or patterns
	AB          string            // another chatsim; empty: none
	FindRate    *report.Threshold // what the rate to be found must keep; nil: none
	FindUsers   *report.Threshold // likewise, the number of users
	Judge       string            // the trace of a saved run, "-" for standard input; empty: none
}

// Dialects returns those that chatters speak, the default first.
func Dialects() []string { return append([]string{"line", "raw", "ws", "irc"}, brokers...) }

// brokers are the dialects that no room of this process speaks.
var brokers = []string{"redis", "nats", "mqtt"}

// RunFlags defines the flags of a run that Load's do not set.
func (c *Config) RunFlags(fs *pflag.FlagSet) {
	c.Target.Flags(fs)
	c.Servers.Flags(fs)
	choice.VarOrFile(fs, &c.Dialect, "dialect", "`NAME or FILE`|what the chatters speak: line, raw, the original chat room's, ws, WebSockets, irc, of brokers redis, nats, mqtt, or what a file says", Dialects(), choice.Itself)
	fs.StringVar(&c.DialectTest, "dialect-test", "", "`FILE`|play a transcript to the dialect of a file and print what each message becomes; - is standard input")
	fs.BoolVar(&c.DryRun, "dry-run", false, "make no run: two chatters join, say a line each and leave, and what came is printed; with -scenario, show what would happen when")
	fs.IntVar(&c.Managers, "managers", 1, "`N`|Managers that serve one room together, over a NATS server within this process")
	fs.IntVar(&c.Nodes, "nodes", 0, "`N`|NATS servers within this process, each with all that is said in the room of -managers: 3 or 5 go on where one is lost (default 1, and none for one Manager)")
	fs.Var(&c.Thresholds, "threshold", "`EXPR`|a limit to keep, such as delivery.p99<50ms; repeatable")
	fs.BoolVar(&c.Print, "print-scenario", false, "print the file of the scenario, to start one's own from, and make no run")
	choice.Var(fs, &c.Calibrate, "calibrate", "`WORD`|measure this machine's loopback around the run, in a tenth of its time: on, off", []string{"on", "off"}, choice.Is("on"))
}

// SeveralFlags defines the flags of several runs, and of their comparison.
func (c *Config) SeveralFlags(fs *pflag.FlagSet) {
	c.Tolerance = compare.DefaultTolerance
	fs.IntVar(&c.Repeat, "repeat", 1, "`N`|fresh rooms one after the other; each is reported, and the spread")
	fs.StringVar(&c.Baseline, "baseline", "", "`FILE`|compare with a saved set of 5 runs or more; makes as many as -repeat says, at least 5")
	fs.BoolVar(&c.BaselineAny, "baseline-any", false, "compare also with other settings or another machine, which is refused without it")
	fs.Var((*tolerance)(&c.Tolerance), "tolerance", "`P`|a difference that is no regression")
	fs.StringVar(&c.Compare, "compare", "", "`OLD,NEW`|compare two sets of reports, each a file or a pattern such as 'old*.json'")
	fs.StringVar(&c.AB, "ab", "", "`PROGRAM`|compare with another chatsim: both run in turn, -repeat times each (default 10)")
	fs.Var((*commands)(&c.Servers.AB), "ab-cmd", "`OLD NEW`|compare two builds of a server: each command starts one, as -cmd does, and they run in turn, -repeat times each (default 10)")
	fs.Var(limit{&c.FindRate}, "find-rate", "`EXPR`|find the highest rate at which this holds and all checks pass, from -rate on, for 3s each unless -duration is given")
	fs.Var(limit{&c.FindUsers}, "find-users", "`EXPR`|find the most users with whom this holds and all checks pass, from -users on, likewise; with -think they are people")
}

// JudgeFlags defines the flag of a saved run.
func (c *Config) JudgeFlags(fs *pflag.FlagSet) {
	fs.StringVar(&c.Judge, "judge", "", "`FILE`|judge a run again that -trace has saved; - is standard input")
}

// OutputFlags defines the flags that set Output.
func (c *Config) OutputFlags(fs *pflag.FlagSet) {
	fs.Var((*outputFile)(&c.Output.JSON), "json", "`FILE`|write the report as JSON; - is standard output, here and below, and the text report goes to standard error")
	fs.Var((*outputFile)(&c.Output.JUnit), "junit", "`FILE`|write a JUnit report for CI services, a case for each check and threshold")
	fs.Var((*outputFile)(&c.Output.HTML), "html", "`FILE`|write a page to look at, one file that needs no network")
	fs.Var((*outputFile)(&c.Output.GoBench), "gobench", "`FILE`|write the figures in Go's benchmark format, for benchstat")
	fs.Var((*outputFile)(&c.Output.Trace), "trace", "`FILE`|save the run while it goes on, to be judged again")
	fs.BoolVarP(&c.Output.Quiet, "quiet", "q", false, "print only the verdict line")
	fs.BoolVar(&c.Output.Verbose, "v", false, "list every check, even when all passed")
}

// outputFile is the name of a file; it is "-" for all that means standard
// output, or the text report would be written into it.
type outputFile string

func (f *outputFile) String() string { return string(*f) }
func (f *outputFile) Type() string   { return "string" }

func (f *outputFile) Set(s string) error {
	switch s {
	case "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1":
		s = "-"
	}
	*f = outputFile(s)
	return nil
}

// thresholds gathers the values of a flag.
type thresholds []report.Threshold

func (t *thresholds) String() string { return strings.Join(t.GetSlice(), ",") }
func (t *thresholds) Type() string   { return "threshold" }

func (t *thresholds) Set(s string) error {
	th, err := report.ParseThreshold(s)
	if err == nil {
		*t = append(*t, th)
	}
	return err
}

// GetSlice returns the values one by one, as a pflag.SliceValue does.
func (t *thresholds) GetSlice() []string {
	var all []string
	for _, th := range *t {
		all = append(all, th.String())
	}
	return all
}

// tolerance reads 10% as a share.
type tolerance float64

func (t *tolerance) String() string { return report.FormatPercentage(float64(*t)) }
func (t *tolerance) Type() string   { return "tolerance" }

func (t *tolerance) Set(s string) error {
	f, err := report.ParsePercentage(s)
	if err == nil {
		*t = tolerance(f)
	}
	return err
}

// limit reads one expression.
type limit struct{ to **report.Threshold }

func (l limit) Type() string { return "threshold" }

func (l limit) String() string {
	if *l.to == nil {
		return ""
	}
	return (*l.to).String()
}

func (l limit) Set(s string) error {
	th, err := report.ParseThreshold(s)
	if err == nil {
		*l.to = &th
	}
	return err
}
