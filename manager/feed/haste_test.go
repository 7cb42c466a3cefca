package feed

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
)

func TestLeisure(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name       string
		took, want time.Duration
		subs       int
	}{
		{"one subscriber", 5 * time.Microsecond, 20 * time.Microsecond, 1},
		{"thousands", 40 * ms, 160 * ms, 8000},
		{"a writer that had no processor", 40 * ms, 40 * time.Microsecond, 1},
		{"thousands, without a processor", 900 * ms, 320 * ms, 8000},
	} {
		if got := leisure(test.took, test.subs); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// TestNewsMayWait: behind a turn that wrote nothing but news, the next one waits for
// four turns, and for less where anything else is appended, or the feed closes. The only
// subscriber is held, so that the feed's own writer sleeps.
func TestNewsMayWait(t *testing.T) {
	const turn = time.Millisecond
	news := func(f *Feed, _ *Subscriber) { f.AppendNewsLocked([]byte("bob")) }
	line := func(f *Feed, _ *Subscriber) { f.AppendLocked([]byte("hi")) }
	private := func(f *Feed, s *Subscriber) { f.AppendPrivateLocked(s, []byte("hi")) }
	last := func(f *Feed, s *Subscriber) { f.FinishLocked(s) }
	for _, test := range []struct {
		name            string
		before, in, now func(*Feed, *Subscriber) // a turn, in it, and in the rest after it
		want            time.Duration
	}{
		{"news", news, news, news, newsTurns * turn},
		{"a line before the turn", line, news, news, 0},
		{"a line in the turn", news, line, news, 0},
		{"a line in the rest", news, news, line, turn},
		{"a private line in the rest", news, news, private, turn},
		{"an end in the rest", news, news, last, turn},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, client := net.Pipe()
				defer client.Close()
				f := New(Config{})
				s := NewSubscriber(server, nil)
				f.Lock()
				f.SubscribeLocked(s)
				f.Unlock()
				synctest.Wait()
				f.Lock()
				f.subs = 1000 // as many as a turn has time for
				w := newWriter(f)
				defer w.timer.Stop()
				test.before(f, s)
				w.beginLocked()
				test.in(f, s)
				time.Sleep(turn)
				w.served = f.subs
				go func() {
					time.Sleep(turn)
					f.Lock()
					defer f.Unlock()
					test.now(f, s)
				}()
				over := f.now()
				w.lingerLocked(w.leisureLocked())
				if waited := f.now() - over; waited != test.want {
					t.Errorf("waited for %v, want %v", waited, test.want)
				}
				f.subs = 1
				f.Unlock()
				time.Sleep(turn)
				f.Lock()
				f.DropLocked(s)
				f.Unlock()
				stop(t, f)
			})
		})
	}
}

// TestLinesEndRests: a turn that goes on with lines of the last one is no less urgent.
func TestLinesEndRests(t *testing.T) {
	f := New(Config{})
	defer stop(t, f)
	w := newWriter(f)
	defer w.timer.Stop()
	f.Lock()
	defer f.Unlock()
	f.haste.urge()
	for i, test := range []struct{ cut, urgent bool }{{true, true}, {true, true}, {false, true}, {true, false}} {
		w.beginLocked()
		if w.urgent != test.urgent {
			t.Errorf("turn %d is urgent: %v, want %v", i, w.urgent, test.urgent)
		}
		w.cut = test.cut
	}
}
