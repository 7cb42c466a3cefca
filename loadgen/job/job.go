// Package job makes the runs that a command line asks for: one, several in
// fresh rooms, a search for the highest rate, or a comparison; and writes what
// came of them.
//
// It does not know what a room is: it is given a function that opens one.
package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"chatsim/loadgen"
	"chatsim/loadgen/compare"
	"chatsim/loadgen/progress"
	"chatsim/loadgen/report"
	"chatsim/manager/screen"
)

// Job is what one command line asks for.
type Job struct {
	Config
	Line   Line
	Stdout io.Writer
	Stderr io.Writer

	// Open opens a fresh room and sets Join, Capabilities and Where. It is not
	// called where there is a target.
	Open func(*loadgen.Config) (Room, error)

	Watcher Watcher // nil: none

	speech speech
}

// Line is the command line in its own words.
type Line interface {
	Explicit(flag string) bool                       // it is there, or in the environment
	Reproduce(seed uint64, more ...string) string    // the command line that runs the same script again
	Child(seed uint64) (args []string, env []string) // of a program that runs the same script once
}

// Watcher is told how the runs stand, and at last what all came to.
type Watcher interface {
	Begin(what string) // a run that is about to begin, in words
	Take(loadgen.Snapshot)
	End(report.Verdict) // of that run
	Done(*report.Runs) error
}

// Room is what a run is made in. All but Close may be nil.
type Room struct {
	Close  func()
	Panics func() uint64         // bugs of the room's that were contained
	Server func() *report.Server // of one that was started; it closes the room
}

// Run does all of it and returns the exit code.
func (s *Job) Run(ctx context.Context) (int, error) {
	if s.Print {
		return report.ExitPassed, s.printScenario()
	}
	if err := s.checkThink(); err != nil {
		return 0, err
	}
	if s.DryRun && s.Line.Explicit("scenario") && s.hasLoad() {
		return report.ExitPassed, s.showScenario()
	}
	if err := s.prepare(); err != nil {
		return 0, err
	}
	switch {
	case s.Load.Scenario.Name == loadgen.Conformance:
		return stories{s}.run(ctx)
	case s.DryRun && s.Load.Story != nil:
		return report.ExitPassed, s.showStory()
	case s.DryRun:
		return s.dryRun(ctx)
	case s.AB != "" || s.Servers.AB != nil:
		return abTest{s}.run(ctx)
	case s.sought() != nil:
		return (&finding{Job: s, sought: s.sought(), lc: s.Load}).run(ctx)
	case s.Repeat > 1:
		return series{s}.run(ctx)
	}
	return s.single(ctx)
}

// prepare reads and checks what the runs need, before the first of them.
func (s *Job) prepare() error {
	for _, step := range []func() error{s.Output.Check, s.expect, s.openDialect, s.loadStory, s.checkKills} {
		if err := step(); err != nil {
			return err
		}
	}
	s.settleRepeat()
	return nil
}

func (s *Job) openDialect() (err error) {
	s.speech.name = s.Dialect
	s.speech.file, err = s.loadDialect()
	return err
}

// settleRepeat sets -repeat to the meaning that a comparison has for it.
func (s *Job) settleRepeat() {
	switch {
	case (s.AB != "" || s.Servers.AB != nil) && !s.Line.Explicit("repeat"):
		s.Repeat = pairs
	case s.Baseline != "":
		s.Repeat = max(s.Repeat, compare.Least())
	}
}

// single returns one run with its report.
func (s *Job) single(ctx context.Context) (int, error) {
	o, err := s.once(ctx, s.Load, s.Servers.Command)
	if err != nil {
		return 0, err
	}
	code := o.code()
	if err := errors.Join(s.write(o.report), o.saved.Finish(o.report)); err != nil {
		if code == 0 {
			return 0, err
		}
		s.warn(err) // what the run came to says more
	}
	return code, nil
}

// write writes the report of the one run that is reported.
func (s *Job) write(rep *report.Report) error {
	return errors.Join(s.Output.Write(rep, s.Stdout, s.Stderr), s.done(report.One(rep)))
}

// done tells who watches what all came to.
func (s *Job) done(rs *report.Runs) error {
	if s.Watcher == nil {
		return nil
	}
	return s.Watcher.Done(rs)
}

func (s *Job) warn(err error) { fmt.Fprintf(s.Stderr, "chatsim: %s\n", err) }

// outcome is a run that has ended.
type outcome struct {
	report *report.Report
	saved  *loadgen.Saved // to be finished with the report
	panics uint64
}

func (o outcome) code() int {
	if o.panics > 0 {
		return report.ExitBug
	}
	return o.report.ExitCode()
}

