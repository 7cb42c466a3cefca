package flags

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"chatsim/manager/hinted"
)

// mode is a way to run that a flag asks for, and what goes with it; the way to
// run that no flag asks for is the simulation.
type mode struct {
	flag    string
	groups  []string // all of their flags but those of without
	flags   []string
	without []string
	why     string // nothing else goes with it
}

// Titles of the groups that flags are defined in, see Of.
const (
	Simulation = "Simulation"
	Several    = "Several runs"
	Reporting  = "Report"
	SavedRun   = "Saved run"
	LiveRoom   = "Live room"
	Terminal   = "Terminal chatter"
	other      = "Other"
)

// modes, those that make a run's meaning plainest first.
var modes = []mode{
	{"judge", []string{SavedRun, Reporting}, nil, []string{"trace"}, "-judge makes no run: it looks again at one that was saved, with its settings and thresholds"},
	{"dialect-test", nil, []string{"dialect-test", "dialect"}, nil, "-dialect-test makes no run: it plays a transcript to a dialect's file"},
	{"compare", []string{Reporting}, []string{"compare", "tolerance", "baseline-any"}, []string{"trace"}, "-compare makes no run: it looks at reports that are there"},
	{"serve", []string{LiveRoom}, []string{"drain", "v", "room"}, nil, "-serve runs the room alone, for clients from elsewhere; simulate without it, or against it with -target"},
	{"join", []string{Terminal}, []string{"password", "password-file"}, nil, "-join is one chatter for a person, without a run and a report"},
}

func (s *set) flagsOf(title string) []string {
	i := slices.IndexFunc(s.groups, func(g group) bool { return g.title == title })
	return s.groups[i].flags
}

// takes reports whether a flag goes with the mode.
func (m mode) takes(s *set, name string) bool {
	has := func(title string) bool { return slices.Contains(s.flagsOf(title), name) }
	return !slices.Contains(m.without, name) && (slices.ContainsFunc(m.groups, has) || slices.Contains(m.flags, name) || has(other))
}

// asked reports whether the command line asks for the mode.
func (m mode) asked(c *Line) bool { return c.Explicit(m.flag) && (m.flag != "serve" || c.On("serve")) }

// checkModes refuses flags that do not go with the way to run that is asked for.
func checkModes(c *Line) error {
	i := slices.IndexFunc(modes, func(m mode) bool { return m.asked(c) })
	if i < 0 {
		return checkSimulation(c)
	}
	m := modes[i]
	for _, g := range c.set.groups {
		for _, name := range g.flags {
			if c.Explicit(name) && !m.takes(c.set, name) {
				return hinted.New(fmt.Sprintf("-%s and -%s contradict each other", m.flag, name), m.against(name))
			}
		}
	}
	return nil
}

// against says why a flag does not go with the mode.
func (m mode) against(name string) string {
	if m.flag == "serve" && name == "join" {
		return "the room and a chatter are two processes: start each in a terminal of its own"
	}
	return m.why
}

// beside are flags of other ways to run that go with one of the simulation, too.
var beside = map[string]companion{
	"allow-host":    {"watch", "ADDR"},
	"password":      {"target", "HOST:PORT"},
	"password-file": {"target", "HOST:PORT"},
	"tls-ca":        {"target", "tls://HOST:PORT"},
}

// companion is a flag of the simulation, and its value in a hint.
type companion struct{ flag, value string }

// accompanied reports whether there is the flag of the simulation that another one
// goes with; a server that is started is a target.
func (c *Line) accompanied(name string) bool {
	also := beside[name].flag
	return also != "" && (c.Explicit(also) || also == "target" && c.starts())
}

// checkSimulation refuses flags of other ways to run where none is asked for.
func checkSimulation(c *Line) error {
	for _, title := range []string{LiveRoom, Terminal} {
		for _, name := range c.set.flagsOf(title) {
			if !c.Explicit(name) || name == "serve" || c.accompanied(name) { // -serve=false
				continue
			}
			var with, how []string
			for _, m := range modes {
				if m.takes(c.set, name) {
					with = append(with, "-"+m.flag)
					how = append(how, c.only(m))
				}
			}
			if also := beside[name]; also.flag != "" {
				with = append(with, "-"+also.flag)
				how = append(how, "add -"+also.flag+" "+also.value)
			}
			return hinted.New(fmt.Sprintf("-%s goes with %s only", name, strings.Join(with, " or ")), strings.Join(how, ", or "))
		}
	}
	return nil
}

// only returns the command line in a mode, with what of it goes with that; without
// what the mode does not take either.
func (c *Line) only(m mode) string {
	words := []string{"chatsim", "-" + m.flag}
	if m.flag == "join" {
		words = append(words, "HOST:PORT", "-name", "NAME")
	}
	alone := len(words)
	for _, g := range c.set.groups {
		for _, name := range g.flags {
			if f := c.set.Lookup(name); f.Changed && name != m.flag && name != "name" && m.takes(c.set, name) {
				words = append(words, c.written(f)...)
			}
		}
	}
	trial := slices.Clone(words[1:])
	if i := slices.Index(trial, "HOST:PORT"); i >= 0 {
		trial[i] = "localhost:9999"
	}
	if _, err := Parse(trial, c.set.known.Groups(), c.set.known); err != nil {
		words = words[:alone]
	}
	for i := range words {
		words[i] = quote(words[i])
	}
	return strings.Join(words, " ")
}

// secretKind is the type of a value that is not to be shown.
const secretKind = "secret"

// written returns a flag as it may be shown: a secret is not.
func (c *Line) written(f *pflag.Flag) []string {
	switch value, _ := pflag.UnquoteUsage(f); {
	case f.NoOptDefVal != "":
		return []string{"-" + f.Name}
	case f.Value.Type() == secretKind || lists(f.Value) != nil:
		return []string{"-" + f.Name, value}
	}
	return []string{"-" + f.Name, f.Value.String()}
}
