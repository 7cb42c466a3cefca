package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"chatsim/loadgen/flags"
	"chatsim/loadgen/flags/flagstest"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/servertest/chaos"
	"chatsim/loadgen/servertest/original"
	"chatsim/manager"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"chatsim": main})
}

// TestScript runs the real program as people and CI scripts do.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":        cmdCode,
			"peer":        cmdPeer,
			"start":       cmdStart,
			"interrupt":   signalled(os.Interrupt),
			"hangup":      signalled(syscall.SIGHUP),
			"get":         cmdGet,
			"json":        cmdJSON,
			"max-lines":   cmdMaxLines,
			"refused":     cmdRefused,
			"same-checks": cmdSameChecks,
		},
	})
}

// TestImports holds the arrows between the packages: what may be used without
// what. Dependencies of dependencies count.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	never := map[string][]string{
		"chatsim":                      {"chatsim/loadgen/servertest/original", "chatsim/loadgen/servertest/chaos"}, // but by tests
		"chatsim/manager":              {"chatsim/chatter", "chatsim/loadgen"},
		"chatsim/manager/room":         {"net"},
		"chatsim/manager/feed":         {"chatsim/manager/wire"},
		"chatsim/chatter":              {"chatsim/loadgen", "chatsim/manager/room", "chatsim/manager/feed"},
		"chatsim/loadgen":              {"chatsim/manager", "chatsim/manager/room", "chatsim/manager/feed"},
		"chatsim/loadgen/check":        {"net"},
		"chatsim/loadgen/check/ledger": {"chatsim/loadgen/check"},
		"chatsim/loadgen/trace":        {"net", "chatsim/loadgen/check"},
		"chatsim/loadgen/report":       {"net"},
		"chatsim/loadgen/scenario":     {"net"},
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		deps := strings.Fields(line)
		for from, to := range never {
			if pkg := deps[0]; pkg != from && !strings.HasPrefix(pkg, from+"/") {
				continue
			}
			seen++
			for _, d := range deps[1:] {
				if slices.Contains(to, d) {
					t.Errorf("%s uses %s", deps[0], d)
				}
			}
		}
	}
	if seen < len(never) {
		t.Errorf("only %d packages were looked at:\n%s", seen, out)
	}
}

// maxTime is when a command that should end soon counts as hanging.
const maxTime = 30 * time.Second

// cmdCode is `code N program args…`: the program must end with exit code N, or
// one of those in `code N|M program args…`.
func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program args...")
	}
	want := strings.Split(args[0], "|")
	begin := time.Now()
	err := ts.Exec(args[1], args[2:]...)
	if took := time.Since(begin); took > maxTime {
		ts.Fatalf("took %v", took)
	}
	if got := exitCode(err); !slices.Contains(want, strconv.Itoa(got)) {
		ts.Fatalf("exit code %d, want %s (%v)", got, args[0], err)
	}
}

func exitCode(err error) int {
	var ee *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &ee):
		return ee.ExitCode()
	}
	return -1
}

// cmdRefused is `refused args…`: the program must refuse them with a hint, and
// accept what the hint proposes.
func cmdRefused(ts *testscript.TestScript, neg bool, args []string) {
	cmdCode(ts, neg, append([]string{strconv.Itoa(exitUsage), "chatsim"}, args...))
	msg, hint, ok := strings.Cut(strings.TrimPrefix(ts.ReadFile("stderr"), "chatsim: "), "\nhint: ")
	if !ok {
		ts.Fatalf("no hint")
	}
	if _, err := flagstest.Try(args, msg, hint, flags.Known{Scenarios: scenario.Names(), MinSize: scenario.MinSize}); err != nil {
		ts.Fatalf("the hint: %v", err)
	}
}

// peers are servers that a target should not be.
var peers = map[string]func(net.Conn){
	"mute":    func(c net.Conn) { io.Copy(io.Discard, c) },
	"closing": func(net.Conn) {},
	"noise": func(c net.Conn) {
		c.Write([]byte("\x00\xff\x1b[2J\n\x01\x02\n"))
		io.Copy(io.Discard, c)
	},
}

