package job

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/compare"
	"chatsim/loadgen/launch"
	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

// endGrace is how long a child that was asked to end may take: its drain when
// interrupted, and its report.
const endGrace = 15 * time.Second

// pairs is how many times -ab runs each side unless told otherwise.
const pairs = 10

// abTest is a comparison of two sides that run in turn, A B B A A B …, so that what
// else the machine does meets both alike.
type abTest struct{ *Job }

func (s abTest) run(ctx context.Context) (int, error) {
	sides, done, err := s.sides()
	if err != nil {
		return 0, err
	}
	defer done()
	for n := range 2 * s.Repeat {
		pair := n / 2
		who := sides[(n+pair)%2]
		fmt.Fprintf(s.Stderr, "chatsim: pair %d of %d, %s: ", pair+1, s.Repeat, who.name)
		rep, err := who.run(ctx, n, s.Load.Seed+uint64(pair))
		if err == nil && !rep.Interrupted {
			who.reports = append(who.reports, rep)
		}
		if ctx.Err() != nil {
			fmt.Fprintln(s.Stderr, "interrupted")
			break
		}
		if err != nil {
			fmt.Fprintln(s.Stderr, "failed")
			err = fmt.Errorf("%s: %w", s.comparing(), err)
			if len(sides[1].reports) == 0 {
				return 0, err
			}
			s.tell(err) // what there is by now is not lost
			return s.conclude(ctx, sides, err.Error())
		}
		fmt.Fprintln(s.Stderr, who.last())
		if rep.Died() {
			fmt.Fprintf(s.Stderr, "  %s\n", strings.Join(rep.Server.Output, "\n  "))
		}
		if s.Load.FailFast && rep.ExitCode() == report.ExitFailed {
			break
		}
	}
	return s.conclude(ctx, sides, "")
}

// comparing returns the flag that asks for a comparison of two sides.
func (s abTest) comparing() string {
	if s.Servers.AB != nil {
		return "-ab-cmd"
	}
	return "-ab"
}

// side is one of two that are compared.
type side struct {
	name    string
	run     func(ctx context.Context, n int, seed uint64) (*report.Report, error) // the run number n of both
	reports []*report.Report
}

// sides returns the other side and this one, and what is to be done at the end.
func (s abTest) sides() (both [2]*side, done func(), err error) {
	if s.Servers.AB != nil {
		return s.servers(), func() {}, nil
	}
	return s.programs()
}

// servers are two commands, each of which starts the server of a run. Only the
// runs of the new one have limits to keep.
func (s abTest) servers() [2]*side {
	run := func(command string, limits []report.Threshold) func(context.Context, int, uint64) (*report.Report, error) {
		return func(ctx context.Context, _ int, seed uint64) (*report.Report, error) {
			lc := s.Load
			lc.Seed = seed
			o, err := s.once(ctx, lc, command)
			if err != nil {
				return nil, err
			}
			o.report.Conclude(limits)
			return o.report, nil
		}
	}
	return [2]*side{{name: "old", run: run(s.Servers.AB[0], nil)}, {name: "new", run: run(s.Servers.AB[1], s.Thresholds)}}
}

// programs are this program and another one, each run of which is a process of
// its own.
func (s abTest) programs() (both [2]*side, done func(), err error) {
	self, err := this()
	if err != nil {
		return both, nil, fmt.Errorf("find this program: %w", err)
	}
	other, err := exec.LookPath(s.AB)
	if errors.Is(err, exec.ErrDot) {
		other, err = filepath.Abs(s.AB)
	}
	if err != nil {
		return both, nil, hinted.New(fmt.Sprintf("-ab %s: it is not a program", report.Printable(s.AB)), "build the other version first: go build -o old/chatsim .")
	}
	dir, err := os.MkdirTemp("", "chatsim-ab-")
	if err != nil {
		return both, nil, fmt.Errorf("make a folder for the reports: %w", err)
	}
	limits := func(args []string) []string {
		for _, t := range s.Thresholds {
			args = append(args, "-threshold="+t.String())
		}
		return args
	}
	run := func(p program, more func([]string) []string) func(context.Context, int, uint64) (*report.Report, error) {
		return func(ctx context.Context, n int, seed uint64) (*report.Report, error) {
			args, env := s.Line.Child(seed)
			return p.run(ctx, more(args), env, filepath.Join(dir, strconv.Itoa(n)+".json"))
		}
	}
	limit, none := patience(&s.Load), func(args []string) []string { return args } // the other program may know fewer of them
	return [2]*side{{name: "other", run: run(program{other, limit, endGrace}, none)}, {name: "this", run: run(program{self, limit, endGrace}, limits)}},
		func() { os.RemoveAll(dir) }, nil
}

