// Package script has the commands of the script tests that testscript lacks:
// programs that are left running and signalled, exit codes, JSON and HTTP. Only
// tests import it.
//
// It knows no server; a test that has one adds a command of its own.
package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// Command is a command of a script.
type Command = func(ts *testscript.TestScript, neg bool, args []string)

// With returns the commands and those of a test of its own.
func With(more map[string]Command) map[string]Command {
	all := map[string]Command{
		"code":        Code,
		"start":       cmdStart,
		"finish":      cmdFinish,
		"pause":       cmdPause,
		"interrupt":   signalled(os.Interrupt),
		"hangup":      signalled(syscall.SIGHUP),
		"get":         cmdGet,
		"json":        cmdJSON,
		"max-lines":   cmdMaxLines,
		"same-checks": cmdSameChecks,
	}
	maps.Copy(all, more)
	return all
}

// maxTime is when a command that should end soon counts as hanging.
const maxTime = 2 * time.Minute

// Code is `code N program args…`: the program must end with exit code N, or
// one of those in `code N|M program args…`.
func Code(ts *testscript.TestScript, neg bool, args []string) {
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
