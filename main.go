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
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/flags"
	"chatsim/loadgen/report"
	"chatsim/loadgen/runs"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/trace"
	"chatsim/manager"
)

// exitUsage is the exit code beside those of a report.
const exitUsage = 2

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(stderr, "chatsim: a bug in chatsim: %v\nhint: please report this with the lines below and the command\n%s", p, debug.Stack())
			code = report.ExitBug
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
	case cfg.Compare != "":
		code, err = runs.Compare(cfg, stdout, stderr)
	case cfg.Serve:
		err = serve(ctx, cfg, stdout, stderr)
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

// simulate runs the chatters against rooms of this process, or the target.
func simulate(ctx context.Context, cfg *flags.Config, stdout, stderr io.Writer) (int, error) {
	lc, err := loadConfig(cfg)
	if err != nil {
		return 0, err
	}
	s := &runs.Session{Flags: cfg, Load: lc, Stdout: stdout, Stderr: stderr}
	s.Open = func(lc *loadgen.Config) (runs.Room, error) { return openRoom(cfg, lc, stderr) }
	return s.Run(ctx)
}

// openRoom opens a room of this process for one run, or reaches for the target.
func openRoom(cfg *flags.Config, lc *loadgen.Config, stderr io.Writer) (runs.Room, error) {
	if cfg.Target != "" {
		lc.Join, lc.Kind = loadgen.Dialect(cfg.Dialect, cfg.Target)
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
	room := manager.New(manager.Config{})
	g := new(errgroup.Group)
	g.Go(func() error { return serveUntilShut(room, ln) })
	addr := ln.Addr().String()
	lc.Join, lc.Where = loadgen.Dial(addr), "in-process Manager on "+addr
	return runs.Room{Close: func() { closeRoom(room, g, stderr) }, Panics: func() uint64 { return room.Stats().Panics }}, nil
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
	return rep.ExitCode(), runs.Output(cfg).Write(rep, stdout, stderr)
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

// serve runs the room until ctx ends, then flushes and closes.
func serve(ctx context.Context, cfg *flags.Config, stdout, stderr io.Writer) error {
	ln, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		se := &loadgen.StartError{Err: fmt.Errorf("listen on %s: %w", cfg.Listen, err)}
		if errors.Is(err, syscall.EADDRINUSE) {
			se.Err, se.Advice = fmt.Errorf("listen on %s: the port is in use", cfg.Listen), "stop what runs there, or choose another address with -listen HOST:PORT"
		}
		return se
	}
	room := manager.New(manager.Config{})
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serveUntilShut(room, ln) })
	greet(stdout, stderr, ln.Addr().(*net.TCPAddr))
	<-gctx.Done()
	drain, cancel := context.WithTimeout(context.Background(), cfg.Drain)
	defer cancel()
	err = room.Shutdown(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		fmt.Fprintf(stderr, "chatsim: some did not read to the end within -drain %v and were cut off\n", cfg.Drain)
		err = nil
	}
	err = errors.Join(err, g.Wait())
	s := room.Stats()
	if s.Panics > 0 {
		err = errors.Join(err, fmt.Errorf("a bug in chatsim: %d panics were contained; please report this", s.Panics))
	}
	fmt.Fprintf(stdout, "closed: %s, %s\n", report.Plural(int64(s.Joins), "join", "joins"), report.Plural(int64(s.Lines+s.PrivateLines), "line", "lines"))
	return err
}

// greet says how to reach the room, at each address where it listens.
func greet(stdout, stderr io.Writer, addr *net.TCPAddr) {
	hosts := []string{addr.IP.String()}
	if addr.IP.IsUnspecified() {
		hosts = []string{"127.0.0.1"}
		ips, _ := net.InterfaceAddrs()
		for _, a := range ips {
			if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
				hosts = append(hosts, n.IP.String())
			}
		}
	}
	fmt.Fprintf(stdout, "chatsim: the room is open on %s; join it from a terminal:\n", addr)
	for _, h := range hosts {
		fmt.Fprintf(stdout, "  nc %s %d\n", h, addr.Port)
	}
	fmt.Fprintln(stdout, "The first line is your name, each further one goes to everybody;\n/msg NAME TEXT is for one person alone, /who says who is here. Ctrl-C closes the room.")
	if !addr.IP.IsLoopback() {
		fmt.Fprintf(stderr, "chatsim: warning: there is no authentication: whoever reaches port %d is in (%s)\n", addr.Port, strings.Join(hosts, ", "))
	}
}
