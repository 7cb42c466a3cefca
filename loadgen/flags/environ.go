package flags

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"chatsim/manager/hinted"
)

// prefix is how the variables that hold settings begin.
const prefix = "CHATSIM_"

// variable returns the environment's name of a flag: CHATSIM_TLS_CERT of tls-cert.
func variable(flag string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// withoutSettings returns an environment, as of os.Environ, for a child whose command
// line says all.
func withoutSettings(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(v string) bool { return strings.HasPrefix(v, prefix) })
}

// lookEnvironment sets the flags that the command line has not from the
// variables that are named after them, as far as they go with the way to run:
// CHATSIM_USERS means nothing to a room. Empty variables are none, and neither
// are those that name no flag: a cluster sets CHATSIM_PORT and others for a
// service of this name.
func (c *Line) lookEnvironment() error {
	if c.set.known.Env == nil {
		return nil
	}
	given := make(map[string]bool) // by the command line
	c.set.Visit(func(f *pflag.Flag) { given[f.Name] = true })
	for _, m := range modes {
		if err := c.lookMode(m, given); err != nil {
			return err
		}
	}
	takes := c.taken()
	var err error
	c.set.VisitAll(func(f *pflag.Flag) {
		if err == nil && !f.Changed && takes(f.Name) && !c.rivalled(f, given) {
			err = c.setFromEnvironment(f)
		}
	})
	return err
}

// lookMode asks for a mode that the environment asks for, unless the command
// line has a flag that does not go with it.
func (c *Line) lookMode(m mode, given map[string]bool) error {
	for name := range given {
		if !m.takes(c.set, name) {
			return nil
		}
	}
	return c.setFromEnvironment(c.set.Lookup(m.flag))
}

// taken reports of each flag whether it goes with the way to run.
func (c *Line) taken() func(name string) bool {
	i := slices.IndexFunc(modes, func(m mode) bool { return m.asked(c) })
	if i >= 0 {
		return func(name string) bool {
			return modes[i].takes(c.set, name) && !slices.Contains(c.set.flagsOf(other), name)
		}
	}
	all := slices.Concat(c.set.flagsOf(Simulation), c.set.flagsOf(Several), c.set.flagsOf(Reporting))
	return func(name string) bool {
		return slices.Contains(all, name) && name != "compare" || c.accompanied(name)
	}
}

// setFromEnvironment sets one flag, or one that is repeatable as often as there
// are values between commas, if its variable is there.
func (c *Line) setFromEnvironment(f *pflag.Flag) error {
	text, _ := c.set.known.Env(variable(f.Name))
	if text == "" || f.Changed {
		return nil
	}
	values := []string{text}
	if lists(f.Value) != nil {
		values = strings.Split(text, ",")
	}
	if f.Value.Type() == pairKind { // commands have commas
		values = strings.Split(strings.TrimSpace(text), "\n")
	}
	for _, v := range values {
		if err := c.set.Set(f.Name, v); err != nil {
			return c.blame(c.set.explain(err), f.Name)
		}
	}
	c.environ = append(c.environ, f.Name)
	return nil
}

// blame adds to an error which variables it is about, of the flags that it
// names: also or those that the environment has set.
func (c *Line) blame(err error, also ...string) error {
	var of []string
	for _, name := range append(c.environ, also...) {
		if regexp.MustCompile(`(^|\s)-` + regexp.QuoteMeta(name) + `($|[^-\w])`).MatchString(err.Error()) {
			of = append(of, variable(name))
		}
	}
	if len(of) == 0 {
		return err
	}
	return hinted.New(fmt.Sprintf("%v (%s in the environment)", err, strings.Join(of, ", ")), hinted.Hint(err))
}
