package conformance_test

import (
	"context"
	"flag"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"chatsim/loadgen"
	"chatsim/loadgen/conformance"
	"chatsim/loadgen/report"
	"chatsim/loadgen/servertest/original"
	"chatsim/manager"
	"chatsim/manager/web"
)

// limit is how long a right server is waited for, and patience how long one that
// does not answer.
const (
	limit    = time.Minute
	patience = 500 * time.Millisecond
)

// tell tells each story in a room of its own, which serve opens. Those that are to
// fail are waited for no longer than patience.
func tell(t *testing.T, dialect string, fails []string, serve func(net.Listener) (stop func())) conformance.Tell {
	return func(ctx context.Context, s conformance.Story) (*report.Report, error) {
		wait := limit
		if slices.Contains(fails, s.Name) {
			wait = patience
		}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		stop := serve(ln)
		defer stop()
		join, can := loadgen.Dialect(dialect, ln.Addr().String())
		return loadgen.Run(ctx, loadgen.Config{Join: join, Capabilities: can, Story: s.Story, Drain: wait, Grace: wait, Where: "test server"})
	}
}

// room serves our own.
func room(ln net.Listener) (stop func()) {
	m := manager.New(manager.Config{Detect: true, RawWait: 20 * time.Millisecond})
	m.Handle(web.Sockets(m.ServeLines))
	var wg sync.WaitGroup
	wg.Go(func() { _ = m.Serve(ln) })
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		_ = m.Shutdown(ctx)
		wg.Wait()
	}
}

func whole(t *testing.T, tell conformance.Tell) *report.Report {
	t.Helper()
	rep, err := conformance.Run(t.Context(), tell)
	if err != nil {
		t.Fatal(err)
	}
	rep.Conclude(nil)
	return rep
}

// TestMain has more tests run at once than there are processors: most of their time
// is waited for what a server does not send.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err) // every test binary has it
	}
	os.Exit(m.Run())
}

// TestOurRoom: whatever is spoken, all of it holds that can be told so.
func TestOurRoom(t *testing.T) {
	t.Parallel()
	for dialect, told := range map[string]int{"line": 57, "ws": 41, "raw": 32, "irc": 24} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			rep := whole(t, tell(t, dialect, nil, room))
			n := 0
			for _, c := range rep.Checks {
				switch c.Verdict {
				case report.Passed:
					n++
				case report.NotExercised:
					t.Logf("%s: %s", c.Name, c.Reason)
				}
			}
			if n < told || rep.Verdict != report.Passed {
				var b strings.Builder
				_ = report.Text(&b, rep, report.TextOptions{Verbose: true})
				t.Errorf("%d stories hold, want %d:\n%s", n, told, &b)
			}
		})
	}
}

// failing returns the stories that do not hold.
func failing(rep *report.Report) (names []string) {
	for _, c := range rep.Checks {
		if c.Verdict != report.Passed && c.Verdict != report.NotExercised {
			names = append(names, c.Name)
		}
	}
	return names
}

// TestOriginal: of a server as the original was that fails which has to do with
// what it does wrong, defect by defect, and nothing else.
func TestOriginal(t *testing.T) {
	t.Parallel()
	poll := 20 * time.Millisecond // so that what is written back to back is read at once
	for name, c := range map[string]struct {
		server original.Server
		fails  string
	}{
		"none": {original.Server{}, ""},
		"FIN": {original.Server{Idling: time.Millisecond, NoFIN: true}, "leave-and-return leave-at-once leave-by-fin leave-by-half-close " +
			"leave-of-first name-freed name-of-first-free private-to-heir private-to-leaver"},
		"broken pipe":    {original.Server{BrokenPipe: true}, "leave-and-return leave-at-once leave-by-rst leave-by-vanish name-given-again private-after-leave"},
		"glue":           {original.Server{Glue: true, Polling: poll}, "leave-by-half-close line-back-to-back line-order line-unread line-while-joining private-in-order private-to-leaver"},
		"leak":           {original.Server{Leak: true}, "name-many private private-after-leave private-to-leaver private-to-nobody private-to-self private-to-suffix"},
		"doubled suffix": {original.Server{DoubledSuffix: true}, "name-asked-with-suffix"},
		"believe":        {original.Server{Believe: true}, "line-claims name-asked-with-suffix name-given-again name-many name-taken"},
		"all": {all(poll), "leave-and-return leave-at-once leave-by-fin leave-by-half-close leave-by-rst leave-by-vanish leave-of-first line-back-to-back line-claims " +
			"line-order line-unread line-while-joining name-asked-with-suffix name-freed name-given-again name-many name-of-first-free name-taken " +
			"private private-after-leave private-in-order private-to-heir private-to-leaver private-to-nobody private-to-self private-to-suffix"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fails := strings.Fields(c.fails)
			rep := whole(t, tell(t, "raw", fails, c.server.Serve))
			if diff := cmp.Diff(fails, failing(rep), cmpopts.EquateEmpty(), cmpopts.SortSlices(strings.Compare)); diff != "" {
				var b strings.Builder
				_ = report.Text(&b, rep, report.TextOptions{})
				t.Errorf("-want +got:\n%s%s", diff, &b)
			}
		})
	}
}

func all(poll time.Duration) original.Server {
	s := original.All()
	s.Polling = poll
	return s
}
