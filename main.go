// Command chatsim runs a chat room and N scripted chatters over real sockets,
// verifies every delivery while the load runs, and reports whether everyone saw
// the same conversation, and how fast. With -serve it is the room alone.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	chatterterm "chatsim/chatter/term"
	"chatsim/loadgen"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/flags"
	"chatsim/loadgen/job"
	"chatsim/loadgen/report"
	"chatsim/loadgen/trace"
	"chatsim/loadgen/watch"
	"chatsim/manager"
	"chatsim/manager/hinted"
	"chatsim/manager/host"
	"chatsim/manager/host/outlet"
	"chatsim/manager/screen"
	"chatsim/manager/several"
	"chatsim/manager/tongue"
	"chatsim/manager/web"
)

// rawWait is how long a room that only our own chatters come to waits for the
// end of a name: they send it at once.
const rawWait = 20 * time.Millisecond

const exitUsage = 2 // beside the exit codes of a report

func main() {
	stderr := outlet.For(os.Stderr)
	code := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, stderr)
	outlet.Flush(time.Second, stderr)
	os.Exit(code)
}

// command is all that a command line may ask for; each part defines its flags.
type command struct {
	runs  job.Config
	watch watch.Config
	serve bool
	host  host.Config
	term  chatterterm.Config
}

// allFlags returns the flags of a command of its own.
func allFlags() []flags.Group { return new(command).groups() }

func (c *command) groups() []flags.Group {
	serve := func(fs *pflag.FlagSet) {
		fs.BoolVar(&c.serve, "serve", false, "run the room as a live server until interrupted; of the flags above only -drain and -v go with it")
	}
	return []flags.Group{
		flags.Of(flags.Simulation, c.runs.Load.Flags, c.runs.RunFlags, c.watch.Flags),
		flags.Of(flags.Several, c.runs.SeveralFlags),
		flags.Of(flags.Reporting, c.runs.OutputFlags),
		flags.Of(flags.SavedRun, c.runs.JudgeFlags),
		flags.Of(flags.LiveRoom, serve, c.host.Flags, c.watch.NameFlags),
		flags.Of(flags.Terminal, c.term.Flags, c.runs.Target.SharedFlags),
	}
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, console io.Writer) (code int) {
	stderr := screen.Fit(console)
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(stderr, "chatsim: a bug in chatsim: %v\nhint: please report this with the lines below and the command\n%s", p, debug.Stack())
			code = report.ExitBug
		}
	}()
	c := new(command)
	known := flags.Known{Groups: allFlags, Env: os.LookupEnv, Stdout: func() string { return report.NameHere(stdout) }}
	line, err := flags.Parse(args, c.groups(), known)
	if err != nil {
		return fail(stderr, err)
	}
	if err := report.Distinct(line.Inputs(), line.Outputs(), report.Streams{In: stdin, Out: stdout, Err: console}); err != nil {
		return fail(stderr, err)
	}
	ctx, stop := signal.NotifyContext(ctx, line.Endings()...)
	defer stop()
	context.AfterFunc(ctx, func() {
		flags.Outlast()
		stop() // a second signal ends the process at once
	})
	page := outlet.Dropping(stdout)
	switch {
	case line.AboutChatsim():
		err = about(line, page, screen.Width(stdout))
	case line.Probe != "":
		err = host.Probe(ctx, line.Probe)
	case c.runs.Judge != "":
		code, err = c.judge(ctx, stdin, page, stderr)
	case c.runs.DialectTest != "":
		code, err = job.TryDialect(c.runs, stdin, page, stderr)
	case c.runs.Compare != "":
		code, err = unlessEnded(ctx, func() (int, error) { return job.Compare(c.runs, page, stderr) })
	case c.term.Addr != "":
		warnExposed(line, stderr)
		c.term.Locale, c.term.NoColor = tongue.Locale(os.Getenv), os.Getenv("NO_COLOR") != ""
		err = chatterterm.Run(ctx, c.term, stdin, stdout, stderr)
	case c.serve:
		warnExposed(line, stderr)
		err = c.serveRoom(ctx, stdin, stdout, console)
	default:
		warnExposed(line, stderr)
		code, err = c.simulate(ctx, line, page, stderr)
	}
	switch {
	case err == nil:
		return code
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "chatsim: interrupted before there was anything to report")
		return report.ExitInterrupted
	}
	return fail(stderr, err)
}

// about writes what is asked about chatsim itself.
func about(line *flags.Line, page io.Writer, width int) (err error) {
	switch {
	case line.Help:
		return line.Usage(page, width)
	case line.Version:
		_, err = fmt.Fprintln(page, version())
		return err
	case line.Man:
		return line.WriteMan(page, version())
	}
	return line.WriteCompletion(page)
}

// fail prints an error, and its hint if it has one.
func fail(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "chatsim: %s\n", hinted.Text(err))
	var c interface{ ExitCode() int }
	if errors.As(err, &c) {
		return c.ExitCode()
	}
	return exitUsage
}

