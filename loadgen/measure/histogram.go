package measure

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"chatsim/loadgen/report"
)

// longest is the highest latency that the histograms tell apart.
const longest = 10 * time.Minute

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, int64(longest), 3) }

// record adds a duration, cut to what the histogram can hold.
func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(int64(min(max(d, 0), longest)))
}

// deferred is a histogram that is made when it is needed: each is a quarter of
// a megabyte.
type deferred struct{ *hdrhistogram.Histogram }

func (d *deferred) record(took time.Duration) {
	if d.Histogram == nil {
		d.Histogram = newHistogram()
	}
	record(d.Histogram, took)
}

// mergeInto adds what is recorded to those of others that there are.
func (d deferred) mergeInto(hs ...*hdrhistogram.Histogram) {
	for _, h := range hs {
		if d.Histogram != nil && h != nil {
			h.Merge(d.Histogram)
		}
	}
}

func (d deferred) reset() {
	if d.Histogram != nil {
		d.Reset()
	}
}

// latency puts a histogram's figures into the report's form.
func latency(h *hdrhistogram.Histogram) *report.Latency {
	return report.NewLatency(h.TotalCount(), h.Min(), int64(h.Mean()), h.Max(), h.ValueAtPercentile)
}

// summary is latency without the curve.
func summary(h *hdrhistogram.Histogram) *report.Latency {
	return report.NewSummary(h.TotalCount(), h.Min(), int64(h.Mean()), h.Max(), h.ValueAtPercentile)
}

// percentile returns a percentile of a histogram; nil of too few samples, and of
// no histogram.
func percentile(h *hdrhistogram.Histogram, p float64) *int64 {
	if h == nil {
		return nil
	}
	return report.Percentile(h.TotalCount(), p, h.ValueAtPercentile)
}
