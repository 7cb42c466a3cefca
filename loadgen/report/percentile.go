package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// percentile is one as it is written, "p95" or "p99.99".
type percentile struct {
	name string
	of   float64 // 0 to 100, neither of them
}

// everPercentiles are in every report beside those with fields of their own, so
// that something can be asked of one that was saved.
var everPercentiles = []percentile{{"p75", 75}, {"p95", 95}, {"p99.99", 99.99}, {"p99.999", 99.999}}

// maxPercentileDigits is how many digits may stand behind the point.
const maxPercentileDigits = 6

// parsePercentile reads p50, p99.9, or p999 as another spelling of that. The
// name that it returns is the one spelling of several. Its error says what is
// wrong with what begins like a percentile; ok is false for all else.
func parsePercentile(name string) (p percentile, ok bool, err error) {
	digits, ok := strings.CutPrefix(name, "p")
	if !ok || digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return p, false, nil
	}
	if len(digits) > 2 && strings.Trim(digits, "9") == "" {
		digits = digits[:2] + "." + digits[2:]
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	fraction = strings.TrimRight(fraction, "0")
	canonical := "p" + strings.TrimLeft(whole, "0")
	if fraction != "" {
		canonical = "p" + orText(strings.TrimLeft(whole, "0"), "0") + "." + fraction
	}
	of, bad := strconv.ParseFloat(digits, 64)
	switch {
	case bad != nil:
		return p, true, fmt.Errorf("%q is not a percentile", name)
	case of == 100:
		return p, true, fmt.Errorf("%q is the highest value of all: max", name)
	case of == 0:
		return p, true, fmt.Errorf("%q is the lowest value of all: min", name)
	case of > 100:
		return p, true, fmt.Errorf("%q is more than all", name)
	case len(fraction) > maxPercentileDigits:
		return p, true, fmt.Errorf("%q has more than %d digits behind its point", name, maxPercentileDigits)
	}
	return percentile{name: canonical, of: of}, true, nil
}

// needs returns how many samples it takes: one of them at least must lie above it,
// where it is not the middle.
func (p percentile) needs() int64 { return samplesFor(p.of) }

func samplesFor(of float64) int64 {
	if of <= 50 {
		return 1
	}
	const unit = 1e6 // exact for all digits that are read
	beyond := int64(100*unit) - int64(of*unit+0.5)
	return (100*unit + beyond - 1) / beyond
}

// Percentile asks at for a percentile if count samples support it; else nil.
func Percentile(count int64, of float64, at func(percentile float64) int64) *int64 {
	if count < samplesFor(of) {
		return nil
	}
	v := at(of)
	return &v
}

// percentile returns the value at a percentile, nil without enough samples or
// where the report was saved without it, and keeps it for those who read the
// report later.
func (l *Latency) percentile(p percentile) *int64 {
	switch p.of {
	case 50:
		return l.P50
	case 90:
		return l.P90
	case 99:
		return l.P99
	case 99.9:
		return l.P999
	}
	if v, ok := l.Percentiles[p.name]; ok {
		return &v
	}
	if l.at == nil {
		return nil
	}
	v := Percentile(l.Count, p.of, l.at)
	if v != nil {
		if l.Percentiles == nil {
			l.Percentiles = make(map[string]int64)
		}
		l.Percentiles[p.name] = *v
	}
	return v
}

// lacks returns why a latency has no value at a percentile.
func (l *Latency) lacks(p percentile) string {
	count := int64(0)
	if l != nil {
		count = l.Count
	}
	if count >= p.needs() {
		return "the report was saved without " + p.name + ", with " + strings.Join(l.saved(), ", ")
	}
	return fmt.Sprintf("not enough samples: %s, and %s takes %s", thousands(count), p.name, thousands(p.needs()))
}

// saved lists the percentiles that a report holds.
func (l *Latency) saved() []string {
	var names []string
	for _, s := range statistics {
		if _, ok, _ := parsePercentile(s.name); ok && s.get(l) != nil {
			names = append(names, s.name)
		}
	}
	return append(names, slices.Sorted(maps.Keys(l.Percentiles))...)
}
