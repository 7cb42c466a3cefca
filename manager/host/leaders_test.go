//go:build unix && !nocluster

package host

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Whatever happens to the servers of NATS under load, everybody gets the same lines in
// the same order, each once: the leader of the stream is killed, or steps down, or stands
// still.
func TestLeaders(t *testing.T) {
	t.Parallel()
	nats := launchNATS(t, 3)
	var urls []string
	for _, p := range nats {
		urls = append(urls, p.url())
	}
	var rooms []*process
	for range 3 {
		rooms = append(rooms, launch(t, "--cluster="+strings.Join(urls, ","), "--cluster-lease=60s", "--flood=0"))
	}
	var guests []*guest
	var names []string
	for i, p := range rooms {
		p.opened()
		name := fmt.Sprint("user", i)
		guests = append(guests, p.enter(name, names...))
		names = append(names, name)
	}
	for i, g := range guests {
		for _, name := range names[i+1:] {
			g.reads(fmt.Sprintf(`{"join":[%q]}`, name))
		}
	}
	l := newLoad(guests)
	for what, fault := range map[string]func(at *natsProcess) (mend func()){
		"killed":       func(at *natsProcess) func() { at.kill(); return at.again },
		"stepped down": func(at *natsProcess) func() { at.ask("STREAM.LEADER.STEPDOWN."+streamName, ""); return func() {} },
		"stopped":      func(at *natsProcess) func() { at.signal(syscall.SIGSTOP); return func() { at.signal(syscall.SIGCONT) } },
	} {
		at := leader(t, nats, nats[0])
		begin := time.Now()
		mend := fault(at)
		l.goesOn(t)
		t.Logf("the leader is %s: lines go on after %v", what, time.Since(begin))
		mend()
		l.goesOn(t)
	}
	l.end(t)
}

// load is guests who go on talking.
type load struct {
	guests []*guest
	over   chan struct{}
	said   sync.WaitGroup

	begun []atomic.Int64 // lines that each has said, or is about to

	mu    sync.Mutex
	heard [][]string // guarded by mu: by each guest
	last  [][]int64  // likewise: the number of the last line of each
}

func newLoad(guests []*guest) *load {
	l := &load{guests: guests, over: make(chan struct{}), begun: make([]atomic.Int64, len(guests)), heard: make([][]string, len(guests))}
	for i, g := range guests {
		l.last = append(l.last, make([]int64, len(guests)))
		l.said.Go(func() {
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
					g.say(fmt.Sprint("line ", l.begun[i].Add(1)))
				case <-l.over:
					g.say("the end")
					return
				}
			}
		})
		l.said.Go(func() {
			for ends := 0; ends < len(guests); {
				got, err := g.in.ReadString('\n')
				who, n := numbered(got)
				l.mu.Lock()
				l.heard[i] = append(l.heard[i], got)
				if n > 0 {
					l.last[i][who] = n
				}
				l.mu.Unlock()
				if strings.Contains(got, ":the end@") {
					ends++
				}
				if err != nil {
					return
				}
			}
		})
	}
	return l
}

// numbered returns whose line it is, and its number; 0: it is another one.
func numbered(line string) (who int, n int64) {
	if _, err := fmt.Sscanf(line, " user%d:line %d@", &who, &n); err != nil {
		return 0, 0
	}
	return who, n
}

// goesOn waits until each has heard of each what is said from now on.
func (l *load) goesOn(t *testing.T) {
	t.Helper()
	var want []int64
	for i := range l.begun {
		want = append(want, l.begun[i].Load()+1)
	}
	for end := time.Now().Add(patience); !l.allHave(want); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not everybody hears of everybody any more")
		}
	}
}

func (l *load) allHave(want []int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, of := range l.last {
		for who, n := range of {
			if n < want[who] {
				return false
			}
		}
	}
	return true
}

// end ends the talk, and holds that all have heard all of it alike.
func (l *load) end(t *testing.T) {
	t.Helper()
	close(l.over)
	l.said.Wait()
	for i, h := range l.heard {
		if !slices.Equal(h, l.heard[0]) {
			t.Errorf("guest %d has heard other lines than the first one, or in another order", i)
		}
	}
	next := make([]int64, len(l.guests))
	for _, s := range l.heard[0] {
		switch who, n := numbered(s); {
		case n == 0 && strings.Contains(s, ":the end@"):
		case n != next[who]+1:
			t.Fatalf("user0 is told %q, where line %d is next", s, next[who]+1)
		default:
			next[who]++
		}
	}
}
