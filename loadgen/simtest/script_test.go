package simtest_test

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
	"chatsim/loadgen/servertest/original"
	stories "chatsim/loadgen/story"
	"chatsim/manager"
)

// script is what the chatters of a run did, in the words of a story that is told over
// sockets. What the server did between is not in it, but for this: what they did
// without it is done together.
type script struct {
	groups  [][]string
	served  bool // the server has read something since
	here    map[int]bool
	came    map[int]bool
	stalled int // who reads nothing, +1
	over    bool
	lacks   []string
}

// does records what a chatter did, if a story can have that.
func (t *story) does(who int, format string, args ...any) {
	if t == nil || t.script.over {
		return
	}
	s := &t.script
	name := "c" + strconv.Itoa(who)
	step := name + " " + fmt.Sprintf(format, args...)
	switch joins := strings.HasPrefix(format, "joins"); {
	case joins && s.here[who]: // it was put out
		s.add(name + " resets")
		s.gone(who)
		t.does(who, format, args...)
		return
	case joins && s.came[who]:
		step = name + " joins again"
	case joins:
		step = fmt.Sprintf("%q joins as %s", args[0], name)
	case !s.here[who]:
		return
	case format == "stops reading" && s.stalled != 0:
		s.lacks = append(s.lacks, name+" stops reading, too")
		return
	case format == "stops reading":
		s.stalled = who + 1
	case format == "reads on" && s.stalled != who+1:
		return
	case format == "reads on":
		s.stalled = 0
	}
	if s.here == nil {
		s.here, s.came = make(map[int]bool), make(map[int]bool)
	}
	s.add(step)
	switch format {
	case "joins %s":
		s.here[who], s.came[who] = true, true
	case "leaves", "half-closes", "resets":
		s.gone(who)
	}
}

func (s *script) gone(who int) {
	s.here[who] = false
	if s.stalled == who+1 {
		s.stalled = 0
	}
}

func (s *script) add(step string) {
	if s.served || len(s.groups) < 2 { // the first one joins alone
		s.groups, s.served = append(s.groups, nil), false
	}
	last := &s.groups[len(s.groups)-1]
	*last = append(*last, step)
}

// ends ends the script: what follows is the end of every run.
func (t *story) ends() {
	if t != nil {
		t.script.over = true
	}
}

// served records that the server has read something.
func (t *story) served() {
	if t != nil {
		t.script.served = true
	}
}

// told returns the script as a story.
func (s *script) told() (*stories.Story, error) {
	var b stories.Builder
	for _, g := range s.groups {
		var err error
		if len(g) == 1 {
			err = b.Step(g[0], stories.Pos{})
		} else {
			err = b.Together(g, make([]stories.Pos, len(g)), stories.Pos{})
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %w", g, err)
		}
	}
	return b.Story()
}

// file returns the script as a scenario file.
func (s *script) file(why string) string {
	told, err := s.told()
	if err != nil {
		return fmt.Sprintf("# it cannot be told over sockets: %v\n", err)
	}
	text := "about: " + strconv.Quote(why) + "\n# when the server reads and writes, and how much at once, is not in it\n"
	for _, lack := range s.lacks {
		text += "# nor that " + lack + "\n"
	}
	return text + told.YAML()
}

// overSockets has a story told to a server.
func overSockets(t *testing.T, told *stories.Story, dialect string, wait time.Duration, serve func(net.Listener) (stop func())) *report.Report {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer serve(ln)()
	join, can := loadgen.Dialect(dialect, ln.Addr().String())
	rep, err := loadgen.Run(t.Context(), loadgen.Config{Join: join, Capabilities: can, Story: told, Drain: wait})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// realRoom serves a room without a planted bug.
func realRoom(ln net.Listener) (stop func()) {
	m := manager.New(manager.Config{})
	var wg sync.WaitGroup
	wg.Go(func() { _ = m.Serve(ln) })
	return func() {
		_ = m.Shutdown(context.Background())
		wg.Wait()
	}
}

// TestStoryReproduces: the story of a reduced seed shows over sockets what it has
// shown here, where a server has that bug, and nothing where it has not.
func TestStoryReproduces(t *testing.T) {
	tale := new(story)
	findBug(t, misdirect, check.Confidentiality, 20).reduced(check.Confidentiality).run(tale)
	told, err := tale.script.told()
	if err != nil {
		t.Fatal(err)
	}
	const name = check.Confidentiality
	for _, c := range []struct {
		server original.Server
		wait   time.Duration
		want   report.Verdict
	}{{original.Server{Leak: true}, time.Second, report.Failed}, {original.Server{}, time.Minute, report.Passed}} {
		rep := overSockets(t, told, "raw", c.wait, c.server.Serve)
		for _, o := range rep.Checks {
			if o.Name == name && o.Verdict != c.want {
				t.Errorf("%+v: %s %s, want %s, of\n%s", c.server, o.Name, o.Verdict, c.want, told.YAML())
			}
		}
	}
}
