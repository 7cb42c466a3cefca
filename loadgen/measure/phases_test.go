package measure

import (
	"testing"
	"time"
)

// What is measured belongs to the phase in which its line was due, however late
// it was sent and came; all phases together have all of it.
func TestPhases(t *testing.T) {
	m := New()
	m.Start(time.Second)
	m.StartPhases([]time.Duration{time.Second, 3 * time.Second, 4 * time.Second})
	lines := []struct{ due, late, took time.Duration }{
		{1000 * ms, 0, 5 * ms}, {2999 * ms, 2 * ms, 20 * ms}, // sent when the next phase has begun
		{3000 * ms, 0, 900 * ms}, {3500 * ms, 0, 1000 * ms}, // come in the next
		{9000 * ms, 0, 7 * ms},
	}
	r := m.Reader()
	for i, l := range lines {
		sent := l.due + l.late
		m.Sent(l.due, sent, sent)
		d := Delivery{Intended: l.due, Sent: sent, At: sent + l.took, Bytes: 10 + i, Measured: true, Own: i == 0}
		r.Begin(d.At)
		r.Deliver(&d)
		r.End()
		add(m, d.At, d)
		m.ReadByAll(l.due, d.At, d.At+ms)
	}
	add(m, 5*time.Second, Delivery{Sent: 2 * time.Second, Bytes: 99}) // its line is not measured
	m.Joined(3500*ms, 600*ms)                                         // dialled before
	m.Left(3500*ms, 100*ms)
	m.Moved(3500*ms, Moves{Joins: 1, Evicted: 2})
	m.Finish()
	for n, want := range []struct {
		sent, deliveries, bytes, joined, evicted, echoes, joins, leaves int64
		max, last                                                       time.Duration
	}{
		{2, 4, 42, 0, 0, 2, 1, 0, 22 * ms, 23 * ms},
		{2, 4, 50, 1, 2, 0, 0, 1, 1000 * ms, 1001 * ms},
		{1, 2, 28, 0, 0, 0, 0, 0, 7 * ms, 8 * ms},
	} {
		f := m.PhaseFigures(n)
		near := func(got int64, want time.Duration) bool { return (time.Duration(got) - want).Abs() <= want/500 }
		if f.Sent != want.sent || f.Deliveries != want.deliveries || f.Bytes != want.bytes || f.Joined != want.joined || f.Evicted != want.evicted {
			t.Errorf("phase %d: %+v, want %+v", n, f, want)
		}
		if l := f.Latency; l.Delivery.Count != want.deliveries || !near(l.Delivery.Max, want.max) || !near(l.Last.Max, want.last) {
			t.Errorf("phase %d: %d deliveries up to %d, last %d, want %+v", n, l.Delivery.Count, l.Delivery.Max, l.Last.Max, want)
		}
		for what, c := range map[string]struct {
			has  bool
			want int64
		}{"echo": {f.Latency.Echo != nil, want.echoes}, "join": {f.Latency.Join != nil, want.joins}, "leave": {f.Latency.Leave != nil, want.leaves}} {
			if c.has != (c.want > 0) {
				t.Errorf("phase %d: %s %v, want %d", n, what, c.has, c.want)
			}
		}
	}
	if f := m.PhaseFigures(0); time.Duration(f.ScheduleLagP99).Round(100*time.Microsecond) != 2*ms {
		t.Errorf("late by %v", time.Duration(f.ScheduleLagP99))
	}
}

// BenchmarkDeliverInPhases is what phases add to a delivery that is recorded.
func BenchmarkDeliverInPhases(b *testing.B) {
	for _, c := range []struct {
		name   string
		begins []time.Duration
	}{{"none", nil}, {"5", []time.Duration{0, 1e9, 2e9, 3e9, 4e9}}} {
		b.Run(c.name, func(b *testing.B) {
			m := New()
			m.Start(0)
			if c.begins != nil {
				m.StartPhases(c.begins)
			}
			r := m.Reader()
			d := Delivery{Intended: 2500 * ms, Sent: 2500 * ms, At: 2501 * ms, Bytes: 100, Measured: true}
			r.Begin(d.At)
			defer r.End()
			b.ReportAllocs()
			for b.Loop() {
				r.Deliver(&d)
			}
		})
	}
}