// this returns the program by the name that it was started under, for it may act on
// that name; by its file where that name does not lead to it.
func this() (string, error) {
	if path, err := exec.LookPath(os.Args[0]); err == nil {
		return path, nil
	}
	return os.Executable()
}

// conclude compares what there is; lacks is why that is not all.
func (s abTest) conclude(ctx context.Context, sides [2]*side, lacks string) (int, error) {
	old, this := sides[0].reports, sides[1].reports
	for _, r := range this {
		r.Conclude(s.Thresholds)
	}
	set := compare.NewSet(this)
	set.Other = old
	codes := []int{}
	for _, r := range this {
		codes = append(codes, r.ExitCode())
	}
	if ctx.Err() != nil {
		codes = append(codes, report.ExitInterrupted)
		set.Interrupt()
	}
	if lacks != "" {
		set.Lack(lacks)
	}
	if c, err := compare.Reports(old, this, s.Tolerance, s.BaselineAny); err == nil {
		set.Compare(c)
	} else {
		if ctx.Err() == nil && lacks == "" && report.Worst(codes...) != report.ExitFailed && s.Servers.AB == nil {
			return 0, err
		}
		if lacks == "" {
			set.Lack(s.refused(err))
		}
	}
	if len(this) == 0 {
		return report.Worst(codes...), nil
	}
	return report.Worst(append(codes, set.ExitCode())...), s.writeSet(set, old)
}

// last says in a few words what the last run came to.
func (s *side) last() string {
	r := s.reports[len(s.reports)-1]
	text := string(r.Verdict)
	if r.Died() {
		text += ", the server ended: " + r.Server.Ended
	}
	for _, name := range []string{"delivery.p50", "delivery.p99", "deliveries_per_s"} {
		m, _ := report.FindMetric(name)
		if v, ok := m.Of(r); ok {
			text += fmt.Sprintf(", %s %s", name, m.Human(v))
		}
	}
	return text
}

// patience returns how long a run of a child may take: its parts, each with its own
// limit, and joining, which takes as long as the server lets users in.
func patience(c *loadgen.Config) time.Duration {
	const start, perUser = 30 * time.Second, 20 * time.Millisecond
	return start + time.Duration(c.Users)*perUser + max(c.Warmup, 0) + c.Duration + 2*c.Drain
}

// program is a chatsim.
type program struct {
	path            string
	patience, grace time.Duration // of a run, and of ending one that is asked to
}

// run makes one run in a child process and waits for it, but no longer than
// patience. A child that is asked to end is given the time to do so in order.
func (p program) run(ctx context.Context, args, env []string, file string) (*report.Report, error) {
	cmd := exec.Command(p.path, append(args, "-json="+file)...)
	cmd.Env = env
	child, err := launch.Start(cmd)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", p.path, err)
	}
	limited, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	select {
	case <-child.Done():
	case <-limited.Done():
	}
	late := limited.Err() != nil && ctx.Err() == nil
	child.Stop(syscall.SIGINT, p.grace)
	if late {
		return nil, hinted.New(fmt.Sprintf("%s did not end within %v and was given up%s", p.path, p.patience, child.Quoted()), "try it alone: it is to end by itself, as chatsim does, and to know -json")
	}
	reports, err := compare.ReadFile(file)
	if err != nil || len(reports) != 1 {
		return nil, hinted.New(p.path+" gave no report"+child.Quoted(), "-ab takes another chatsim, which is run with -json")
	}
	return reports[0], nil
}
