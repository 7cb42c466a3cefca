package report

import "math"

// Latencies are those of the measured lines, joins and leaves; one that was
// not measured is nil.
type Latencies struct {
	Delivery       *Latency `json:"delivery,omitempty"`        // intended send time to each receiver
	DeliveryActual *Latency `json:"delivery_actual,omitempty"` // actual send time to each receiver
	Last           *Latency `json:"last,omitempty"`            // intended send time to the last receiver of a line
	Echo           *Latency `json:"echo,omitempty"`            // intended send time to the sender's own copy
	Skew           *Latency `json:"skew,omitempty"`            // first to last receiver of a line
	Join           *Latency `json:"join,omitempty"`            // dial to welcome
	Leave          *Latency `json:"leave,omitempty"`           // close to the last remaining chatter knowing
}

// Latency is a distribution of durations in nanoseconds. A percentile that
// its samples do not support is nil.
type Latency struct {
	Count int64  `json:"count"`
	Min   int64  `json:"min_ns"`
	Mean  int64  `json:"mean_ns"`
	P50   *int64 `json:"p50_ns,omitempty"`
	P90   *int64 `json:"p90_ns,omitempty"`
	P99   *int64 `json:"p99_ns,omitempty"`
	P999  *int64 `json:"p999_ns,omitempty"`
	Max   int64  `json:"max_ns"`

	// Percentiles are further ones by their names, "p95": those of everPercentiles,
	// and those that thresholds have asked for.
	Percentiles map[string]int64 `json:"percentiles_ns,omitempty"`

	// Curve has the value at 1-10^(-i/10) for each i as far as the samples
	// support it: at 0, 20.6, 36.9 ... 90 % (the 11th) ... 99 % (the 21st) ...
	Curve []int64 `json:"curve_ns,omitempty"`

	at func(percentile float64) int64 // the samples; nil in a report that was read from a file
}

// curvePoints are ten for each nine, to 99.9999 %.
const curvePoints = 60

// curve asks for the points that lie below the highest of count samples.
func curve(count int64, at func(percentile float64) int64) []int64 {
	var points []int64
	for i := range curvePoints {
		beyond := CurveBeyond(i)
		if float64(count)*beyond < 1 {
			break
		}
		points = append(points, at(100*(1-beyond)))
	}
	return points
}

// CurveBeyond returns the share of the samples that lies above point i of a curve.
func CurveBeyond(i int) float64 { return math.Pow(10, -float64(i)/10) }

// NewLatency makes a Latency of a histogram's figures, in nanoseconds; at
// returns the value at a percentile (0 to 100), as long as the Latency lives. It
// is nil without samples.
func NewLatency(count, lo, mean, hi int64, at func(percentile float64) int64) *Latency {
	l := NewSummary(count, lo, mean, hi, at)
	if l != nil {
		l.Curve, l.at = curve(count, at), at
		for _, p := range everPercentiles {
			l.percentile(p)
		}
	}
	return l
}

// NewSummary is NewLatency without the curve and further percentiles, for which
// at is asked ten times as often.
func NewSummary(count, lo, mean, hi int64, at func(percentile float64) int64) *Latency {
	if count == 0 {
		return nil
	}
	return &Latency{
		Count: count, Min: lo, Mean: mean, Max: hi,
		P50:  Percentile(count, 50, at),
		P90:  Percentile(count, 90, at),
		P99:  Percentile(count, 99, at),
		P999: Percentile(count, 99.9, at),
	}
}
