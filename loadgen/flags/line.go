package flags

import (
	"chatsim/loadgen/report"
	"os"
	"slices"
	"strings"
)

// Line is a command line that makes sense. What its flags set, those who define
// them have.
type Line struct {
	Help    bool
	Topic   string // of the help: a topic, a flag or a group of flags; empty: all
	Version bool

	Completion string // a shell for which completions are asked for, or noShell
	Man        bool   // the manual page is
	Probe      string // a room that is to be asked whether it is well; empty: none

	set     *set
	settled []string // flags that another one's value has set
	environ []string // flags that the environment has set
}

// AboutChatsim reports whether something is asked about chatsim itself: its help,
// its version, its manual page or completions for a shell.
func (c *Line) AboutChatsim() bool {
	return c.Help || c.Version || c.Man || c.Completion != noShell
}

// Explicit reports whether the command line or the environment has the flag, by
// its long name.
func (c *Line) Explicit(name string) bool { return c.set.Changed(name) }

// scripted are the flags that decide what a run does, in the order in which
// people write them; -seed goes last.
var scripted = []string{"cmd", "kill-cmd", "ready", "target", "tls-ca", "tls-insecure", "password-file", "header", "subprotocol", "source-addresses", "room", "qos", "order", "dialect", "managers", "nodes", "users", "duration", "rate", "think", "inflight", "size", "warmup", "scenario", "verify", "drain", "join-timeout", "expect-full", "expect-server-loss", "grace", "calibrate"}

// Reproduce returns the command line that runs the same script again: what differs
// from the defaults, and the seed.
// more are flags and values that the line has otherwise.
func (c *Line) Reproduce(seed uint64, more ...string) string {
	words := []string{"chatsim"}
	for _, w := range more {
		words = append(words, quote(w))
	}
	if f := c.set.Lookup("password"); f.Changed {
		words = append(words, c.written(f)...)
	}
	for _, name := range scripted {
		switch f := c.set.Lookup(name); {
		case f.Value.String() == f.DefValue || slices.Contains(c.settled, name):
		case f.NoOptDefVal != "":
			words = append(words, "-"+name)
		default:
			for _, value := range texts(f) {
				words = append(words, "-"+name, quote(report.ShortDuration(shown(name, value))))
			}
		}
	}
	if _, is := c.said(term{flag: "repeat", holds: severalRuns}); is {
		words = append(words, "-repeat", c.text("repeat"))
	}
	for _, t := range texts(c.set.Lookup("threshold")) {
		words = append(words, "-threshold", quote(t))
	}
	return strings.Join(append(words, "-seed", utoa(seed)), " ")
}

// shown returns a value without what may be secret in it.
func shown(flag, value string) string {
	if name, _, has := strings.Cut(value, ":"); flag == "header" && has {
		return name + ": VALUE"
	}
	return value
}

// text returns the value of a flag.
func (c *Line) text(name string) string { return c.set.Lookup(name).Value.String() }

// On reports whether a flag is on that has no value.
func (c *Line) On(name string) bool { return c.text(name) == "true" }

// Exposed reports whether the password stands on the command line, which
// everybody on the machine can read.
func (c *Line) Exposed() bool {
	return c.Explicit("password") && !slices.Contains(c.environ, "password")
}

// Child returns the arguments and the environment of one run of a comparison of
// programs: what decides what a run does, and its seed.
func (c *Line) Child(seed uint64) (args, env []string) {
	for _, name := range scripted {
		f := c.set.Lookup(name)
		if !f.Changed {
			continue
		}
		for _, value := range texts(f) {
			args = append(args, "-"+name+"="+value)
		}
	}
	env = withoutSettings(os.Environ())
	if word := c.text("password"); word != "" {
		env = append(env, variable("password")+"="+word)
	}
	return append(args, "-seed="+utoa(seed), "-quiet"), env
}

// quote makes a word that a POSIX shell reads as one, as it is.
func quote(s string) string {
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+:,./@%"
	if s != "" && strings.Trim(s, harmless) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