// cmdPeer is `peer KIND VAR`: a server of that kind listens until the script
// ends, its address in VAR. Of kind "none" nobody listens there.
func cmdPeer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: peer KIND VAR")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[1], ln.Addr().String())
	ts.Defer(func() { ln.Close() })
	switch serve := peers[args[0]]; {
	case args[0] == "none":
		ts.Check(ln.Close())
	case strings.HasSuffix(args[0], "ms"):
		delayed(ts, args[0], ln)
	case args[0] == "losing":
		losing(ts, ln)
	case args[0] == "refusing":
		refusing(ts, ln)
	case args[0] == "original":
		ts.Defer(original.All().Serve(ln))
	case args[0] == "raw":
		ts.Defer(original.Server{}.Serve(ln))
	case args[0] == "http":
		go http.Serve(ln, http.NotFoundHandler())
	case serve != nil:
		go accept(ln, serve)
	default:
		ts.Fatalf("no peer is %q", args[0])
	}
}

// delayed is a room behind something that holds back all that it sends.
func delayed(ts *testscript.TestScript, delay string, ln net.Listener) {
	d, err := time.ParseDuration(delay)
	ts.Check(err)
	behind, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	room := manager.New(manager.Config{})
	go room.Serve(behind)
	proxy := &chaos.Proxy{Target: behind.Addr().String(), Delay: d}
	go proxy.Serve(ln)
	ts.Defer(func() {
		ln.Close()
		room.Shutdown(context.Background())
	})
}

// refusing is a room behind something that answers every second line itself, by
// an error.
func refusing(ts *testscript.TestScript, ln net.Listener) {
	behind, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	room := manager.New(manager.Config{})
	go room.Serve(behind)
	ts.Defer(func() { room.Shutdown(context.Background()) })
	go accept(ln, func(c net.Conn) {
		in, err := net.Dial("tcp", behind.Addr().String())
		if err != nil {
			return
		}
		defer in.Close()
		var whole sync.Mutex // one frame after the other
		go func() {
			frames := bufio.NewReader(in)
			for {
				frame, err := frames.ReadBytes('\n')
				whole.Lock()
				c.Write(frame)
				whole.Unlock()
				if err != nil {
					return
				}
			}
		}()
		lines := bufio.NewReader(c)
		for n := 0; ; n++ {
			line, err := lines.ReadBytes('\n')
			switch {
			case err != nil:
				return
			case n > 0 && n%2 == 0:
				whole.Lock()
				fmt.Fprintf(c, "{\"error\":\"slow down, line %d\"}\n", n)
				whole.Unlock()
			default:
				in.Write(line)
			}
		}
	})
}

// losing is a room behind something that loses one line on its way to the third
// who comes.
func losing(ts *testscript.TestScript, ln net.Listener) {
	behind, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	room := manager.New(manager.Config{})
	go room.Serve(behind)
	ts.Defer(func() { room.Shutdown(context.Background()) })
	var came atomic.Int64
	go accept(ln, func(c net.Conn) {
		in, err := net.Dial("tcp", behind.Addr().String())
		if err != nil {
			return
		}
		defer in.Close()
		third := came.Add(1) == 3
		go func() {
			io.Copy(in, c)
			in.(*net.TCPConn).CloseWrite()
		}()
		frames := bufio.NewReader(in)
		for lines := 0; ; {
			frame, err := frames.ReadBytes('\n')
			if err != nil {
				return
			}
			if frame[0] == ' ' {
				lines++
			}
			if third && frame[0] == ' ' && lines == 20 {
				continue
			}
			c.Write(frame)
		}
	})
}

func accept(ln net.Listener, serve func(net.Conn)) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			serve(c)
		}()
	}
}

// started is the program that cmdStart left running.
type started struct {
	cmd    *exec.Cmd
	output strings.Builder // standard output and error together
	read   chan struct{}   // closed when output is complete
}

// running are the started programs by script.
var running = make(chan map[*testscript.TestScript]*started, 1)

func init() { running <- make(map[*testscript.TestScript]*started) }

// cmdStart is `start REGEXP program args…`: the program is left running as
// soon as it has printed a line that matches; its submatches go to $1, $2, ….
func cmdStart(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start REGEXP program args...")
	}
	re, err := regexp.Compile(args[0])
	ts.Check(err)
	path, err := exec.LookPath(args[1])
	ts.Check(err)
	r, w, err := os.Pipe()
	ts.Check(err)
	s := &started{cmd: exec.Command(path, args[2:]...), read: make(chan struct{})}
	s.cmd.Dir = ts.Getenv("WORK")
	s.cmd.Env = append(os.Environ(), "CI="+ts.Getenv("CI"))
	s.cmd.Stdout, s.cmd.Stderr = w, w
	ts.Check(s.cmd.Start())
	ts.Check(w.Close())
	ts.Defer(func() {
		s.cmd.Process.Kill() // fails where it has ended, as it should have
		<-s.read
		s.cmd.Wait()
		r.Close()
	})
	found := make(chan []string, 1)
	go s.follow(r, re, found)
	select {
	case m := <-found:
		for i, sub := range m {
			ts.Setenv(strconv.Itoa(i), sub)
		}
	case <-s.read:
		ts.Fatalf("no line of the output matches %s:\n%s", re, s.output.String())
	case <-time.After(maxTime):
		ts.Fatalf("no line of the output matches %s within %v", re, maxTime)
	}
	all := <-running
	all[ts] = s
	running <- all
}

