package check

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/manager/wire"
)

// crowd returns a room of n sessions that have all joined and read each other's
// joins, for streams that are the same for all.
func crowd(tb testing.TB, n int) (*Judge, []*Session) {
	j := New(Config{Nonce: "t3st"})
	sessions := make([]*Session, n)
	var names [][]byte
	for i := range sessions {
		name := fmt.Appendf(nil, "u%d", i)
		names = append(names, name)
		sessions[i] = j.Dial(i, string(name), 0)
		sessions[i].Observe(&wire.Frame{Kind: wire.Welcome, Names: [][]byte{name}}, 1)
		sessions[i].Observe(&wire.Frame{Kind: wire.Roster, Names: names}, 1)
		for _, s := range sessions[:i] {
			s.Observe(&wire.Frame{Kind: wire.Join, Names: [][]byte{name}}, 1)
		}
	}
	last := wire.Frame{Kind: wire.Join, Names: [][]byte{[]byte("late")}}
	for _, s := range sessions {
		s.Observe(&last, 1)
		s.Flush(1)
		if !s.Bound {
			tb.Fatalf("session %d has no place", s.Chatter)
		}
	}
	return j, sessions
}

// stream has the sessions send n lines in turn, and returns the frames that
// everybody gets.
func stream(sessions []*Session, from, n int) []wire.Frame {
	frames := make([]wire.Frame, n)
	for i := range frames {
		s, seq := sessions[(from+i)%len(sessions)], (from+i)/len(sessions)
		text := string(ledger.AppendStamp(nil, "t3st", s.Chatter, seq)) + "and then some more text, as long as what people say."
		at := time.Duration(from+i) * time.Millisecond
		s.Send(Note{Seq: seq, Text: text, Intended: at, Actual: at, Measured: true})
		frames[i] = wire.Frame{Kind: wire.Line, Sender: []byte(s.Name()), Text: []byte(text), Target: []byte(wire.Group)}
	}
	return frames
}

func observe(s *Session, frames []wire.Frame, at time.Duration) {
	for i := range frames {
		s.Observe(&frames[i], at)
	}
	s.Flush(at)
}

func TestObserveAllocatesNothing(t *testing.T) {
	_, sessions := crowd(t, 3)
	frames := stream(sessions, 0, 1000)
	observe(sessions[0], frames, 1)
	next, wrong := 0, 0
	n := testing.AllocsPerRun(900, func() {
		if sessions[1].Observe(&frames[next], 2) == nil {
			wrong++
		}
		sessions[1].Flush(2)
		next++
	})
	if n != 0 || wrong != 0 {
		t.Errorf("%v allocations a delivery, %d of %d not taken", n, wrong, next)
	}
}

// TestStaysAreForgotten: however many come and go, those are kept of whose
// leaves somebody has still to learn.
func TestStaysAreForgotten(t *testing.T) {
	m := newSim(1, 20, Full)
	m.haste = 1
	m.clean(t, m.run(60_000, true))
	stays := 0
	for _, u := range m.users {
		stays += u.stays
	}
	if n := len(m.judge.closed.Sessions); stays < 1000 || n > 300 {
		t.Errorf("%d of %d stays are kept", n, stays)
	}
	if n := len(m.judge.closed.Members); n > 300 {
		t.Errorf("%d members are kept", n)
	}
}

// clean: the run passes, and everything was exercised.
func (m *sim) clean(t *testing.T, r Result) {
	t.Helper()
	for _, o := range r.Checks {
		if o.Verdict != report.Passed {
			t.Errorf("%s: %s, %+v", o.Name, o.Verdict, o.Witnesses)
		}
	}
	if r.Deliveries != r.Expected {
		t.Errorf("%d of %d deliveries", r.Deliveries, r.Expected)
	}
}

// BenchmarkObserve is the cost of a delivery that was parsed: 500 sessions read
// the same lines in batches, shared out over the processors.
func BenchmarkObserve(b *testing.B) {
	benchmarkDeliveries(b, func(s *Session, f *wire.Frame, _ []byte, at time.Duration) { s.Observe(f, at) })
}

// BenchmarkPass is that of one that is taken by its bytes, as all but the first
// of each line are.
func BenchmarkPass(b *testing.B) {
	benchmarkDeliveries(b, func(s *Session, f *wire.Frame, raw []byte, at time.Duration) {
		if _, ok := s.Pass(raw, at); !ok {
			s.Observe(f, at)
		}
	})
}

func benchmarkDeliveries(b *testing.B, deliver func(s *Session, f *wire.Frame, raw []byte, at time.Duration)) {
	const users, lines, batch = 500, 1000, 100
	_, sessions := crowd(b, users)
	workers := runtime.GOMAXPROCS(0)
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		b.StopTimer()
		frames := stream(sessions, n*lines, lines)
		raw := make([][]byte, lines)
		for i, f := range frames {
			raw[i] = wire.AppendLine(nil, string(f.Sender), f.Text, string(f.Target))
			raw[i] = raw[i][:len(raw[i])-1]
		}
		b.StartTimer()
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for from := 0; from < lines; from += batch {
					at := time.Duration(n*lines + from)
					for i := w; i < users; i += workers {
						for k := from; k < from+batch; k++ {
							deliver(sessions[i], &frames[k], raw[k], at)
						}
						sessions[i].Flush(at)
					}
				}
			})
		}
		wg.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*users*lines), "ns/delivery")
}
