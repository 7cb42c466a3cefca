package report

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chatsim/loadgen/repair"
)

// Threshold is a limit that a run's figure must keep: metric OP value.
type Threshold struct {
	metric metric
	op     string // "<", "<=", ">", ">="
	limit  float64
	value  string // the limit as it was written
}

// ThresholdResult is a threshold with what came of it.
type ThresholdResult struct {
	Expr    string   `json:"expr"`
	Metric  string   `json:"metric"`
	Value   *float64 `json:"value"` // as measured; null without enough samples
	Limit   float64  `json:"limit"` // in the same unit
	Unit    string   `json:"unit"`
	Verdict Verdict  `json:"verdict"`       // Inconclusive: there is no value, or one that is not certain enough
	Why     string   `json:"why,omitempty"` // it is inconclusive
}

// ThresholdError points at what is wrong with an expression.
type ThresholdError struct {
	Expr     string
	Pos, Len int // the word, in bytes of Expr
	Msg      string
	Advice   string
}

// Error returns the message, the expression, and a line of carets below the word.
func (e *ThresholdError) Error() string {
	before := utf8.RuneCountInString(Printable(e.Expr[:e.Pos]))
	word := utf8.RuneCountInString(Printable(e.Expr[e.Pos : e.Pos+e.Len]))
	return fmt.Sprintf("threshold: %s\n  %s\n  %s%s", Printable(e.Msg), Printable(e.Expr),
		strings.Repeat(" ", before), strings.Repeat("^", max(1, word)))
}

// Hint returns what would be right.
func (e *ThresholdError) Hint() string { return e.Advice }

// maxDuration keeps limits where a float64 still holds each nanosecond.
const maxDuration = 24 * time.Hour

// ParseThreshold reads `metric OP value[unit]`, with or without space between.
// Its error is a *ThresholdError.
func ParseThreshold(expr string) (Threshold, error) {
	at := strings.IndexAny(expr, "<>")
	if at < 0 {
		at = strings.IndexAny(expr, "=!") // the word to point at
		if at < 0 {
			return Threshold{}, fault(expr, 0, len(expr), "no comparison", "write it like delivery.p99<50ms; comparisons are < <= > >=, and a shell needs quotes around them")
		}
		return Threshold{}, fault(expr, at, 1, "unknown comparison", "comparisons are < <= > >=")
	}
	end := at + 1
	for end < len(expr) && strings.IndexByte("<>=!", expr[end]) >= 0 {
		end++
	}
	t := Threshold{op: expr[at:end]}
	switch t.op {
	case "<", "<=", ">", ">=":
	default:
		return Threshold{}, fault(expr, at, end-at, "unknown comparison", "comparisons are < <= > >=")
	}
	name := strings.TrimSpace(expr[:at])
	var ok bool
	if t.metric, ok = findMetric(name); !ok {
		return Threshold{}, unknownMetric(expr, name, at)
	}
	value := strings.TrimSpace(expr[end:])
	limit, err := t.metric.kind.parse(value)
	if err != nil {
		pos := end + strings.Index(expr[end:], value)
		return Threshold{}, fault(expr, pos, len(value), err.Error(), t.advice(value))
	}
	t.limit, t.value = limit, value
	return t, nil
}

func fault(expr string, pos, n int, msg, advice string) error {
	return &ThresholdError{Expr: expr, Pos: pos, Len: n, Msg: msg, Advice: advice}
}

