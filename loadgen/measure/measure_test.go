package measure

import (
	"maps"
	"slices"
	"testing"
	"time"
)

const ms = time.Millisecond

// add records deliveries of one read.
func add(m *Recorder, at time.Duration, ds ...Delivery) {
	b := m.Begin(at)
	for _, d := range ds {
		d.At = at
		b.Deliver(&d)
	}
	m.Add(b)
}

// TestTimeline: seconds begin with the measured part, also for who came before
// that was known, and each has what was in it.
func TestTimeline(t *testing.T) {
	m := New()
	m.Moved(250*ms, Moves{Joins: 2})
	m.Moved(1650*ms, Moves{Joins: 1})
	m.Start(2700 * ms) // after a second of warm-up
	m.Moved(2600*ms, Moves{Leaves: 1})
	add(m, 2650*ms, Delivery{Intended: 2600 * ms, Sent: 2600 * ms})
	m.Moved(2710*ms, Moves{Evicted: 1})
	m.Sent(2700*ms, 2701*ms, 2702*ms)
	add(m, 2720*ms, Delivery{Intended: 2700 * ms, Sent: 2702 * ms, Measured: true, Bytes: 70})
	add(m, 4800*ms, Delivery{Intended: 2700 * ms, Sent: 2702 * ms, Measured: true, Bytes: 70}, Delivery{Unobserved: true})
	m.Finish()

	want := map[int64]Second{
		-3: {Moves: Moves{Joins: 2}},
		-2: {Moves: Moves{Joins: 1}},
		-1: {Moves: Moves{Leaves: 1}, Observed: 1, slowest: 50 * ms},
		0:  {Moves: Moves{Evicted: 1}, Sent: 1, Deliveries: 1, Observed: 1, slowest: 18 * ms},
		2:  {Deliveries: 1, Observed: 1, slowest: 4800 * ms},
	}
	got := m.Timeline()
	maps.DeleteFunc(got, func(_ int64, s Second) bool { return s == Second{} })
	for n, s := range got {
		s.P50, s.P99 = nil, nil // see TestSeconds
		if s != want[n] {
			t.Errorf("second %d: %+v, want %+v", n, s, want[n])
		}
	}
	if len(got) != len(want) {
		t.Errorf("seconds %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	if got, want := m.Totals(), (Totals{Sent: 1, Deliveries: 2, Bytes: 140, Span: 2080 * ms}); got != want {
		t.Errorf("totals %+v, want %+v", got, want)
	}
	if n := m.Observed(); n != 3 {
		t.Errorf("%d deliveries were observed", n)
	}
	if d := m.Slowest(3800 * ms); d != 4800*ms {
		t.Errorf("slowest around 3.8 s: %v", d)
	}
	if now := m.Interim(5 * time.Second); now.Present != 1 {
		t.Errorf("%d in the room", now.Present)
	}
}

// TestLatencies: a delivery counts from when its line was due and from when it
// was written, and not at all where its time is its receiver's own doing.
func TestLatencies(t *testing.T) {
	m := New()
	m.Start(0)
	m.Sent(0, 3*ms, 5*ms)
	add(m, 20*ms, Delivery{Sent: 5 * ms, Measured: true}, Delivery{Sent: 5 * ms, Measured: true, Own: true},
		Delivery{Sent: 5 * ms, Measured: true, Untimed: true}, Delivery{Sent: 5 * ms})
	m.ReadByAll(0, 12*ms, 20*ms)
	m.Joined(7*ms, 7*ms)
	m.Left(9*ms, 9*ms)
	m.Finish()
	l := m.Latencies()
	near := func(got int64, want time.Duration) bool {
		return (time.Duration(got) - want).Abs() <= want/500 // three figures
	}
	for what, c := range map[string]struct {
		count, max int64
		wantCount  int64
		want       time.Duration
	}{
		"delivery": {l.Delivery.Count, l.Delivery.Max, 2, 20 * ms},
		"actual":   {l.DeliveryActual.Count, l.DeliveryActual.Max, 2, 15 * ms},
		"echo":     {l.Echo.Count, l.Echo.Max, 1, 20 * ms},
		"last":     {l.Last.Count, l.Last.Max, 1, 20 * ms},
		"skew":     {l.Skew.Count, l.Skew.Max, 1, 8 * ms},
		"join":     {l.Join.Count, l.Join.Max, 1, 7 * ms},
		"leave":    {l.Leave.Count, l.Leave.Max, 1, 9 * ms},
		"lag":      {1, m.Lag(99), 1, 3 * ms},
	} {
		if c.count != c.wantCount || !near(c.max, c.want) {
			t.Errorf("%s: %d up to %v, want %d up to %v", what, c.count, time.Duration(c.max), c.wantCount, c.want)
		}
	}
	if n := m.Totals().Deliveries; n != 3 {
		t.Errorf("%d deliveries", n)
	}
}

// TestSeconds: a second has its percentiles while it is recent and after its
// histogram is gone.
func TestSeconds(t *testing.T) {
	m := New()
	m.Start(0)
	for sec := range time.Duration(10) {
		for i := range time.Duration(200) {
			at := sec*time.Second + i*ms
			add(m, at, Delivery{Intended: at - (sec+1)*ms, Sent: at - (sec+1)*ms, Measured: true})
		}
		now := m.Interim((sec + 1) * time.Second)
		if now.P99 == nil || time.Duration(*now.P99).Round(ms/10) != (sec+1)*ms {
			t.Errorf("second %d: p99 %v", sec, now.P99)
		}
	}
	if len(m.recent) > 4 {
		t.Errorf("%d histograms of seconds are kept", len(m.recent))
	}
	m.Finish()
	for n, s := range m.Timeline() {
		if s.P50 == nil || time.Duration(*s.P50).Round(ms/10) != time.Duration(n+1)*ms || s.Deliveries != 200 {
			t.Errorf("second %d: %+v", n, s)
		}
	}
}

func TestWindows(t *testing.T) {
	m := New()
	m.Start(time.Second)
	m.StartWindows([]time.Duration{time.Second, 3 * time.Second, 5 * time.Second, 7 * time.Second})
	for i := range time.Duration(1200) { // six seconds, the first before all windows
		took := (1 + (i*5*ms+time.Second)/(2*time.Second)) * ms
		add(m, i*5*ms+took, Delivery{Intended: i * 5 * ms, Sent: i * 5 * ms, Measured: true})
	}
	add(m, 6100*ms, Delivery{Intended: 1500 * ms, Sent: 1500 * ms, Measured: true}) // however late it came
	m.Finish()
	for n := range 3 {
		if p := m.WindowP99(n); p == nil || time.Duration(*p).Round(ms/10) != time.Duration(n+2)*ms {
			t.Errorf("window %d: p99 %v", n, p)
		}
	}
	if p := m.WindowP99(3); p != nil {
		t.Errorf("a window that was not: %v", *p)
	}
}

// batch records the deliveries of one read.
func batch(m *Recorder, at time.Duration, deliveries int) {
	b := m.Begin(at)
	for range deliveries {
		b.Deliver(&Delivery{Intended: at, Sent: at + 1000, At: at + 6000, Bytes: 81, Measured: true})
	}
	m.Add(b)
}

// TestBatchAllocates holds that deliveries cost no memory.
func TestBatchAllocates(t *testing.T) {
	m := New()
	batch(m, 0, 100)                                                                // makes the histograms
	if n := testing.AllocsPerRun(100, func() { batch(m, 0, 100) }) / 100; n > 0.1 { // the race detector has batches made anew
		t.Errorf("%v allocations a delivery", n)
	}
}

// BenchmarkBatch is the cost of a read that brought eight deliveries.
func BenchmarkBatch(b *testing.B) {
	m := New()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		batch(m, time.Duration(i)*100, 8)
	}
}

// BenchmarkReader is a delivery that a reader records.
func BenchmarkReader(b *testing.B) {
	m := New()
	r := m.Reader()
	b.ReportAllocs()
	at := time.Second
	d := Delivery{Bytes: 81, Measured: true}
	r.Begin(at)
	for i := 0; b.Loop(); i++ {
		d.Intended = at - time.Duration(i%1000)*time.Microsecond
		d.Sent, d.At = d.Intended, at
		r.Deliver(&d)
	}
	r.End()
}
