package flags

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"chatsim/loadgen/report"
)

// Error is what is wrong with a command line, and how it would be right.
type Error struct{ msg, hint string }

func (e *Error) Error() string { return e.msg }

// Hint is advice beside the error; it may be empty.
func (e *Error) Hint() string { return e.hint }

// Parse reads the arguments after the program's name. Its errors are usage
// errors and have a method Hint() string. With -help or -version whatever else
// is asked for is not looked at.
func Parse(args []string, known Known) (*Config, error) {
	c := &Config{}
	c.set = newSet(c, known)
	if err := c.set.Parse(Normalize(c.set.FlagSet, args)); err != nil {
		return nil, c.set.explain(err)
	}
	if c.Help || c.Version {
		return c, nil
	}
	if rest := c.set.Args(); len(rest) > 0 {
		return nil, leftover(c.set, rest[0])
	}
	for _, check := range []func(*Config) error{contradictions, (*Config).checkModes, (*Config).checkRoom, (*Config).checkPatterns, (*Config).checkNumbers, (*Config).checkWords, (*Config).checkAddresses} {
		if err := check(c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// show makes a word of the command line printable.
func show(s string) string {
	if s == "" || strings.ContainsAny(s, " \t") {
		return strconv.Quote(s)
	}
	return report.Printable(s)
}

// explain says in our words what pflag refused.
func (s *set) explain(err error) error {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
		syntax  *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &unknown):
		return s.unknown(unknown.GetSpecifiedName())
	case errors.As(err, &missing):
		f := missing.GetFlag()
		return &Error{msg: fmt.Sprintf("-%s needs a value", f.Name), hint: s.line(f)}
	case errors.As(err, &invalid):
		return s.invalid(invalid)
	case errors.As(err, &syntax):
		return &Error{msg: "bad flag " + show(syntax.GetSpecifiedFlag()), hint: "flags are words after one dash or two: -users 500"}
	}
	return &Error{msg: err.Error()}
}

func (s *set) unknown(name string) error {
	var names []string
	s.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := nearest(name, names); near != "" {
		return &Error{msg: fmt.Sprintf("unknown flag -%s, did you mean -%s?", show(name), near)}
	}
	return &Error{msg: "unknown flag -" + show(name), hint: "chatsim -help lists all flags"}
}

func (s *set) invalid(e *pflag.InvalidValueError) error {
	f, value := e.GetFlag(), e.GetValue()
	var own *Error
	var threshold *report.ThresholdError
	switch {
	case errors.As(e, &own):
		return own
	case errors.As(e, &threshold):
		if f.Name != "threshold" {
			return &Error{msg: "-" + f.Name + strings.TrimPrefix(threshold.Error(), "threshold"), hint: threshold.Hint()}
		}
		return &Error{msg: "-" + threshold.Error(), hint: threshold.Hint()}
	}
	msg, hint := "", ""
	switch f.Value.Type() {
	case "duration":
		msg, hint = "is not a duration", "write it like 500ms, 30s or 2m"
		if _, err := strconv.ParseFloat(value, 64); err == nil {
			msg, hint = "has no unit", fmt.Sprintf("write -%s %ss for seconds", f.Name, show(value))
		}
	case "float64":
		msg, hint = "is not a number", s.line(f)
	case "bool":
		msg, hint = "is neither true nor false", fmt.Sprintf("-%s alone is enough", f.Name)
	default:
		msg = "is not a whole number"
		if _, err := strconv.ParseInt(value, 0, 64); err == nil {
			msg = "is negative" // it is refused as an unsigned number only
		} else if errors.Is(err, strconv.ErrRange) {
			msg = "is out of range"
		}
	}
	return &Error{msg: fmt.Sprintf("-%s %s %s", f.Name, show(value), msg), hint: hint}
}

func leftover(s *set, arg string) error {
	e := &Error{msg: "unexpected argument " + show(arg), hint: "every value follows its flag: chatsim -users 500 -duration 30s"}
	if name, _, _ := strings.Cut(arg, "="); lookup(s.FlagSet, name) != nil {
		e.hint = fmt.Sprintf("did you mean -%s?", show(arg))
	}
	return e
}

// contradictions are flags that cannot both be meant.
func contradictions(c *Config) error {
	if c.Explicit("judge") {
		for _, name := range slices.Concat(c.set.groups[0].flags, c.set.groups[1].flags, []string{"trace", "serve", "listen", "join"}) {
			if c.Explicit(name) {
				return &Error{msg: fmt.Sprintf("-judge and -%s contradict each other", name),
					hint: "-judge makes no run: it looks again at one that was saved, with its settings and thresholds"}
			}
		}
	}
	if err := contradictionsOfSeveral(c); err != nil {
		return err
	}
	if c.Serve {
		for _, name := range slices.Concat(c.set.groups[0].flags, c.set.groups[1].flags, c.set.groups[2].flags) {
			if name != "drain" && name != "v" && c.Explicit(name) {
				return &Error{msg: fmt.Sprintf("-serve and -%s contradict each other", name),
					hint: "-serve runs the room alone, for clients from elsewhere; simulate without it, or against it with -target"}
			}
		}
	}
	switch {
	case c.Explicit("listen") && !c.Serve && !c.Explicit("join"):
		return &Error{msg: "-listen without -serve contradicts the simulation, which picks its own port",
			hint: "add -serve for a live room, or use -target HOST:PORT for a server elsewhere"}
	case c.Explicit("inflight") && !c.Rate.IsMax():
		return &Error{msg: fmt.Sprintf("-inflight and -rate %v contradict each other", c.Rate),
			hint: "-inflight limits the lines under way at -rate max; a schedule is kept whatever is under way"}
	case c.Explicit("trace") && (c.Verify == "count" || c.Verify == report.VerifyOff):
		return &Error{msg: fmt.Sprintf("-trace and -verify %s contradict each other", c.Verify),
			hint: "a trace holds the order of what was seen, which is only kept with -verify full or order"}
	case c.Quiet && c.Verbose:
		return &Error{msg: "-quiet and -v contradict each other"}
	}
	return sameOutput(c)
}

// sameOutput finds two outputs that would be written into each other.
func sameOutput(c *Config) error {
	outputs := c.outputs()
	for i, b := range outputs {
		for _, a := range outputs[:i] {
			if *a.file != "" && *b.file != "" && filepath.Clean(stdoutName(*a.file)) == filepath.Clean(stdoutName(*b.file)) {
				return &Error{msg: fmt.Sprintf("-%s %s and -%s %s contradict each other", b.name, show(*b.file), a.name, show(*a.file)), hint: "each needs a file of its own"}
			}
		}
	}
	return nil
}

// output is a flag that names a file to write.
type output struct {
	name string
	file *string
}

func (c *Config) outputs() []output {
	return []output{{"json", &c.JSON}, {"junit", &c.JUnit}, {"html", &c.HTML}, {"gobench", &c.GoBench}, {"trace", &c.Trace}}
}

// stdoutName is "-" for what means standard output.
func stdoutName(path string) string {
	if path == "/dev/stdout" {
		return "-"
	}
	return path
}

// maxSize leaves room in a line of 4096 bytes for sender and target.
const maxSize = 4000

// maxRawSize does so in a frame of 1024 bytes, also where each '@' of the text
// takes three.
const maxRawSize = 700

// maxRawUsers are so many that a roster of their names fits into such a frame.
const maxRawUsers = 100

func (c *Config) raw() bool { return c.Dialect == "raw" }

func (c *Config) checkNumbers() error {
	for _, n := range []struct {
		name     string
		value    int
		min, max int
		why      string
	}{
		{"users", c.Users, 1, 0, "a room needs somebody in it"},
		{"inflight", c.Inflight, 1, 0, "with none under way nothing is sent"},
		{"repeat", c.Repeat, 1, 0, "one is a run"},
		{"size", c.Size, c.set.known.MinSize, maxSize, ""},
	} {
		switch {
		case n.value < n.min && n.name == "size":
			return &Error{msg: fmt.Sprintf("-size %d: at least %d bytes are needed", n.value, n.min),
				hint: "each text begins with a stamp by which its line is recognised"}
		case n.value < n.min:
			return &Error{msg: fmt.Sprintf("-%s %d: must be at least %d", n.name, n.value, n.min), hint: n.why}
		case n.max > 0 && n.value > n.max:
			return &Error{msg: fmt.Sprintf("-%s %d: at most %d bytes are possible", n.name, n.value, n.max),
				hint: "a line has 4096 bytes, and sender and target must fit too"}
		}
	}
	if c.raw() && c.Size > maxRawSize {
		return &Error{msg: fmt.Sprintf("-size %d: at most %d bytes are possible with -dialect raw", c.Size, maxRawSize),
			hint: "its frames have 1024 bytes, and sender and target must fit too"}
	}
	if c.raw() && c.Target == "" && c.Users > maxRawUsers {
		return &Error{msg: fmt.Sprintf("-users %d: at most %d are possible with -dialect raw in a room of this process", c.Users, maxRawUsers),
			hint: "its rosters have 1024 bytes, and who is not in them does not know its own name; a -target may send longer ones"}
	}
	for _, d := range []struct {
		name  string
		value time.Duration
		min   time.Duration
	}{{"duration", c.Duration, 1}, {"drain", c.Drain, 1}, {"warmup", c.Warmup, 0}} {
		switch {
		case d.value < d.min && d.min > 0:
			return &Error{msg: fmt.Sprintf("-%s %v: must be above 0", d.name, d.value), hint: "write it like 500ms, 30s or 2m"}
		case d.value < d.min:
			return &Error{msg: fmt.Sprintf("-%s %v: must not be negative", d.name, d.value), hint: "-" + d.name + " 0s goes without it"}
		}
	}
	return nil
}

func (c *Config) checkWords() error {
	for _, w := range []struct {
		name, value string
		known       []string
	}{{"scenario", c.Scenario, c.set.known.Scenarios}, {"verify", c.Verify, verifyLevels}, {"dialect", c.Dialect, dialects}, {"calibrate", c.Calibrate, calibrations}, {"record-format", c.RecordFormat, recordFormats}} {
		if slices.Contains(w.known, w.value) {
			continue
		}
		msg := fmt.Sprintf("-%s %s is not known", w.name, show(w.value))
		if near := nearest(w.value, w.known); near != "" {
			msg += fmt.Sprintf(", did you mean %s?", near)
		}
		return &Error{msg: msg, hint: "one of " + strings.Join(w.known, ", ")}
	}
	type file struct{ name, value, dash string }
	files := []file{{"judge", c.Judge, "input"}, {"baseline", c.Baseline, ""}, {"compare", c.Compare, ""}, {"ab", c.AB, ""}}
	for _, o := range c.outputs() {
		files = append(files, file{o.name, *o.file, "output"})
	}
	for _, f := range files {
		if c.Explicit(f.name) && f.value == "" {
			e := &Error{msg: fmt.Sprintf("-%s needs the name of a file", f.name)}
			if f.dash != "" {
				e.hint = "- is standard " + f.dash
			}
			return e
		}
	}
	for _, o := range c.outputs() {
		*o.file = stdoutName(*o.file) // or the text report would be written into it
	}
	return nil
}
