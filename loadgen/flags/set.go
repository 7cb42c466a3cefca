package flags

import (
	"io"
	"strconv"

	"github.com/spf13/pflag"

	"chatsim/manager/choice"
)

// Known is what the command line must be told by those who know it.
type Known struct {
	// Groups returns all flags but those of the help, which set values of their
	// own: what may be meant is tried with them.
	Groups func() []Group

	Env    func(name string) (value string, found bool) // such as os.LookupEnv; nil: there is no environment
	Stdout func() string                                // the file here that standard output goes to, empty for none; nil: unknown
}

// Group is flags that belong together in the help, by those who define them. A
// usage text is "`VALUE`|meaning". Where Several define one flag, each is told
// its value, and the help has the first one's text.
type Group struct {
	Title  string
	Define []func(*pflag.FlagSet)
}

// Of returns a group.
func Of(title string, define ...func(*pflag.FlagSet)) Group { return Group{title, define} }

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

// newSet defines the flags of the groups, and those that ask c for help.
func newSet(c *Line, groups []Group, known Known) *set {
	s := &set{FlagSet: newFlagSet(), known: known}
	s.SetOutput(io.Discard) // errors are returned, and said by the caller
	s.Usage = func() {}
	s.SetInterspersed(false)
	for _, g := range append(groups[:len(groups):len(groups)], Of(other, c.define)) {
		s.groups = append(s.groups, group{title: g.Title})
		for _, define := range g.Define {
			fs := newFlagSet()
			define(fs)
			fs.VisitAll(s.take)
		}
	}
	return s
}

func newFlagSet() *pflag.FlagSet {
	fs := pflag.NewFlagSet("chatsim", pflag.ContinueOnError)
	fs.SortFlags = false
	return fs
}

// take adds a flag to the group that is the last so far.
func (s *set) take(f *pflag.Flag) {
	switch f.Value.Type() {
	case "int", "uint64":
		f.Value = decimal{f.Value, wholeForm}
	case "float64":
		f.Value = decimal{f.Value, floatForm}
	}
	if have := s.Lookup(f.Name); have != nil {
		have.Value = shared{have.Value, f.Value}
		return
	}
	s.AddFlag(f)
	g := &s.groups[len(s.groups)-1]
	g.flags = append(g.flags, f.Name)
}

// shared is the value of a flag that another one defines too.
type shared struct {
	pflag.Value
	other pflag.Value
}

func (s shared) Set(text string) error {
	if err := s.Value.Set(text); err != nil {
		return err
	}
	return s.other.Set(text)
}

// list is what a repeatable flag sets, such as a pflag.SliceValue.
type list interface{ GetSlice() []string }

// lists returns what a repeatable flag sets; nil: it is none.
func lists(v pflag.Value) []list {
	switch v := v.(type) {
	case shared:
		return append(lists(v.Value), lists(v.other)...)
	case list:
		return []list{v}
	}
	return nil
}

// define defines the flags that are no setting.
func (c *Line) define(fs *pflag.FlagSet) {
	fs.VarPF(helpValue{c}, "help", "h", "`TOPIC`|print this text, or what there is on a topic, a flag or a group of flags").NoOptDefVal = "true"
	fs.BoolVar(&c.Version, "version", false, "print what was built, from which commit, and when that was made")
	choice.Var(fs, &c.Completion, "completion", "`SHELL`|print what completes these flags in a shell: bash, zsh, fish", append([]string{noShell}, shells...), choice.Itself)
	fs.StringVar(&c.Probe, "probe", "", "`HOST:PORT`|ask a room whether it is well, by its /healthz: exit code 0, or 1; https://HOST:PORT of one that speaks TLS")
	fs.BoolVar(&c.Man, "man", false, "print the manual page")
}

func utoa(n uint64) string { return strconv.FormatUint(n, 10) }