// version tells what was built, from which commit and when that was made.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "chatsim"
	}
	text := "chatsim " + info.Main.Version + " " + info.GoVersion
	of := make(map[string]string)
	for _, s := range info.Settings {
		of[s.Key] = s.Value
	}
	if of["vcs.revision"] != "" {
		text += " commit " + of["vcs.revision"] + " of " + of["vcs.time"]
	}
	if of["vcs.modified"] == "true" {
		text += ", changed since"
	}
	return text
}

// simulate runs the chatters against rooms of this process, or the target.
func (c *command) simulate(ctx context.Context, line *flags.Line, stdout, stderr io.Writer) (int, error) {
	s := &job.Job{Config: c.runs, Line: line, Stdout: stdout, Stderr: stderr}
	var current atomic.Pointer[several.Room] // the room that is open
	s.Open = func(lc *loadgen.Config) (job.Room, error) { return c.openRoom(ctx, lc, &current, stderr) }
	if c.watch.Addr == "" {
		return s.Run(ctx)
	}
	c.watch.Pages, c.watch.Stderr = web.Run(), stderr
	c.watch.Room = func() any {
		if room := current.Load(); room != nil {
			return host.Sample(room.Stats(), time.Now())
		}
		return nil
	}
	w, err := watch.Listen(c.watch)
	if err != nil {
		return 0, err
	}
	s.Watcher = w
	code, err := s.Run(ctx)
	w.Close(ctx, err == nil && !screen.CI(os.Getenv))
	return code, err
}

// openRoom opens a room of this process for one run, which is then the current
// one.
func (c *command) openRoom(ctx context.Context, lc *loadgen.Config, current *atomic.Pointer[several.Room], stderr io.Writer) (job.Room, error) {
	dialect := c.runs.Dialect
	if err := lc.CheckDescriptors(2); err != nil {
		return job.Room{}, err
	}
	cfg := manager.Config{Detect: dialect != "line", RawWait: rawWait, Measure: c.watch.Addr != ""}
	if lc.Scenario.Kills() > 0 {
		cfg.Lease = lc.Lease()
		lc.LossLimit = cfg.Lease + ledger.LeaveLimit
	}
	room, err := several.Open(ctx, several.Config{Managers: c.runs.Managers, Nodes: c.runs.Nodes, Manager: cfg, Prepare: func(m *manager.Manager) {
		if dialect == "ws" {
			m.Handle(web.Sockets(m.ServeLines))
		}
	}})
	if err != nil {
		return job.Room{}, err
	}
	current.Store(room)
	for _, addr := range room.Addrs {
		door := loadgen.Door{Addr: addr}
		door.Join, lc.Capabilities = loadgen.Dialect(dialect, addr)
		lc.Doors = append(lc.Doors, door)
	}
	lc.Where = room.Where()
	lc.Kill = func(_ context.Context, door int) error { return room.Kill(door) }
	return job.Room{Close: func() { closeRoom(room, stderr) }, Panics: func() uint64 { return room.Stats().Panics }}, nil
}

// judge looks again at a run that was saved.
func (c *command) judge(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	rep, err := unlessEnded(ctx, func() (*report.Report, error) { return loadgen.JudgeFile(c.runs.Judge, stdin) })
	var cut *trace.CutError
	switch {
	case errors.As(err, &cut):
		fail(stderr, err)
	case err != nil:
		return 0, err
	}
	if rep == nil {
		return report.ExitInconclusive, nil
	}
	return rep.ExitCode(), c.runs.Output.Write(rep, stdout, stderr)
}

// unlessEnded returns what read does, or that ctx has ended: nothing ends the
// reading of a pipe.
func unlessEnded[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
		bug   any // what read has panicked with, to be told as everywhere
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r.bug = fmt.Sprintf("%v\n%s", p, debug.Stack())
			}
			done <- r
		}()
		r.value, r.err = read()
	}()
	select {
	case r := <-done:
		if r.bug != nil {
			panic(r.bug)
		}
		return r.value, r.err
	case <-ctx.Done():
		return *new(T), ctx.Err()
	}
}

// closeRoom ends the in-process room; the chatters are gone already.
func closeRoom(room *several.Room, stderr io.Writer) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := room.Close(ctx); err != nil {
		fmt.Fprintf(stderr, "chatsim: close the room: %v\n", err)
	}
}

// warnExposed warns of a password that is not only the owner's.
func warnExposed(line *flags.Line, stderr io.Writer) {
	if line.Exposed() {
		fmt.Fprintln(stderr, "chatsim: warning: others on this machine can read the password in the list of processes; -password-file or CHATSIM_PASSWORD keep it to you")
	}
}

// serveRoom runs the room alone, for people.
func (c *command) serveRoom(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP) // under nohup too: it ends nothing here
	defer signal.Stop(hup)
	c.host.Reload, c.host.Locale = hup, tongue.Locale(os.Getenv)
	return host.Run(ctx, c.host, stdin, stdout, stderr)
}