func unknownMetric(expr, name string, at int) error {
	if name == "" {
		return fault(expr, at, 1, "no metric before the comparison", metricNames())
	}
	if i := strings.LastIndex(name, ".p"); i > 0 {
		if _, ok, err := parsePercentile(strings.TrimSpace(name[i+1:])); ok && err != nil {
			return fault(expr, strings.Index(expr, name)+i+1, len(name)-i-1, err.Error(), "percentiles are written like p50, p95 or p99.99")
		}
	}
	if strings.HasPrefix(name, "roles.") {
		return unknownOfRole(expr, name)
	}
	if _, figure, ok := strings.Cut(name, "."); ok {
		if m, found := findMetric(figure); found && m.phase == "" {
			return fault(expr, strings.Index(expr, name), len(name), figure+" is not measured by phase", "each phase has all latencies, and "+strings.Join(byPhase, ", "))
		}
	}
	return fault(expr, strings.Index(expr, name), len(name), fmt.Sprintf("unknown metric %q", name), metricNames())
}

// unknownOfRole returns what is wrong with a figure of a role.
func unknownOfRole(expr, name string) error {
	role, figure, _ := strings.Cut(strings.TrimPrefix(name, "roles."), ".")
	at := strings.Index(expr, name) + len("roles.")
	if !slices.Contains(RoleNames, role) {
		return fault(expr, at, len(role), fmt.Sprintf("there is no role %q", role), nearestOf(role, RoleNames))
	}
	var all []string
	for _, f := range byRole {
		all = append(all, f.name)
	}
	return fault(expr, min(at+len(role)+1, len(expr)), len(figure), fmt.Sprintf("roles have no figure %q", figure), nearestOf(figure, all))
}

func nearestOf(word string, of []string) string {
	hint := "there are " + strings.Join(of, ", ")
	if near := repair.Nearest(word, of); near != "" {
		hint = "did you mean " + near + "? " + hint
	}
	return hint
}

// MetricNames lists what a threshold can name, for the help.
func MetricNames() string { return metricNames() }

// metricNames lists what a threshold can name, on lines that fit a terminal.
func metricNames() string {
	p := &page{}
	p.line("metrics are LATENCY.STATISTIC and FIGURE; a phase's is spike.delivery.p99,")
	p.line("  a role's roles.flood.ratio")
	list := func(label string, names []string) {
		p.buf.WriteString("  " + pad(label, indent))
		p.wrap(2+indent, 2+indent, " ", names)
	}
	var names []string
	for _, l := range latencies {
		names = append(names, l.name)
	}
	list("LATENCY", names)
	names = nil
	for _, s := range statistics {
		names = append(names, s.name)
	}
	list("STATISTIC", append(names, "and any other", "percentile, such as", "p95 or p99.99"))
	names = nil
	for _, f := range figures {
		names = append(names, f.name)
	}
	list("FIGURE", names)
	names = nil
	for _, f := range byRole {
		names = append(names, f.name)
	}
	list("a role's", names)
	return strings.TrimSuffix(p.buf.String(), "\n")
}

var byteUnits = []struct {
	name   string
	factor float64
}{{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}}

func (k kind) parse(value string) (float64, error) {
	if value == "" {
		return 0, errors.New("no value after the comparison")
	}
	if k == duration {
		return parseDuration(value)
	}
	factor := 1.0
	if k == size || k == sizePS {
		for _, u := range byteUnits {
			if n, ok := strings.CutSuffix(value, u.name); ok {
				value, factor = n, u.factor
				break
			}
		}
	}
	if k == share {
		f, err := ParsePercentage(value)
		if err != nil {
			err = fmt.Errorf("%s %w", value, err)
		}
		return f, err
	}
	f, err := parseNumber(value)
	if err == nil && f*factor > maxNumber {
		err = fmt.Errorf("%s is too large", value)
	}
	return f * factor, err
}

func parseDuration(value string) (float64, error) {
	if _, err := strconv.ParseFloat(value, 64); err == nil {
		return 0, fmt.Errorf("%s has no unit", value)
	}
	d, err := time.ParseDuration(value)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is not a duration", value)
	case d < 0:
		return 0, errors.New("a limit cannot be negative")
	case d > maxDuration:
		return 0, fmt.Errorf("%s is more than a day", value)
	}
	return float64(d), nil
}

