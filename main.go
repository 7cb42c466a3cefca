// Command chatsim runs a chat room and N scripted chatters over real sockets,
// verifies every delivery while the load runs, and says whether everyone saw
// the same conversation, and how fast. With -serve it is the room alone.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	chatterterm "chatsim/chatter/term"
	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/flags"
	"chatsim/loadgen/progress"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/trace"
	"chatsim/manager"
	"chatsim/manager/live"
	"chatsim/manager/record"
)

// rawWait is how long a room that only our own chatters come to waits for the
// end of a name: they send it at once.
const rawWait = 20 * time.Millisecond

// The exit codes beside those of a report.
const (
	exitUsage = 2
	exitBug   = 70
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(stderr, "chatsim: a bug in chatsim: %v\nhint: please report this with the lines below and the command\n%s", p, debug.Stack())
			code = exitBug
		}
	}()
	known := flags.Known{Scenarios: scenario.Names(), MinSize: scenario.MinSize}
	cfg, err := flags.Parse(args, known)
	switch {
	case err != nil:
		return fail(stderr, err)
	case cfg.Help:
		err = flags.Usage(stdout, known)
	case cfg.Version:
		_, err = fmt.Fprintln(stdout, version())
	case cfg.Judge != "":
		code, err = judge(cfg, stdin, stdout, stderr)
	case cfg.Join != "":
		err = join(ctx, cfg, stdin, stdout)
	case cfg.Serve:
		err = serve(ctx, cfg, stdin, stdout, stderr)
	default:
		code, err = simulate(ctx, cfg, stdout, stderr)
	}
	switch {
	case err == nil:
		return code
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fail(stderr, err)
		return report.ExitInterrupted
	}
	return fail(stderr, err)
}

// fail prints an error, and its hint if it has one.
func fail(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "chatsim: %s\n", err)
	var h interface{ Hint() string }
	if errors.As(err, &h) && h.Hint() != "" {
		fmt.Fprintf(stderr, "hint: %s\n", h.Hint())
	}
	return exitUsage
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return "chatsim " + info.Main.Version + " " + info.GoVersion
	}
	return "chatsim"
}

// simulate runs the chatters against a room of this process, or the target.
func simulate(ctx context.Context, cfg *flags.Config, stdout, stderr io.Writer) (int, error) {
	lc, err := loadConfig(cfg)
	if err != nil {
		return 0, err
	}
	if err := output(cfg).Check(); err != nil {
		return 0, err
	}
	var room *manager.Manager
	if cfg.Target != "" {
		if err := loadgen.CheckDescriptors(cfg.Users, 1); err != nil {
			return 0, err
		}
		lc.Join, lc.Kind = loadgen.Dialect(cfg.Dialect, cfg.Target)
		lc.Where = "server at " + cfg.Target
	} else {
		if err := loadgen.CheckDescriptors(cfg.Users, 2); err != nil {
			return 0, err
		}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, fmt.Errorf("listen on a free port: %w", err)
		}
		room = manager.New(manager.Config{Detect: cfg.Dialect == "raw", RawWait: rawWait})
		var g errgroup.Group
		g.Go(func() error { return serveUntilShut(room, ln) })
		defer func() { closeRoom(room, &g, stderr) }()
		addr := ln.Addr().String()
		lc.Join, lc.Kind = loadgen.Dialect(cfg.Dialect, addr)
		lc.Where = "in-process Manager on " + addr
	}
	saved, err := save(cfg, &lc, stdout)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(stderr, "chatsim: %s\n", lc)
	done := watch(&lc, cfg, stderr)
	rep, err := loadgen.Run(ctx, lc)
	done()
	if err != nil {
		return 0, errors.Join(err, saved.Abandon(err))
	}
	rep.Config.Target, rep.Config.Dialect = cfg.Target, cfg.Dialect
	rep.Reproduce = cfg.Reproduce(lc.Seed)
	panics := uint64(0)
	if room != nil {
		if panics = room.Stats().Panics; panics > 0 {
			rep.Warnings = append(rep.Warnings, fmt.Sprintf("a bug in chatsim: %d panics in the Manager were contained; please report this", panics))
		}
	}
	rep.Conclude(cfg.Thresholds)
	code := rep.ExitCode()
	if panics > 0 {
		code = exitBug
	}
	if err := errors.Join(output(cfg).Write(rep, stdout, stderr), saved.Finish(rep)); err != nil {
		if code == 0 {
			return 0, err
		}
		fail(stderr, err) // what the run came to says more
	}
	return code, nil
}

