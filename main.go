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
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	chatterterm "chatsim/chatter/term"
	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/flags"
	"chatsim/loadgen/report"
	"chatsim/loadgen/runs"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/trace"
	"chatsim/loadgen/watch"
	"chatsim/manager"
	"chatsim/manager/live"
	"chatsim/manager/live/outlet"
	"chatsim/manager/record"
	"chatsim/manager/screen"
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

func run(ctx context.Context, args []string, stdin io.Reader, stdout, console io.Writer) (code int) {
	stderr := screen.Fit(console)
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(stderr, "chatsim: a bug in chatsim: %v\nhint: please report this with the lines below and the command\n%s", p, debug.Stack())
			code = report.ExitBug
		}
	}()
	known := flags.Known{Scenarios: scenario.Names(), MinSize: scenario.MinSize, Env: os.LookupEnv,
		Stdout: func() string { return report.NameHere(stdout) }}
	cfg, err := flags.Parse(args, known)
	if err != nil {
		return fail(stderr, err)
	}
	if err := report.Distinct(cfg.Inputs(), cfg.Outputs(), report.Streams{In: stdin, Out: stdout, Err: console}); err != nil {
		return fail(stderr, err)
	}
	ctx, stop := signal.NotifyContext(ctx, cfg.Endings()...)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	page := outlet.Dropping(stdout)
	switch {
	case cfg.Help:
		err = flags.Usage(page, known, cfg.Topic, screen.Width(stdout))
	case cfg.Version:
		_, err = fmt.Fprintln(page, version())
	case cfg.Judge != "":
		code, err = judge(ctx, cfg, stdin, page, stderr)
	case cfg.Compare != "":
		code, err = unlessEnded(ctx, func() (int, error) { return runs.Compare(cfg, page, stderr) })
	case cfg.Join != "":
		err = join(ctx, cfg, stdin, stdout, stderr)
	case cfg.Serve:
		err = serve(ctx, cfg, stdin, stdout, console)
	default:
		code, err = simulate(ctx, cfg, page, stderr)
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

// fail prints an error, and its hint if it has one.
func fail(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "chatsim: %s\n", err)
	var h interface{ Hint() string }
	if errors.As(err, &h) && h.Hint() != "" {
		fmt.Fprintf(stderr, "hint: %s\n", h.Hint())
	}
	var c interface{ ExitCode() int }
	if errors.As(err, &c) {
		return c.ExitCode()
	}
	return exitUsage
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return "chatsim " + info.Main.Version + " " + info.GoVersion
	}
	return "chatsim"
}

// simulate runs the chatters against rooms of this process, or the target.
func simulate(ctx context.Context, cfg *flags.Config, stdout, stderr io.Writer) (int, error) {
	lc, err := loadConfig(cfg)
	if err != nil {
		return 0, err
	}
	s := &runs.Session{Flags: cfg, Load: lc, Stdout: stdout, Stderr: stderr}
	var current atomic.Pointer[manager.Manager] // the room that is open
	s.Open = func(lc *loadgen.Config) (runs.Room, error) { return openRoom(cfg, lc, &current, stderr) }
	if cfg.Watch == "" {
		return s.Run(ctx)
	}
	w, err := watch.Listen(cfg.Watch, watch.Config{Pages: web.Run(), Hosts: cfg.Hosts, Stderr: stderr, Room: func() any {
		if room := current.Load(); room != nil {
			return live.Sample(room.Stats(), time.Now())
		}
		return nil
	}})
	if err != nil {
		return 0, err
	}
	s.Watcher = w
	code, err := s.Run(ctx)
	w.Close(ctx, err == nil && !screen.CI(os.Getenv))
	return code, err
}

