package runs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/compare"
	"chatsim/loadgen/report"
)

// endGrace is how long a child that was asked to end may take: its drain when
// interrupted, and its report.
const endGrace = 15 * time.Second

// pairs is how many times -ab runs each side unless told otherwise.
const pairs = 10

// ab runs this program and another in turn, A B B A A B …, so that what else
// the machine does meets both alike; each run is a process of its own.
func (s *Session) ab(ctx context.Context) (int, error) {
	self, err := this()
	if err != nil {
		return 0, fmt.Errorf("find this program: %w", err)
	}
	other, err := exec.LookPath(s.AB)
	if errors.Is(err, exec.ErrDot) {
		other, err = filepath.Abs(s.AB)
	}
	if err != nil {
		return 0, &compare.RefusedError{Why: fmt.Sprintf("-ab %s: it is not a program", report.Printable(s.AB)),
			Advice: "build the other version first: go build -o old/chatsim ."}
	}
	dir, err := os.MkdirTemp("", "chatsim-ab-")
	if err != nil {
		return 0, fmt.Errorf("make a folder for the reports: %w", err)
	}
	defer os.RemoveAll(dir)
	limit := patience(&s.Load)
	sides := [2]*side{{program: other, name: "other", patience: limit, grace: endGrace}, {program: self, name: "this", patience: limit, grace: endGrace}}
	for n := range 2 * s.Repeat {
		pair := n / 2
		who := sides[(n+pair)%2]
		fmt.Fprintf(s.Stderr, "chatsim: pair %d of %d, %s: ", pair+1, s.Repeat, who.name)
		args, env := s.Line.Child(s.Load.Seed + uint64(pair))
		if who == sides[1] { // the other program may know fewer of them
			for _, t := range s.Thresholds {
				args = append(args, "-threshold="+t.String())
			}
		}
		err := who.run(ctx, args, env, filepath.Join(dir, strconv.Itoa(n)+".json"))
		if ctx.Err() != nil {
			fmt.Fprintln(s.Stderr, "interrupted")
			break
		}
		if err != nil {
			fmt.Fprintln(s.Stderr, "failed")
			err = fmt.Errorf("-ab: %w", err)
			if len(sides[1].reports) == 0 {
				return 0, err
			}
			s.tell(err) // what there is by now is not lost
			return s.concludeAB(ctx, sides, err.Error())
		}
		fmt.Fprintln(s.Stderr, who.last())
		if last := who.reports[len(who.reports)-1]; s.Load.FailFast && last.ExitCode() == report.ExitFailed {
			break
		}
	}
	return s.concludeAB(ctx, sides, "")
}

// this is the program by the name that it was started under, for it may act on
// that name; by its file where that name does not lead to it.
func this() (string, error) {
	if path, err := exec.LookPath(os.Args[0]); err == nil {
		return path, nil
	}
	return os.Executable()
}

// concludeAB compares what there is; lacks is why that is not all.
func (s *Session) concludeAB(ctx context.Context, sides [2]*side, lacks string) (int, error) {
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
		if ctx.Err() == nil && lacks == "" && report.Worst(codes...) != report.ExitFailed {
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

// side is one of the two programs.
type side struct {
	program, name   string
	patience, grace time.Duration // of a run, and of ending one that is asked to
	reports         []*report.Report
}

// last says in a few words what the last run came to.
func (s *side) last() string {
	r := s.reports[len(s.reports)-1]
	text := string(r.Verdict)
	for _, name := range []string{"delivery.p50", "delivery.p99", "deliveries_per_s"} {
		m, _ := report.FindMetric(name)
		if v, ok := m.Of(r); ok {
			text += fmt.Sprintf(", %s %s", name, m.Human(v))
		}
	}
	return text
}

// patience is how long a run of a child may take: its parts, each with its own
// limit, and joining, which takes as long as the server lets users in.
func patience(c *loadgen.Config) time.Duration {
	const start, perUser = 30 * time.Second, 20 * time.Millisecond
	return start + time.Duration(c.Users)*perUser + max(c.Warmup, 0) + c.Duration + 2*c.Drain
}

// run makes one run in a child process and waits for it, but no longer than
// patience. A child that is asked to end is given the time to do so in order.
func (s *side) run(ctx context.Context, args, env []string, file string) error {
	limited, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	var said strings.Builder
	cmd := exec.CommandContext(limited, s.program, append(args, "-json="+file)...)
	cmd.Env = env
	cmd.Stderr = &said
	cmd.Cancel = func() error { return interruptGroup(cmd) }
	cmd.WaitDelay = s.grace
	ownGroup(cmd)
	err := cmd.Run()
	killGroup(cmd)
	switch {
	case ctx.Err() == nil && limited.Err() != nil:
		return &compare.RefusedError{Why: fmt.Sprintf("%s did not end within %v and was given up%s", s.program, s.patience, quoted(said.String())),
			Advice: "try it alone: it is to end by itself, as chatsim does, and to know -json"}
	case err != nil && !errors.As(err, new(*exec.ExitError)):
		return fmt.Errorf("run %s: %w", s.program, err)
	}
	reports, err := compare.ReadFile(file)
	if err != nil || len(reports) != 1 {
		return &compare.RefusedError{Why: s.program + " gave no report" + quoted(said.String()), Advice: "-ab takes another chatsim, which is run with -json"}
	}
	if !reports[0].Interrupted {
		s.reports = append(s.reports, reports...)
	}
	return nil
}

// lastWords is how much of what a program has said is shown, in bytes.
const lastWords = 2000

// quoted is the end of what a program has said, if it has said anything.
func quoted(said string) string {
	said = strings.TrimSpace(said)
	if said == "" {
		return ", without a word"
	}
	var b strings.Builder
	b.WriteString("; it said:")
	for line := range strings.Lines(said[max(0, len(said)-lastWords):]) {
		b.WriteString("\n  " + report.Printable(strings.TrimRight(line, "\r\n")))
	}
	return b.String()
}
