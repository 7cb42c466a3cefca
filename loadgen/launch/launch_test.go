//go:build unix

package launch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain is the server of these tests where it is told to be one, by the name of
// what it does, and the program that starts one and is killed.
func TestMain(m *testing.M) {
	if act := acts[os.Getenv("LAUNCH_TEST")]; act != nil {
		act()
		return
	}
	goleak.VerifyTestMain(m)
}

var acts = map[string]func(){
	"answers": func() { hold(listen()) },
	"stubborn": func() {
		stubborn := exec.Command("/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done")
		_ = stubborn.Start()
		fmt.Println("pid", stubborn.Process.Pid)
		hold(listen())
	},
	"silent":  func() { hold(nil) },
	"http":    func() { answerFrom(3) },
	"unready": func() { answerFrom(1 << 30) },
	"parent": func() {
		s, err := Config{Command: "exec " + os.Args[0], Addr: "127.0.0.1:" + Port}.with("stubborn").Open(context.Background())
		fmt.Println(err)
		fmt.Println(strings.Join(s.Said(), "\n"))
		fmt.Println("pid", s.cmd.Process.Pid)
		hold(nil)
	},
}

func listen() net.Listener {
	ln, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		panic(err)
	}
	return ln
}

// answerFrom is ready from so many questions on.
func answerFrom(least int) {
	n := 0
	_ = http.Serve(listen(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n++; n < least {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
}

// hold goes on until it is killed, or told to end.
func hold(ln net.Listener) {
	for ln != nil {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		conn.Close()
	}
	select {}
}

// with has the command be one of acts.
func (c Config) with(act string) Config {
	c.Command = "LAUNCH_TEST=" + act + " " + c.Command
	return c
}

func self(act string) Config {
	return Config{Command: "exec " + os.Args[0], Addr: "127.0.0.1:" + Port}.with(act)
}

// gone waits until a process has ended.
func gone(t *testing.T, pid int) {
	t.Helper()
	over := func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || err == nil && strings.Contains(string(stat), ") Z ")
	}
	for end := time.Now().Add(20 * time.Second); !over(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("process %d goes on", pid)
		}
	}
}

// pids returns those that are said.
func pids(t *testing.T, lines []string) (all []int) {
	t.Helper()
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, "pid "); ok {
			pid, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, pid)
		}
	}
	return all
}

func TestServer(t *testing.T) {
	for _, act := range []string{"answers", "http"} {
		c := self(act)
		if act == "http" {
			c.Ready = Ready{"http://127.0.0.1:" + Port + "/healthz"}
		}
		s, err := c.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		pid := s.cmd.Process.Pid
		if strings.Contains(s.Addr+s.Ready.URL, Port) || s.Took <= 0 {
			t.Errorf("%+v", s)
		}
		if killed := s.Close(); killed || !strings.Contains(s.Ended(), "terminated") {
			t.Errorf("killed: %v, %s", killed, s.Ended())
		}
		gone(t, pid)
		s.Close()
	}
}

// What does not obey is killed, with what it has started.
func TestStubborn(t *testing.T) {
	c := self("stubborn")
	c.Grace = 50 * time.Millisecond
	s, err := c.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	children := pids(t, s.Said())
	if len(children) != 1 {
		t.Fatalf("it said %q", s.Said())
	}
	gone(t, children[0])
	gone(t, s.cmd.Process.Pid)
}

// A command that goes on in the background is one that goes on.
func TestBackground(t *testing.T) {
	c := self("answers")
	c.Command = strings.Replace(c.Command, "exec ", "", 1) + " & echo pid $!"
	s, err := c.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	children := pids(t, s.Said())
	if len(children) != 1 {
		t.Fatalf("it said %q", s.Said())
	}
	s.Close()
	gone(t, children[0])
}

func TestNoServer(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	for name, c := range map[string]struct {
		Config
		want, hint string
	}{
		"not found":      {Config{Command: "no/such/server -port " + Port}, "exit status 127; it said:\n  ", "is it built? no/such/server -port "},
		"ends at once":   {Config{Command: "echo first; echo what is -port? >&2; exit 3"}, "exit status 3; it said:\n  first\n  what is -port?", "in the foreground"},
		"without a word": {Config{Command: "true"}, "exit status 0, without a word", "in the foreground"},
		"is killed":      {Config{Command: "kill -SEGV $$"}, "signal: segmentation fault", "in the foreground"},
		"never answers":  {self("silent"), "did not answer on 127.0.0.1:", "does it listen on the port"},
		"is never ready": {Config{Command: self("unready").Command, Ready: Ready{"http://127.0.0.1:" + Port + "/x"}}, "/x within 3s, the answer was 503 Service Unavailable", "-ready tcp"},
		"a taken port":   {Config{Command: "true", Addr: taken.Addr().String()}, "somebody else listens on " + taken.Addr().String(), Port},
	} {
		t.Run(name, func(t *testing.T) { // one after the other: each takes a port that is free now
			if c.Addr == "" {
				c.Addr = "127.0.0.1:" + Port
			}
			c.Patience = time.Minute
			switch name {
			case "never answers":
				c.Patience = 300 * time.Millisecond
			case "is never ready":
				c.Patience = 3 * time.Second // its server has to start
			}
			_, err := c.Open(t.Context())
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || !strings.Contains(e.Hint(), c.hint) {
				t.Errorf("%v, hint %v", err, e)
			}
		})
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	pid := filepath.Join(t.TempDir(), "pid")
	go func() {
		for {
			if _, err := os.Stat(pid); err == nil {
				cancel()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	_, err := Config{Command: "echo $$ >" + pid + ".new; mv " + pid + ".new " + pid + "; exec sleep 1000", Addr: "127.0.0.1:" + Port}.Open(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	text, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	gone(t, n)
}

// A program that is killed leaves nothing of its server behind.
func TestOutlived(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LAUNCH_TEST=parent")
	p, err := Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); len(pids(t, p.Said())) < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it said %q", p.Said())
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range pids(t, p.Said()) {
		gone(t, pid)
	}
	p.Stop(syscall.SIGTERM, time.Second)
}

func TestParseReady(t *testing.T) {
	for text, want := range map[string]string{"tcp": "tcp", "": "tcp", "http://127.0.0.1:{port}/healthz": "http://127.0.0.1:{port}/healthz",
		"https://h/": "https://h/", "udp": "is neither", "http:///x": "is neither", "ftp://h/": "is neither", "127.0.0.1:80": "is neither"} {
		r, err := ParseReady(text)
		if got := r.String(); err == nil && got != want || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestTail(t *testing.T) {
	line := strings.Repeat("x", 99) + "\n"
	for _, c := range []struct {
		writes []string
		want   string
	}{
		{[]string{"one\n", "two"}, "one\ntwo"},
		{[]string{strings.Repeat(line, 1000), "last\n"}, strings.Repeat(line, 39) + "last\n"},
		{[]string{strings.Repeat("y", 3*lastWords)}, strings.Repeat("y", lastWords)},
	} {
		var kept tail
		for _, w := range c.writes {
			fmt.Fprint(&kept, w)
		}
		if got := kept.String(); got != c.want {
			t.Errorf("%d bytes, want %d: %q", len(got), len(c.want), got[:min(len(got), 200)])
		}
	}
}
