package flags

import (
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/pflag"

	chatterterm "chatsim/chatter/term"
	"chatsim/loadgen/job"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/watch"
	"chatsim/manager/host"
)

// command is what the program has, see its TestHelp.
type command struct {
	Runs  job.Config
	Watch watch.Config
	Serve bool
	Live  host.Config
	Term  chatterterm.Config
}

func (c *command) groups() []Group {
	serve := func(fs *pflag.FlagSet) {
		fs.BoolVar(&c.Serve, "serve", false, "run the room as a live server until interrupted; of the flags above only -drain and -v go with it")
	}
	return []Group{
		Of(Simulation, c.Runs.Load.Flags, c.Runs.RunFlags, c.Watch.Flags), Of(Several, c.Runs.SeveralFlags), Of(Reporting, c.Runs.OutputFlags),
		Of(SavedRun, c.Runs.JudgeFlags), Of(LiveRoom, serve, c.Live.Flags, c.Watch.NameFlags), Of(Terminal, c.Term.Flags, c.Runs.Target.SharedFlags),
	}
}

func anew() []Group { return new(command).groups() }

var known = Known{Groups: anew}

// parse returns what args set, beside the line.
func parse(args []string, known Known) (*command, *Line, error) {
	c := new(command)
	line, err := Parse(args, c.groups(), known)
	return c, line, err
}

// bare returns a set of all flags.
func bare() *set { return newSet(&Line{}, anew(), known) }

// diff compares what two command lines set, but for seeds from the clock.
func diff(want, got *command) string {
	if clock := uint64(1e9); want.Runs.Load.Seed < clock && got.Runs.Load.Seed < clock {
		got.Runs.Load.Seed = want.Runs.Load.Seed
	}
	return cmp.Diff(want, got, cmp.Comparer(func(a, b report.Threshold) bool { return a.String() == b.String() }),
		cmpopts.IgnoreFields(scenario.Spec{}, "File"), cmpopts.IgnoreUnexported(chatterterm.Config{}))
}