// once makes one run in a fresh room, which is that of a command if there is one.
func (s *Job) once(ctx context.Context, lc loadgen.Config, command string) (outcome, error) {
	calibration, err := s.calibrate(ctx, lc)
	if err != nil {
		return outcome{}, err
	}
	room, err := s.open(ctx, &lc, command)
	if err != nil {
		return outcome{}, err
	}
	defer room.Close()
	saved, err := s.save(&lc)
	if err != nil {
		return outcome{}, err
	}
	done := s.show(&lc)
	if s.Watcher != nil {
		s.Watcher.Begin(lc.String())
		lc.Watch = s.Watcher.Take
	}
	whole, stop := s.speech.untilFailed(ctx)
	defer stop()
	spent := s.speech.spent()
	rep, err := loadgen.Run(whole, lc)
	done()
	err = s.speech.failure(err)
	if err != nil {
		return outcome{}, errors.Join(err, saved.Abandon(err))
	}
	o := outcome{report: rep, saved: saved}
	if room.Panics != nil {
		o.panics = room.Panics()
	}
	if room.Server != nil {
		rep.Server = room.Server()
	}
	calibration.again(ctx)
	s.identify(rep)
	rep.Calibration = calibration.report()
	s.doubts(rep, o.panics)
	rep.Conclude(s.Thresholds)
	s.speech.about(rep, spent)
	if s.Watcher != nil {
		s.Watcher.End(rep.Verdict)
	}
	return o, nil
}

// identify adds what the command line knows of a run and the run does not.
func (s *Job) identify(rep *report.Report) {
	rep.Config.Target, rep.Config.Dialect = s.where(), s.Dialect
	if s.Managers > 1 || s.Nodes > 0 {
		rep.Config.Managers, rep.Config.Nodes = s.Managers, max(s.Nodes, 1)
	}
	if rep.Server != nil && s.Servers.AB != nil {
		rep.Reproduce = s.Line.Reproduce(rep.Seed, "-cmd", rep.Server.Command)
	} else {
		rep.Reproduce = s.Line.Reproduce(rep.Seed)
	}
}

// Shares from which on a limit is near.
const (
	nearlyOut  = 0.9  // of the descriptors
	nearlyFull = 0.95 // of the processors
)

// doubts adds the warnings that are the process's rather than the load's.
func (s *Job) doubts(rep *report.Report, panics uint64) {
	warn := func(format string, args ...any) { rep.Warnings = append(rep.Warnings, fmt.Sprintf(format, args...)) }
	if panics > 0 {
		warn("a bug in chatsim, please report it: the Manager went on after %s", report.Plural(int64(panics), "panic", "panics"))
	}
	if s.Target.Trust.Insecure {
		warn("-tls-insecure: whoever showed a certificate was taken for the target")
	}
	if need, have := loadgen.Descriptors(s.Load.Chatters(), s.sockets()); have > 0 && float64(need) > nearlyOut*float64(have) {
		warn("descriptors nearly out: the run needed %d of the %d open files that this process may have", need, have)
	}
	cores := min(rep.Environment.CPUs, rep.Environment.GOMAXPROCS)
	if used := rep.Resources.CoresUsed; s.where() == "" && used > nearlyFull*float64(cores) {
		warn("both ends share %s and used %.2f: each was slowed by the other", report.Plural(int64(cores), "core", "cores"), used)
	}
}

func (c *Config) socketsPerUser() int {
	if c.where() != "" {
		return 1
	}
	return 2
}

// sockets returns socketsPerUser and those for requests over HTTP.
func (s *Job) sockets() int {
	if s.speech.callsBeside() {
		return s.socketsPerUser() + 1
	}
	return s.socketsPerUser()
}

// save has the run saved, if that is asked for.
func (s *Job) save(lc *loadgen.Config) (*loadgen.Saved, error) {
	if s.Output.Trace == "" {
		return nil, nil
	}
	known := lc.Outline()
	s.identify(known)
	known.Conclude(s.Thresholds)
	return lc.Save(s.Output.Trace, s.Stdout, known)
}

// show has the run's progress shown: a bar on a terminal, lines elsewhere.
func (s *Job) show(lc *loadgen.Config) (done func()) {
	if s.Servers.AB == nil {
		fmt.Fprintf(s.Stderr, "chatsim: %s\n", lc)
	}
	if s.Output.Quiet || s.Servers.AB != nil {
		return func() {}
	}
	warmup := max(lc.Warmup, 0)
	if f, ok := screen.Terminal(s.Stderr); ok && !screen.CI(os.Getenv) {
		lc.Progress, done = progress.Bar(f, func() int { return screen.Width(f) }, warmup, lc.Duration)
		return done
	}
	lc.Progress = progress.Lines(s.Stderr, warmup, lc.Duration)
	return func() {}
}
