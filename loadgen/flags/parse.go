package flags

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"chatsim/loadgen/repair"
	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

// Parse reads the arguments after the program's name, and known.Env for what
// they do not say, into what the flags of the groups set. Its errors are usage
// errors and have a method Hint() string. With -help, -version and what is like them whatever else
// is asked for is not looked at.
func Parse(args []string, groups []Group, known Known) (*Line, error) {
	c := &Line{}
	c.set = newSet(c, groups, known)
	if len(args) == 2 && slices.Contains([]string{"-h", "-help", "--help"}, args[0]) {
		args = []string{"-help=" + strings.Trim(args[1], "-")} // a flag, perhaps, whose value is not given
	}
	if err := c.set.Parse(Normalize(c.set.FlagSet, args)); err != nil {
		return nil, c.set.explain(err)
	}
	if c.Help {
		if err := c.setTopic(); err != nil {
			return nil, err
		}
		return c, nil
	}
	if c.AboutChatsim() || c.Probe != "" {
		return c, nil
	}
	if rest := c.set.Args(); len(rest) > 0 {
		return nil, leftover(c.set, rest)
	}
	if err := c.lookEnvironment(); err != nil {
		return nil, err
	}
	if err := c.settle(); err != nil {
		return nil, err
	}
	for _, check := range []func(*Line) error{checkModes, checkConflicts, checkNeeds, checkValues} {
		if err := check(c); err != nil {
			return nil, c.blame(err)
		}
	}
	return c, nil
}

// checkValues looks at each value by itself.
func checkValues(c *Line) error {
	for _, check := range []func(*Line) error{checkPatterns, checkLimits, checkSizes, checkFiles, checkCompare, checkCommands, checkAddresses} {
		if err := check(c); err != nil {
			return err
		}
	}
	return nil
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
		return hinted.New(fmt.Sprintf("-%s needs a value", f.Name), s.line(f))
	case errors.As(err, &invalid):
		return s.invalid(invalid)
	case errors.As(err, &syntax):
		return hinted.New("bad flag "+show(syntax.GetSpecifiedFlag()), "flags are words after one dash or two: -users 500")
	}
	return hinted.New(err.Error(), "")
}

func (s *set) unknown(name string) error {
	var names []string
	s.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := repair.Nearest(name, names); near != "" {
		return hinted.New(fmt.Sprintf("unknown flag -%s, did you mean -%s?", show(name), near), "")
	}
	return hinted.New("unknown flag -"+show(name), "chatsim -help lists all flags")
}

func (s *set) invalid(e *pflag.InvalidValueError) error {
	f, value := e.GetFlag(), e.GetValue()
	var located interface{ Located() bool }
	if errors.As(e, &located) {
		return hinted.New(fmt.Sprintf("-%s: %v", f.Name, e.Unwrap()), hinted.Hint(e))
	}
	if w, ok := f.Value.(interface{ Words() []string }); ok {
		err := notKnown(f.Name, value, w.Words())
		if v, ok := f.Value.(interface{ Files() bool }); ok && v.Files() {
			return hinted.Wrap(err, hinted.Hint(err)+"; write -"+f.Name+" ./FILE.yaml for that of a file")
		}
		return err
	}
	var threshold *report.ThresholdError
	if errors.As(e, &threshold) {
		return s.threshold(f, value, threshold)
	}
	why := cmp.Or(wrongValue(f.Value.Type(), value), e.Unwrap().Error())
	msg := "-" + f.Name + " " + show(value)
	if f.Value.Type() == secretKind {
		msg = "-" + f.Name
	}
	if strings.HasPrefix(why, "must") || strings.HasPrefix(why, "at most") {
		msg += ":"
	}
	return hinted.New(msg+" "+why, cmp.Or(hinted.Hint(e), s.write(f.Name, value)))
}

// threshold returns what is wrong with an expression.
func (s *set) threshold(f *pflag.Flag, value string, e *report.ThresholdError) error {
	if err := s.redirected(f.Name, value); err != nil {
		return err
	}
	if v := s.meant(f, value); v != "" {
		e.Advice = "write '" + v + "'"
	}
	return hinted.New("-"+f.Name+strings.TrimPrefix(e.Error(), "threshold"), e.Hint())
}

// notKnown returns an error about a word that is none of those there are.
func notKnown(flag, word string, known []string) error {
	msg := fmt.Sprintf("-%s %s is not known", flag, show(word))
	if near := repair.Nearest(word, known); near != "" {
		msg += fmt.Sprintf(", did you mean %s?", near)
	}
	return hinted.New(msg, "one of "+strings.Join(known, ", "))
}

// redirected reports that a shell has taken the > of an expression for its own, and
// with it what followed.
func (s *set) redirected(flag, expr string) error {
	if s.known.Stdout == nil || strings.ContainsAny(expr, "<>") {
		return nil
	}
	file := s.known.Stdout()
	whole := strings.TrimSpace(expr) + ">" + file
	if _, err := report.ParseThreshold(whole); err != nil || file == "" {
		return nil
	}
	return hinted.New(fmt.Sprintf("-%s %s: the shell has taken the > for a redirection, and made a file named %s", flag, show(expr), show(file)), fmt.Sprintf("write '%s', with the quotes, and remove the file", whole))
}

// wrongValue says what a value is not that its flag did not take; empty where
// the flag says that itself.
func wrongValue(kind, value string) string {
	switch kind {
	case "duration":
		switch {
		case floatForm.MatchString(value):
			return "has no unit"
		case durationForm.MatchString(value):
			return "is too long"
		}
		return "is not a duration"
	case "float64":
		return "is not a number"
	case "bool":
		return "is neither true nor false"
	case "int", "uint64":
		switch {
		case !wholeForm.MatchString(value):
			return "is not a whole number"
		case kind == "uint64" && strings.HasPrefix(value, "-"):
			return "is negative"
		}
		return "is out of range"
	}
	return ""
}

// durationForm is that of durations, also of those that are too long to be held.
var durationForm = regexp.MustCompile(`^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$`)

func leftover(s *set, rest []string) error {
	arg := rest[0]
	hint := "every value follows its flag: chatsim -users 500 -duration 30s"
	text := strings.TrimLeft(repair.Text(arg), "-/")
	name, value, hasValue := strings.Cut(strings.Replace(text, ":", "=", 1), "=")
	f := lookup(s.FlagSet, name)
	switch {
	case arg == "help":
		hint = strings.Join(append([]string{"chatsim -help"}, rest[1:]...), " ")
	case slices.Contains([]string{"true", "false", "yes", "no", "on", "off", "0", "1"}, strings.ToLower(arg)):
		hint = "a flag without a value in chatsim -help is on by itself, and off with =false: -v=false"
	case f == nil || len(name) == 1:
	case strings.HasPrefix(arg, "-"):
		hint = "leave -- out: what follows it is no flag"
	case hasValue && s.takes(f.Name, value):
		hint = fmt.Sprintf("write -%s=%s", f.Name, quote(value))
	case hasValue:
	case f.NoOptDefVal != "":
		hint = "write -" + f.Name
	case len(rest) > 1 && s.takes(f.Name, rest[1]):
		hint = fmt.Sprintf("write -%s %s", f.Name, quote(rest[1]))
	}
	return hinted.New("unexpected argument "+show(arg), hint)
}