// maxNumber keeps limits in digits that people read.
const maxNumber = 1e15

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func parseNumber(value string) (float64, error) {
	f, err := strconv.ParseFloat(value, 64)
	switch {
	case strings.HasPrefix(value, "-") && err == nil:
		return 0, errors.New("a limit cannot be negative")
	case strings.Trim(value, "0123456789.eE+") != "" || err != nil:
		if n := strings.TrimRight(value, letters+"/%µ"); n != value && n != "" {
			if _, err := strconv.ParseFloat(n, 64); err == nil {
				return 0, fmt.Errorf("unit %q does not fit", value[len(n):])
			}
		}
		return 0, fmt.Errorf("%q is not a number", value)
	}
	return f, nil
}

// advice returns the expression with the value that was probably meant, or says which
// values the metric's limit may have.
func (t Threshold) advice(value string) string {
	k, name := t.metric.kind, t.metric.name
	for _, v := range k.meant(value) {
		if strings.Trim(value, "0123456789.,_' ekEK") != "" && !strings.ContainsAny(v, letters+"%") {
			continue // its unit is of another kind
		}
		if _, err := k.parse(v); err == nil {
			return fmt.Sprintf("write '%s%s%s'", name, t.op, v)
		}
	}
	switch k {
	case duration:
		return name + " is a duration: write it like 50ms, 1.5s or 2m"
	case share:
		return name + " is a percentage: write it like 30%"
	case size, sizePS:
		return name + " is in bytes: write a number, or one with kB, MB or GB"
	}
	return name + " is a plain number, without a unit"
}

// meant are limits that a value of the wrong form may stand for. A duration
// without a unit may stand for any.
func (k kind) meant(value string) []string {
	switch _, err := strconv.ParseFloat(value, 64); {
	case k == duration && err == nil:
		return nil
	case k == duration:
		return repair.Duration(value)
	case k == share:
		return repair.Percentage(value)
	case k == size || k == sizePS:
		return append(repair.Bytes(value), repair.Number(value)...)
	}
	return repair.Number(value)
}

// String parses to the same threshold: the metric's own name, and the value as
// it was written, without space between.
func (t Threshold) String() string { return t.metric.name + t.op + t.value }

// Metric returns what the threshold is about.
func (t Threshold) Metric() Metric { return Metric{t.metric} }

// Threshold returns the limit of a saved result. Earlier ones have a share without
// its percent sign.
func (t ThresholdResult) Threshold() (Threshold, error) {
	th, err := ParseThreshold(t.Expr)
	op := strings.IndexAny(t.Expr, "<>")
	if m, ok := findMetric(t.Metric); err != nil && ok && m.kind == share && op >= 0 {
		value := strings.TrimLeft(t.Expr[op:], "<>=")
		return ParseThreshold(strings.TrimSuffix(t.Expr, value) + FormatPercentage(t.Limit))
	}
	return th, err
}

// Evaluate compares the report's figure with the limit.
func (t Threshold) Evaluate(r *Report) ThresholdResult {
	res := ThresholdResult{Expr: t.String(), Metric: t.metric.name, Limit: t.limit,
		Unit: units[t.metric.kind], Verdict: Inconclusive}
	v, ok := t.metric.get(r)
	if !ok {
		res.Why = t.metric.lacks(r)
		return res
	}
	res.Value = &v
	res.Verdict = Failed
	if t.holds(v) {
		res.Verdict = Passed
	}
	if t.metric.or == nil {
		return res
	}
	if other, ok := t.metric.or(r); ok && t.holds(other) != t.holds(v) {
		res.Verdict = Inconclusive
		res.Why = fmt.Sprintf("%s or %s: the loopback varied", res.human(v), res.human(other))
	}
	return res
}

func (t Threshold) holds(v float64) bool {
	switch t.op {
	case "<":
		return v < t.limit
	case "<=":
		return v <= t.limit
	case ">":
		return v > t.limit
	}
	return v >= t.limit
}
