package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// byPhase are the figures that each phase has, beside the latencies.
var byPhase = []string{"sent", "sent_per_s", "deliveries", "deliveries_per_s", "bytes_per_s", "joined", "left", "evicted", "schedule_lag.p99"}

// inPhase returns the report as if the run had been one of its phases, as far as
// there are figures by phase; nil if there was no such phase.
func (r *Report) inPhase(name string) *Report {
	i := slices.IndexFunc(r.Phases, func(p Phase) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	p := &r.Phases[i]
	return &Report{MeasuredS: p.ForS, Sent: p.Sent, Deliveries: p.Deliveries, SentPerS: p.SentPerS, DeliveriesPerS: p.DeliveriesPerS, BytesPerS: p.BytesPerS,
		Joined: p.Joined, Left: p.Left, Evicted: map[string]int64{"": p.Evicted}, Latency: p.Latency,
		Generator: Generator{Applicable: !p.Rate.IsMax(), ScheduleLagP99: p.ScheduleLagP99}}
}

// ofPhase returns the metric of a figure in one phase: spike.delivery.p99.
func ofPhase(name string) (metric, bool) {
	phase, figure, ok := strings.Cut(name, ".")
	if !ok {
		return metric{}, false
	}
	m, found := findMetric(figure)
	if !found || m.phase != "" || m.role != "" || phase == "" || strings.ContainsAny(phase, " <>=") || !m.everyPhase() {
		return metric{}, false
	}
	of := m
	m.name, m.phase, m.or = phase+"."+m.name, phase, nil
	m.get = func(r *Report) (float64, bool) {
		if in := r.inPhase(phase); in != nil {
			return of.get(in)
		}
		return 0, false
	}
	m.why = func(r *Report) string {
		if in := r.inPhase(phase); in != nil {
			return of.lacks(in)
		}
		return fmt.Sprintf("not measured: there was no phase %s", phase)
	}
	return m, true
}

// everyPhase reports whether the figure is one that phases have.
func (m metric) everyPhase() bool {
	latency, _, _ := strings.Cut(m.name, ".")
	return slices.Contains(byPhase, m.name) || slices.ContainsFunc(latencies, func(l struct {
		name string
		get  func(l *Latencies) *Latency
	}) bool {
		return l.name == latency
	})
}

// Phase returns the phase that the metric is of; empty: of all.
func (m Metric) Phase() string { return m.phase }

// phases shows a line for each phase.
func (p *page) phases(r *Report) {
	if len(r.Phases) == 0 {
		return
	}
	rows := [][]string{{"phases", "from", "for", "sent/s", "deliveries/s", "users", "p50", "p99", "max"}}
	for i := range r.Phases {
		rows = append(rows, r.Phases[i].row(2))
	}
	p.columnsOf(rows)
}

// dispensable are the columns that a narrow page goes without, in that order.
var dispensable = []string{"max", "from", "p50", "deliveries/s", "users"}

// columnsOf writes rows below each other, the first of which is the header; figures
// are at the right of their columns. Where there is no room some are left out.
func (p *page) columnsOf(rows [][]string) {
	for _, name := range dispensable {
		if widthOf(rows) <= p.columns() {
			break
		}
		if i := slices.Index(rows[0], name); i >= 0 {
			for k := range rows {
				rows[k] = slices.Delete(rows[k], i, i+1)
			}
		}
	}
	widths := widthsOf(rows)
	for _, row := range rows {
		line := pad(row[0], widths[0])
		for i, cell := range row[1:] {
			line += "  " + padLeft(cell, widths[i+1])
		}
		p.line(line)
	}
}

func widthsOf(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	widths[0] = indent
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

func widthOf(rows [][]string) int {
	sum := -2
	for _, w := range widthsOf(rows) {
		sum += w + 2
	}
	return sum
}

// row returns a phase in figures; its name is so far in.
func (f *Phase) row(in int) []string {
	p50, p99, most := "–", "–", "–"
	if d := f.Latency.Delivery; d != nil {
		p50, p99, most = humanPercentile(d.P50), humanPercentile(d.P99), humanDuration(d.Max)
	}
	return []string{strings.Repeat(" ", in) + f.Name, shortTime(f.FromS), shortTime(f.ForS), humanRate(f.SentPerS), humanRate(f.DeliveriesPerS), f.users(), p50, p99, most}
}

func (f *Phase) users() string {
	if f.Users == f.UsersTo {
		return thousands(int64(f.Users))
	}
	return thousands(int64(f.Users)) + ".." + thousands(int64(f.UsersTo))
}

// humanRate writes a number a second without its unit.
func humanRate(v float64) string {
	if v >= 100 {
		return thousands(int64(v + 0.5))
	}
	return digits3(v)
}

// phaseTable has every figure of each phase.
func phaseTable(r *Report) *table {
	if len(r.Phases) == 0 {
		return nil
	}
	t := &table{Caption: "Each phase: its deliveries are those of the lines that were due in it, however late they came", Header: []string{"", "from", "for", "lines sent", "lines/s", "deliveries", "deliveries/s", "users",
		"delivery p50", "p99", "max", "last p99", "join p99", "leave p99", "joins", "leaves", "evictions", "late p99"}}
	for i := range r.Phases {
		f := &r.Phases[i]
		row := f.row(0)
		t.Rows = append(t.Rows, []string{row[0], row[1], row[2], thousands(f.Sent), row[3], thousands(f.Deliveries), row[4], row[5], row[6], row[7], row[8],
			p99Of(f.Latency.Last), p99Of(f.Latency.Join), p99Of(f.Latency.Leave), thousands(f.Joined), thousands(f.Left), thousands(f.Evicted), humanDuration(f.ScheduleLagP99)})
	}
	return t
}

func p99Of(l *Latency) string {
	if l == nil {
		return "–"
	}
	return humanPercentile(l.P99)
}