// follow reads the program's output to its end.
func (s *started) follow(r io.Reader, re *regexp.Regexp, found chan<- []string) {
	defer close(s.read)
	for sc := bufio.NewScanner(r); sc.Scan(); {
		s.output.WriteString(sc.Text() + "\n")
		if m := re.FindStringSubmatch(sc.Text()); m != nil {
			select {
			case found <- m:
			default: // an earlier line did
			}
		}
	}
}

// signalled is a command such as `interrupt N`: the started program is sent the
// signal and must end with exit code N; what it printed becomes the standard
// output. Without N it has to go on.
func signalled(sig os.Signal) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) > 1 {
			ts.Fatalf("usage: interrupt N, hangup [N]")
		}
		all := <-running
		s := all[ts]
		if len(args) == 1 {
			delete(all, ts)
		}
		running <- all
		if s == nil {
			ts.Fatalf("nothing was started")
		}
		ts.Check(s.cmd.Process.Signal(sig))
		if len(args) == 0 {
			return
		}
		want, err := strconv.Atoi(args[0])
		ts.Check(err)
		select {
		case <-s.read:
		case <-time.After(maxTime):
			ts.Fatalf("still running %v after %v", maxTime, sig)
		}
		got := exitCode(s.cmd.Wait())
		fmt.Fprint(ts.Stdout(), s.output.String())
		if got != want {
			ts.Fatalf("exit code %d, want %d:\n%s", got, want, s.output.String())
		}
	}
}

// cmdGet is `get URL [REGEXP]`: the page's body becomes the standard output, as
// soon as it matches.
func cmdGet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: get URL [REGEXP]")
	}
	re, err := regexp.Compile(strings.Join(args[1:], ""))
	ts.Check(err)
	for began := time.Now(); ; {
		resp, err := http.Get(args[0])
		ts.Check(err)
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		ts.Check(err)
		switch {
		case resp.StatusCode != http.StatusOK:
			ts.Fatalf("%s: %s", resp.Status, body)
		case re.Match(body):
			_, err = ts.Stdout().Write(body)
			ts.Check(err)
			return
		case time.Since(began) > maxTime:
			ts.Fatalf("does not match within %v: %s", maxTime, body)
		}
	}
}

// cmdJSON is `json FILE KEY.KEY VALUE`: the value there, as text; FILE may be
// stdout. With "!" the value must be another one.
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: json FILE KEY.KEY VALUE")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &v))
	for key := range strings.SplitSeq(args[1], ".") {
		m, _ := v.(map[string]any)
		value, ok := m[key]
		if !ok {
			ts.Fatalf("no %s in %s", args[1], args[0])
		}
		v = value
	}
	if got := fmt.Sprint(v); (got == args[2]) == neg {
		ts.Fatalf("%s is %s", args[1], got)
	}
}

// cmdSameChecks is `same-checks FILE FILE`: two JSON reports have the same
// checks, with the same verdicts, figures and witnesses.
func cmdSameChecks(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same-checks FILE FILE")
	}
	var checks [2]string
	for i, name := range args {
		var rep struct{ Checks json.RawMessage }
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(name)), &rep))
		checks[i] = string(rep.Checks)
	}
	if len(checks[0]) < 100 || checks[0] != checks[1] {
		ts.Fatalf("%s\nis not\n%s", checks[0], checks[1])
	}
}

// cmdMaxLines is `max-lines FILE N WIDTH`: at most N lines of at most WIDTH columns.
func cmdMaxLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: max-lines FILE N WIDTH")
	}
	most, err := strconv.Atoi(args[1])
	ts.Check(err)
	width, err := strconv.Atoi(args[2])
	ts.Check(err)
	n := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		n++
		if got := len([]rune(strings.TrimSuffix(line, "\n"))); got > width {
			ts.Fatalf("%d columns: %s", got, line)
		}
	}
	if n > most {
		ts.Fatalf("%d lines", n)
	}
}
