package feed

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipe subscribes one end of a net.Pipe and returns the other.
func pipe(t *testing.T, f *Feed) (*Subscriber, net.Conn, <-chan end) {
	t.Helper()
	server, client := net.Pipe()
	t.Cleanup(func() { server.Close(); client.Close() })
	s, ended := subscribe(t, f, server)
	return s, client, ended
}

func say(f *Feed, text string) {
	f.Lock()
	defer f.Unlock()
	f.AppendLocked([]byte(text))
}

// want reads exactly text.
func want(t *testing.T, r io.Reader, text string) {
	t.Helper()
	b := make([]byte, len(text))
	if _, err := io.ReadFull(r, b); err != nil || string(b) != text {
		t.Fatalf("read %q, %v; want %q", b, err, text)
	}
}

func TestEvictionClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New(Config{Grace: 16 * time.Second})
		_, healthy, _ := pipe(t, f)
		_, stalled, stalledEnd := pipe(t, f)
		say(f, "one")
		want(t, stalled, "one")
		begin := time.Now()
		say(f, "two")
		want(t, healthy, "onetwo")
		if e := <-stalledEnd; e.reason != Stalled {
			t.Errorf("went out as %v, want stalled", e.reason)
		}
		if d := time.Since(begin); d < 15*time.Second || d > 16*time.Second {
			t.Errorf("evicted after %v, want the grace of 16 s less at most a sixteenth", d)
		}
		say(f, "three")
		want(t, healthy, "three")
		stop(t, f)
	})
}

func TestAloneNobodyIsEvicted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New(Config{Window: 1024, Grace: time.Second})
		_, client, ended := pipe(t, f)
		text := strings.Repeat("x", 2000)
		say(f, text)
		entered := make(chan struct{})
		go func() {
			defer close(entered)
			f.Lock()
			defer f.Unlock()
			f.WaitRoomLocked()
		}()
		<-time.After(time.Minute) // of the bubble
		select {
		case e := <-ended:
			t.Fatalf("went out as %v", e.reason)
		case <-entered:
			t.Fatal("the window is full, yet one who appends may go on")
		default:
		}
		want(t, client, text)
		<-entered
		stop(t, f)
	})
}

func TestGuestGetsInWhereAllAreStalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New(Config{Window: 1024, Grace: time.Second})
		_, _, ended := pipe(t, f)
		say(f, strings.Repeat("x", 2000))
		f.Lock()
		if !f.WaitGuestLocked() {
			t.Error("the feed says that it is closed")
		}
		f.Unlock()
		if e := <-ended; e.reason != Stalled {
			t.Errorf("went out as %v, want stalled", e.reason)
		}
		stop(t, f)
	})
}

func TestHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New(Config{Grace: 16 * time.Second})
		_, other, _ := pipe(t, f)
		server, client := net.Pipe()
		defer client.Close()
		ended := make(chan Reason, 1)
		s := NewSubscriber(server, func(r Reason, _ error) { ended <- r })
		f.Lock()
		f.AppendLocked([]byte("before"))
		f.SubscribeLocked(s)
		f.AppendLocked([]byte(" after"))
		f.AppendPrivateLocked(s, []byte(" for you"))
		f.Unlock()
		want(t, other, "before after")
		for range 4 { // its own writing makes progress
			<-time.After(10 * time.Second)
			f.Progress(s)
		}
		go server.Write([]byte("roster"))
		want(t, client, "roster")
		f.Release(s)
		want(t, client, " after for you")
		finish(f, s)
		if r := <-ended; r != Finished {
			t.Errorf("went out as %v, want finished", r)
		}
		f.Release(s) // has no effect any more
		stop(t, f)
	})
}

func TestHeldTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New(Config{Grace: time.Second})
		pipe(t, f)
		server, client := net.Pipe()
		defer client.Close()
		var reason Reason
		s := NewSubscriber(server, func(r Reason, _ error) { reason = r })
		f.Lock()
		f.SubscribeLocked(s)
		f.Unlock()
		if _, err := server.Write([]byte("roster")); err == nil {
			t.Error("the owner's own write was not ended")
		}
		synctest.Wait()
		if reason != Stalled {
			t.Errorf("went out as %v, want stalled", reason)
		}
		stop(t, f)
	})
}

func TestWaitConsumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New(Config{})
		s, client, _ := pipe(t, f)
		waited := false
		f.Lock()
		f.AppendPrivateLocked(s, []byte("a long answer"))
		mark := f.OwedLocked(s)
		f.Unlock()
		go func() {
			f.Lock()
			defer f.Unlock()
			f.WaitConsumedLocked(s, mark)
			waited = true
		}()
		want(t, client, "a long ")
		synctest.Wait()
		if waited {
			t.Error("the wait has ended early")
		}
		want(t, client, "answer")
		synctest.Wait()
		if !waited {
			t.Error("the wait has not ended")
		}
		f.Lock()
		f.AppendPrivateLocked(s, []byte("another"))
		mark = f.OwedLocked(s)
		go func() {
			f.Lock()
			f.DropLocked(s)
			f.Unlock()
			client.Close()
		}()
		f.WaitConsumedLocked(s, mark)
		f.Unlock()
		stop(t, f)
	})
}

func TestCloseDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New(Config{})
		_, client, doneEnd := pipe(t, f)
		_, _, stuckEnd := pipe(t, f)
		say(f, "last words")
		go func() { want(t, client, "last words") }()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := f.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close: %v, want the deadline", err)
		}
		if e := <-doneEnd; e.reason != Finished {
			t.Errorf("the reading one went out as %v", e.reason)
		}
		if e := <-stuckEnd; e.reason != Closed {
			t.Errorf("the stuck one went out as %v", e.reason)
		}
		say(f, "too late")
		f.Lock()
		if f.SubscribeLocked(NewSubscriber(nil, nil)) {
			t.Error("a closed feed takes a subscriber")
		}
		f.Unlock()
		stop(t, f) // a second Close is harmless
	})
}

// explosive panics when it is written to.
type explosive struct{}

func (explosive) Write([]byte) (int, error)        { panic("bang") }
func (explosive) SetWriteDeadline(time.Time) error { return nil }

func TestPanicsAreContained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New(Config{})
		_, healthy, _ := pipe(t, f)
		_, ended := subscribe(t, f, explosive{})
		touchy := NewSubscriber(explosive{}, func(Reason, error) { panic("in the callback") })
		f.Lock()
		f.SubscribeLocked(touchy)
		f.Unlock()
		f.Release(touchy)
		say(f, "hello")
		want(t, healthy, "hello")
		if e := <-ended; e.reason != Broken || !strings.Contains(e.err.Error(), "bang") {
			t.Errorf("went out as %v, %v", e.reason, e.err)
		}
		synctest.Wait()
		if n := f.Stats().Panics; n != 3 {
			t.Errorf("%d panics counted, want 3", n)
		}
		stop(t, f)
	})
}