// openRoom opens a room of this process for one run, which is then the current
// one, or reaches for the target.
func openRoom(cfg *flags.Config, lc *loadgen.Config, current *atomic.Pointer[manager.Manager], stderr io.Writer) (runs.Room, error) {
	if cfg.Target != "" {
		lc.Join, lc.Capabilities = loadgen.Dialect(cfg.Dialect, cfg.Target)
		lc.Where = "server at " + cfg.Target
		return runs.Room{Close: func() {}, Panics: func() uint64 { return 0 }}, loadgen.CheckDescriptors(cfg.Users, 1)
	}
	if err := loadgen.CheckDescriptors(cfg.Users, 2); err != nil {
		return runs.Room{}, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return runs.Room{}, fmt.Errorf("listen on a free port: %w", err)
	}
	room := manager.New(manager.Config{Detect: cfg.Dialect != "line", RawWait: rawWait, Measure: cfg.Watch != ""})
	if cfg.Dialect == "ws" {
		room.Handle(web.Sockets(room.ServeLines))
	}
	current.Store(room)
	g := new(errgroup.Group)
	g.Go(func() error { return serveUntilShut(room, ln) })
	addr := ln.Addr().String()
	lc.Join, lc.Capabilities = loadgen.Dialect(cfg.Dialect, addr)
	lc.Where = "in-process Manager on " + addr
	return runs.Room{Close: func() { closeRoom(room, g, stderr) }, Panics: func() uint64 { return room.Stats().Panics }}, nil
}

// judge looks again at a run that was saved.
func judge(ctx context.Context, cfg *flags.Config, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	rep, err := unlessEnded(ctx, func() (*report.Report, error) { return loadgen.JudgeFile(cfg.Judge, stdin) })
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
	return rep.ExitCode(), runs.Output(cfg).Write(rep, stdout, stderr)
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
		Inflight: cfg.Inflight, Size: cfg.Size, Seed: seed, Scenario: spec, Verify: level, FailFast: cfg.FailFast}, nil
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

// secret is the room's password.
func secret(cfg *flags.Config, stderr io.Writer) (string, error) {
	if cfg.Exposed() {
		fmt.Fprintln(stderr, "chatsim: warning: others on this machine can read the password in the list of processes; -password-file or CHATSIM_PASSWORD keep it to you")
	}
	return cfg.Secret()
}

// join is one chatter for a person.
func join(ctx context.Context, cfg *flags.Config, stdin io.Reader, stdout, stderr io.Writer) error {
	password, err := secret(cfg, stderr)
	if err != nil {
		return err
	}
	return chatterterm.Run(ctx, chatterterm.Config{Addr: cfg.Join, Name: cfg.Name, Password: password, TLS: cfg.TLS, TLSCA: cfg.TLSCA,
		LogDir: cfg.Log, Locale: chatterterm.Locale(os.Getenv), NoColor: os.Getenv("NO_COLOR") != ""}, stdin, stdout, stderr)
}

// serve runs the room alone, for people.
func serve(ctx context.Context, cfg *flags.Config, stdin io.Reader, stdout, stderr io.Writer) error {
	format, err := record.ParseFormat(cfg.RecordFormat)
	if err != nil {
		return err
	}
	password, err := secret(cfg, stderr)
	if err != nil {
		return err
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP) // under nohup too: it ends nothing here
	defer signal.Stop(hup)
	return live.Run(ctx, live.Config{Reload: hup, Listen: cfg.Listen, Drain: cfg.Drain, Record: cfg.Record, RecordPrivate: cfg.RecordPrivate,
		RecordFormat: format, Password: password, MetricsAddr: cfg.MetricsAddr, TLSCert: cfg.TLSCert, TLSKey: cfg.TLSKey, StrictNames: cfg.StrictNames,
		MaxUsers: cfg.MaxUsers, MaxConns: cfg.MaxConns, Console: cfg.Console, Origins: cfg.Origins, Hosts: cfg.Hosts, Flood: cfg.Flood, NoRaw: cfg.Raw == "off", Verbose: cfg.Verbose}, stdin, stdout, stderr)
}
