package outlet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// stream takes what is written while it is told to.
type stream struct {
	mu     sync.Mutex
	taken  bytes.Buffer
	gate   chan struct{} // no write ends before it is closed; nil: at once
	err    error
	partly int // of a write that fails
}

func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	gate := s.gate
	s.mu.Unlock()
	if gate != nil {
		<-gate
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(b)
	if s.err != nil {
		n = min(n, s.partly)
	}
	s.taken.Write(b[:n])
	return n, s.err
}

func (s *stream) set(gate chan struct{}, err error, partly int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate, s.err, s.partly = gate, err, partly
}

func (s *stream) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken.String()
}

func wants(t *testing.T, s *stream, o *Outlet, want string, lost uint64) {
	t.Helper()
	if got := s.String(); got != want {
		t.Errorf("it took %q\nwant %q", got, want)
	}
	if o.Lost() != lost {
		t.Errorf("%d lost, want %d", o.Lost(), lost)
	}
}

// Lines come in order, and Flush waits for them.
func TestInOrder(t *testing.T) {
	s := &stream{}
	o := New(s)
	var want strings.Builder
	for n := range 1000 {
		fmt.Fprintf(io.MultiWriter(o, &want), "line %d\n", n)
	}
	Flush(time.Minute, o, io.Discard)
	wants(t, s, o, want.String(), 0)
}

// What nobody reads holds nobody up. Lines that find no room are counted, and
// said in their place.
func TestNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s := &stream{gate: gate}
		o := New(s)
		long := strings.Repeat("x", held/2-1) + "\n"
		fmt.Fprint(o, "first\n")
		synctest.Wait()
		for range 4 {
			fmt.Fprint(o, long)
		}
		fmt.Fprint(o, "short, but behind a gap\n")
		begin := time.Now()
		Flush(time.Second, o)
		Flush(time.Second, o)
		if time.Since(begin) != time.Second {
			t.Errorf("it flushed for %v", time.Since(begin))
		}
		close(gate)
		synctest.Wait()
		fmt.Fprint(o, "last\n")
		Flush(time.Minute, o)
		wants(t, s, o, "first\n"+long+long+"chatsim: 3 lines are missing here: they could not be written\nlast\n", 3)
	})
}

// A reader that is gone ends nothing; what it lacks is said to the next.
func TestReaderGone(t *testing.T) {
	s := &stream{}
	o := New(s)
	say := func(text string) {
		fmt.Fprint(o, text)
		Flush(time.Minute, o)
	}
	say("one\n")
	s.set(nil, errors.New("broken pipe"), 0)
	say("two\n")
	say("three\nfour\n")
	s.set(nil, errors.New("no space left"), len(mark(3))+len("five\n")+2)
	say("five\nsix\n")
	s.set(nil, nil, 0)
	say("seven\n")
	wants(t, s, o, "one\n"+string(mark(3))+"five\nsi\n"+string(mark(1))+"seven\n", 4)
}

func TestOf(t *testing.T) {
	o := New(io.Discard)
	if Of(o) != o || Of(io.Discard) == o {
		t.Error("an outlet is put behind another")
	}
}

// Who has had enough, as head has, is no failure; a full disk is.
func TestDropping(t *testing.T) {
	s := &stream{}
	w := Dropping(s)
	fmt.Fprint(w, "one\n")
	s.set(nil, syscall.ENOSPC, 0)
	if _, err := fmt.Fprint(w, "two\n"); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a full disk: %v", err)
	}
	s.set(nil, syscall.EPIPE, 2)
	if n, err := fmt.Fprint(w, "three\n"); n != 6 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	s.set(nil, nil, 0)
	if n, err := fmt.Fprint(w, "four\n"); n != 5 || err != nil || s.String() != "one\nth" {
		t.Errorf("%d, %v, %q", n, err, s.String())
	}
}
