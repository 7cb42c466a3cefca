//go:build unix

package job

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"chatsim/manager/hinted"
)

// script writes a shell script.
func script(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestABGivesUp holds that a program that hangs is given up with all that it has
// started, also where it does not obey.
func TestABGivesUp(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ script, want string }{
		{"echo waiting for the end >&2; sleep 1000 & echo $! >" + dir + "/obeys; wait", "did not end within 300ms and was given up; it said:\n  waiting for the end"},
		{"trap '' INT; sleep 1000 & echo $! >" + dir + "/ignores; wait", "did not end within 300ms and was given up, without a word"},
	} {
		p := program{script(t, tt.script), 300 * time.Millisecond, 100 * time.Millisecond}
		_, err := p.run(context.Background(), nil, os.Environ(), filepath.Join(dir, "report.json"))
		if err == nil || !strings.Contains(err.Error(), tt.want) || hinted.Hint(err) == "" {
			t.Errorf("%q: %v", tt.script, err)
		}
	}
	for _, name := range []string{"obeys", "ignores"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
		if err != nil {
			t.Fatal(err)
		}
		gone := func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || zombie(pid) }
		for end := time.Now().Add(5 * time.Second); !gone() && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		if !gone() {
			t.Errorf("what %s has started goes on", name)
		}
	}
}

// zombie reports whether a process has ended and nobody has asked how.
func zombie(pid int) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(b), ") Z ")
}

func TestABProgramWithoutReport(t *testing.T) {
	p := program{script(t, "printf 'what is -json?\\n\\033[2J' >&2; exit 2"), time.Minute, time.Second}
	_, err := p.run(context.Background(), nil, os.Environ(), filepath.Join(t.TempDir(), "report.json"))
	if err == nil || !strings.HasSuffix(err.Error(), `gave no report; it said:`+"\n  what is -json?\n  \\x1b[2J") {
		t.Errorf("%v", err)
	}
}
