package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"chatsim/loadgen/flags"
	"chatsim/loadgen/flags/flagstest"
	"chatsim/loadgen/servertest/chaos"
	"chatsim/loadgen/servertest/jsonroom"
	"chatsim/loadgen/servertest/original"
	"chatsim/loadgen/servertest/script"
	"chatsim/manager"
	"chatsim/manager/cert/certtest"
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "4") // scripts wait more than they work; may be set otherwise by hand
	testscript.Main(m, map[string]func(){"chatsim": main})
}

// TestScript runs the real program as people and CI scripts do.
func TestScript(t *testing.T) {
	certificate := certtest.Files(t, "localhost")
	dialects, err := filepath.Abs("testdata/dialects")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("CERT", certificate.Cert)
			env.Setenv("KEY", certificate.Key)
			env.Setenv("DIALECTS", dialects)
			return nil
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                script.With(map[string]script.Command{"peer": cmdPeer, "refused": cmdRefused}),
	})
}

// cmdRefused is `refused args…`: the program must refuse them with a hint, and
// accept what the hint proposes.
func cmdRefused(ts *testscript.TestScript, neg bool, args []string) {
	script.Code(ts, neg, append([]string{strconv.Itoa(exitUsage), "chatsim"}, args...))
	msg, hint, ok := strings.Cut(strings.TrimPrefix(ts.ReadFile("stderr"), "chatsim: "), "\nhint: ")
	if !ok {
		ts.Fatalf("no hint")
	}
	if _, err := flagstest.Try(args, msg, hint, flags.Known{Groups: allFlags}); err != nil {
		ts.Fatalf("the hint: %v", err)
	}
}

// TestImports holds the arrows between the packages: what may be used without
// what. Dependencies of dependencies count.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	never := map[string][]string{
		"chatsim": {"chatsim/loadgen/servertest/original", "chatsim/loadgen/servertest/chaos", "chatsim/loadgen/servertest/jsonroom", "chatsim/loadgen/servertest/script", // but by tests
			"text/template"}, // which looks methods up by name: the linker would keep all of all types, 4 MB
		"chatsim/manager":              {"chatsim/chatter", "chatsim/loadgen"},
		"chatsim/manager/room":         {"net"},
		"chatsim/manager/feed":         {"chatsim/manager/wire"},
		"chatsim/manager/poll":         {"chatsim/manager", "chatsim/manager/feed", "chatsim/manager/wire"},
		"chatsim/chatter":              {"chatsim/loadgen", "chatsim/manager/room", "chatsim/manager/feed"},
		"chatsim/chatter/dialect":      {"net"},
		"chatsim/loadgen":              {"chatsim/manager", "chatsim/manager/room", "chatsim/manager/feed"},
		"chatsim/loadgen/check":        {"net"},
		"chatsim/loadgen/check/ledger": {"chatsim/loadgen/check"},
		"chatsim/loadgen/trace":        {"net", "chatsim/loadgen/check"},
		"chatsim/loadgen/measure":      {"net", "chatsim/chatter", "chatsim/loadgen/check", "chatsim/loadgen/check/ledger", "chatsim/loadgen/scenario"},
		"chatsim/loadgen/flags":        {"chatsim/loadgen", "chatsim/loadgen/job", "chatsim/chatter/term"}, // who define flags
		"chatsim/loadgen/report":       {"net", "chatsim/loadgen/check", "chatsim/loadgen/check/ledger"},
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

// TestHelp holds that the program has the flags that loadgen/flags tries.
func TestHelp(t *testing.T) {
	want, err := os.ReadFile("loadgen/flags/testdata/help.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-help"}, strings.NewReader(""), &got, &stderr); code != 0 || stderr.Len() > 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
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
	if args[0] == "json" {
		addr, stop := jsonroom.Open()
		ts.Setenv(args[1], addr)
		ts.Defer(stop)
		return
	}
	if args[0] == "login" {
		server := jsonroom.OpenHTTP(false)
		ts.Setenv(args[1], server.Listener.Addr().String())
		ts.Defer(server.Close)
		return
	}
	if args[0] == "none" {
		ts.Setenv(args[1], "127.0.0.1:1") // a port that is given to nobody else meanwhile
		return
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[1], ln.Addr().String())
	ts.Defer(func() { ln.Close() })
	switch serve := peers[args[0]]; {
	case strings.HasSuffix(args[0], "ms"):
		delayed(ts, args[0], ln)
	case args[0] == "losing":
		losing(ts, ln)
	case args[0] == "mortal":
		room := manager.New(manager.Config{})
		go room.Serve(&mortal{Listener: ln, left: 3})
		ts.Defer(func() { room.Shutdown(context.Background()) })
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

// mortal listens until it has accepted some connections.
type mortal struct {
	net.Listener
	left int
}

func (m *mortal) Accept() (net.Conn, error) {
	if m.left--; m.left < 0 {
		return nil, net.ErrClosed
	}
	conn, err := m.Listener.Accept()
	if m.left == 0 {
		m.Listener.Close()
	}
	return conn, err
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
