package script

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// started is the program that cmdStart left running.
type started struct {
	cmd    *exec.Cmd
	output strings.Builder // standard output and error together
	read   chan struct{}   // closed when output is complete
}

// running are the started programs by script.
var running = make(chan map[*testscript.TestScript]*started, 1)

func init() { running <- make(map[*testscript.TestScript]*started) }

// hangups are this process's own, which nobody looks at.
var hangups = make(chan os.Signal, 1)

// cmdStart is `start REGEXP program args…`: the program is left running as
// soon as it has printed a line that matches, or lines that do together; its submatches
// go to $1, $2, ….
func cmdStart(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start REGEXP program args...")
	}
	re, err := regexp.Compile(args[0])
	ts.Check(err)
	signal.Notify(hangups, syscall.SIGHUP) // where the test was started with nohup too, its children are not
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
		if m == nil {
			<-s.read
			ts.Fatalf("no line of the output matches %s:\n%s", re, s.output.String())
		}
		for i, sub := range m {
			ts.Setenv(strconv.Itoa(i), sub)
		}
	case <-time.After(maxTime):
		ts.Fatalf("no line of the output matches %s within %v", re, maxTime)
	}
	all := <-running
	all[ts] = s
	running <- all
}

// follow reads the program's output to its end. It tells of the first line that
// matches, or by nil that none did.
func (s *started) follow(r io.Reader, re *regexp.Regexp, found chan<- []string) {
	defer close(s.read)
	defer func() {
		select {
		case found <- nil:
		default: // a line did
		}
	}()
	for sc := bufio.NewScanner(r); sc.Scan(); {
		s.output.WriteString(sc.Text() + "\n")
		m := re.FindStringSubmatch(sc.Text())
		if m == nil {
			m = re.FindStringSubmatch(s.output.String())
		}
		if m != nil {
			select {
			case found <- m:
			default: // an earlier line did
			}
		}
	}
}

// signalled returns a command such as `interrupt N`: the started program is sent the
// signal and must end with exit code N; what it printed becomes the standard
// output. Without N it has to go on.
func signalled(sig os.Signal) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) > 1 {
			ts.Fatalf("usage: interrupt N, hangup [N]")
		}
		s := program(ts, len(args) == 1)
		ts.Check(s.cmd.Process.Signal(sig))
		if len(args) == 1 {
			s.ends(ts, args[0])
		}
	}
}

// program returns the started program, which is no longer that if it is to end.
func program(ts *testscript.TestScript, ends bool) *started {
	all := <-running
	s := all[ts]
	if ends {
		delete(all, ts)
	}
	running <- all
	if s == nil {
		ts.Fatalf("nothing was started")
	}
	return s
}

// ends waits until the program ends, which must be with the exit code; what it printed
// becomes the standard output.
func (s *started) ends(ts *testscript.TestScript, code string) {
	want, err := strconv.Atoi(code)
	ts.Check(err)
	select {
	case <-s.read:
	case <-time.After(maxTime):
		ts.Fatalf("still running after %v", maxTime)
	}
	got := exitCode(s.cmd.Wait())
	fmt.Fprint(ts.Stdout(), s.output.String())
	if got != want {
		ts.Fatalf("exit code %d, want %d:\n%s", got, want, s.output.String())
	}
}

// cmdFinish is `finish N`: the started program ends by itself, with exit code N.
func cmdFinish(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: finish N")
	}
	program(ts, true).ends(ts, args[0])
}

// cmdPause is `pause DURATION`: the started program does not run for so long.
func cmdPause(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: pause DURATION")
	}
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	s := program(ts, false)
	ts.Check(pause(s.cmd.Process))
	<-time.After(d)
	ts.Check(resume(s.cmd.Process))
}