// save has the run saved, if that is asked for.
func save(cfg *flags.Config, lc *loadgen.Config, stdout io.Writer) (*loadgen.Saved, error) {
	if cfg.Trace == "" {
		return nil, nil
	}
	known := lc.Outline()
	known.Config.Target, known.Config.Dialect, known.Reproduce = cfg.Target, cfg.Dialect, cfg.Reproduce(lc.Seed)
	known.Conclude(cfg.Thresholds)
	return lc.Save(cfg.Trace, stdout, known)
}

// judge looks again at a run that was saved.
func judge(cfg *flags.Config, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	rep, err := loadgen.JudgeFile(cfg.Judge, stdin)
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
	return rep.ExitCode(), output(cfg).Write(rep, stdout, stderr)
}

// loadConfig turns the flags into what a run is made of.
func loadConfig(cfg *flags.Config) (loadgen.Config, error) {
	spec, err := scenario.Find(cfg.Scenario)
	if err != nil {
		return loadgen.Config{}, err
	}
	level, err := check.ParseLevel(cfg.Verify)
	if err != nil {
		return loadgen.Config{}, err
	}
	seed := cfg.Seed
	if !cfg.Explicit("seed") {
		seed = uint64(time.Now().UnixMicro()) % 1_000_000_000 // short enough to type
	}
	warmup := cfg.Warmup
	if warmup == 0 {
		warmup = -1 // none; the zero value would mean the default
	}
	return loadgen.Config{Users: cfg.Users, Duration: cfg.Duration, Warmup: warmup, Drain: cfg.Drain, Rate: cfg.Rate,
		Inflight: cfg.Inflight, Size: cfg.Size, Seed: seed, Scenario: spec, Verify: level}, nil
}

func output(cfg *flags.Config) report.Output {
	return report.Output{JSON: cfg.JSON, Trace: cfg.Trace, Quiet: cfg.Quiet, Verbose: cfg.Verbose}
}

// watch shows the run's progress: a bar on a terminal, lines elsewhere.
func watch(lc *loadgen.Config, cfg *flags.Config, stderr io.Writer) (done func()) {
	if cfg.Quiet {
		return func() {}
	}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("CI") == "" {
		lc.Progress, done = progress.Bar(stderr, cfg.Warmup, cfg.Duration)
		return done
	}
	lc.Progress = progress.Lines(stderr, cfg.Warmup, cfg.Duration)
	return func() {}
}

// serveUntilShut takes the room's orderly end for what it is.
func serveUntilShut(room *manager.Manager, ln net.Listener) error {
	if err := room.Serve(ln); !errors.Is(err, manager.ErrShutdown) {
		return err
	}
	return nil
}

// closeRoom ends the in-process room; the chatters are gone already.
func closeRoom(room *manager.Manager, g *errgroup.Group, stderr io.Writer) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := errors.Join(room.Shutdown(ctx), g.Wait()); err != nil {
		fmt.Fprintf(stderr, "chatsim: close the room: %v\n", err)
	}
}

// join is one chatter for a person.
func join(ctx context.Context, cfg *flags.Config, stdin io.Reader, stdout io.Writer) error {
	return chatterterm.Run(ctx, chatterterm.Config{Addr: cfg.Join, Name: cfg.Name, Password: cfg.Password, TLS: cfg.TLS, TLSCA: cfg.TLSCA,
		LogDir: cfg.Log, Locale: chatterterm.Locale(os.Getenv), NoColor: os.Getenv("NO_COLOR") != ""}, stdin, stdout)
}

// serve runs the room alone, for people.
func serve(ctx context.Context, cfg *flags.Config, stdin io.Reader, stdout, stderr io.Writer) error {
	format, err := record.ParseFormat(cfg.RecordFormat)
	if err != nil {
		return err
	}
	return live.Run(ctx, live.Config{Listen: cfg.Listen, Drain: cfg.Drain, Record: cfg.Record, RecordPrivate: cfg.RecordPrivate,
		RecordFormat: format, Password: cfg.Password, TLSCert: cfg.TLSCert, TLSKey: cfg.TLSKey, StrictNames: cfg.StrictNames,
		MaxUsers: cfg.MaxUsers, MaxConns: cfg.MaxConns, Flood: cfg.Flood, Verbose: cfg.Verbose}, stdin, stdout, stderr)
}
