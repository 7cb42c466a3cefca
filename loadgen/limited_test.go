package loadgen

import (
	"strings"
	"testing"
	"time"

	"chatsim/loadgen/measure"
	"chatsim/loadgen/report"
)

// TestLimiting: small figures on a quiet machine are nobody's limit, lateness
// that is not in the percentile shapes nothing, and a starved generator is told.
func TestLimiting(t *testing.T) {
	us := func(v int64) *int64 {
		if v < 0 {
			return nil
		}
		ns := v * 1000
		return &ns
	}
	for _, c := range []struct {
		name           string
		lag, due, sent int64 // µs; below 0: not enough samples
		want           bool
	}{
		{"20 users, quiet", 214, 844, 700, false},
		{"20 users, a millisecond late", 1000, 3000, 2000, false},
		{"500 users, quiet", 131, 5030, 4990, false},
		{"late by much of it", 1500, 5000, 3500, true},
		{"late, and what was late was not slow", 4000, 6000, 5900, false},
		{"late by a twentieth of it", 5000, 100_000, 95_500, false},
		{"late by a fifth of it", 20_000, 100_000, 80_500, true},
		{"starved", 250_000, 260_000, 9_000, true},
		{"a slow server", 800, 2_000_000, 1_999_500, false},
		{"nothing sent", -1, -1, -1, false},
		{"too few deliveries", 50_000, -1, -1, false},
	} {
		if got := (lateness{"p99", us(c.lag), us(c.due), us(c.sent)}).limiting(); got != c.want {
			t.Errorf("%s: limited %v", c.name, got)
		}
	}
}

// TestGeneratorIsJudged: the figures of a run decide, and the warning has them.
func TestGeneratorIsJudged(t *testing.T) {
	for _, c := range []struct {
		name          string
		rate          report.Rate
		late, of      time.Duration // every line, and every fiftieth besides
		want, applies bool
		says          string
	}{
		{"quiet", 100, 200 * time.Microsecond, 0, false, true, ""},
		{"always late", 100, 5 * time.Millisecond, 0, true, true, "5ms of the delivery's p50 of 5.8ms and 5ms of the delivery's p99 of 5.8ms"},
		{"late at times", 100, 0, 20 * time.Millisecond, true, true, "of the delivery's p99 of"},
		{"closed model", report.Max, 5 * time.Millisecond, 0, false, false, ""},
	} {
		r := newRun(Config{Rate: c.rate, Users: 2}.withDefaults())
		for i := range 1000 {
			late := c.late
			if i%50 == 0 {
				late += c.of
			}
			sent := 1 + late
			r.measure.Sent(1, sent, sent)
			b := r.measure.Begin(0)
			b.Deliver(&measure.Delivery{Intended: 1, Sent: sent, At: sent + 800*time.Microsecond, Measured: true})
			r.measure.Add(b)
		}
		r.measure.Finish()
		latency := r.measure.Latencies()
		if got, said := (&outcome{run: r}).generator(&latency); got.Limited != c.want || got.Applicable != c.applies || !strings.Contains(said, c.says) || (said != "") != c.want {
			t.Errorf("%s: %+v, %q", c.name, got, said)
		}
		r.life.end()
	}
}
