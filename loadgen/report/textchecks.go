package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

func (p *page) checks(r *Report, verbose bool) {
	level := ""
	if v := r.Config.Verify; v != "full" && v != "" {
		level = "-verify " + v
	}
	none := ""
	if len(r.Checks) == 0 {
		none = "none"
	}
	p.row("checks", none, tally(r, Passed, "passed"), tally(r, Failed, "FAILED"),
		tally(r, Inconclusive, "inconclusive"), tally(r, NotExercised, "not exercised"), level)
	if verbose && none == "" {
		p.line(pad("", 35) + padLeft("evaluations", 16) + padLeft("violations", 12) + padLeft("implied", 9))
	}
	for i := range r.Checks {
		c := &r.Checks[i]
		if verbose {
			row := pad("  "+c.Name, 22) + pad(string(c.Verdict), 13) + padLeft(thousands(c.Evaluations), 16) +
				padLeft(thousands(c.Violations), 12) + padLeft(thousands(c.Implied), 9)
			if c.Required {
				row += " required"
			}
			p.line(row)
		}
		switch {
		case c.Verdict == Failed:
			p.failed(c, verbose)
		case c.Reason != "" && (verbose || c.Verdict == Inconclusive):
			p.line("  " + c.Name + ": " + c.Reason)
		}
	}
}

// tally is "2 not exercised (isolation, sender authenticity)", empty if none;
// those that passed are not named.
func tally(r *Report, v Verdict, word string) string {
	names := r.checksThat(v)
	if len(names) == 0 {
		return ""
	}
	s := fmt.Sprintf("%d %s", len(names), word)
	if v != Passed {
		s += " (" + strings.Join(names, ", ") + ")"
	}
	return s
}

// longest is how many runes of a chat line the text report shows; the JSON
// report has all.
const longest = 160

// failed shows a failed check with its first witness, all of them if verbose.
func (p *page) failed(c *Check, verbose bool) {
	p.buf.WriteString("  ")
	p.word(Failed, Printable(c.Name))
	summary := ": " + Plural(c.Violations, "violation", "violations") + " in " + Plural(c.Evaluations, "evaluation", "evaluations")
	if c.Implied > 0 {
		summary += ", " + thousands(c.Implied) + " implied"
	}
	p.line(summary)
	if c.Pattern != "" {
		p.buf.WriteString("    ")
		p.wrap(4, 4, " ", strings.Fields(c.Pattern))
	}
	shown := c.Witnesses
	if !verbose && len(shown) > 1 {
		shown = shown[:1]
	}
	for i := range shown {
		p.witness(&shown[i])
	}
	if more := c.Violations - int64(len(shown)); more > 0 && len(shown) > 0 {
		p.line("    and " + thousands(more) + " more")
	}
}

func (p *page) witness(w *Witness) {
	p.buf.WriteString("    ")
	p.wrap(4, 6, " ", strings.Fields(w.who()+w.Sentence))
	if len(w.Sides) == 0 {
		for _, entry := range w.Before {
			p.line("      before    " + shorten(entry, longest))
		}
	}
	p.sides(w.Sides)
	if w.Expected != "" {
		p.line("      expected  " + shorten(w.Expected, longest))
	}
	if w.Came != "" {
		p.line("      came      " + shorten(w.Came, longest))
	}
	if w.Differs != "" {
		p.buf.WriteString("      differs   ")
		p.wrap(16, 16, " ", strings.Fields(w.Differs))
	}
	for _, t := range []struct {
		word string
		at   *Instant
	}{{"sent      ", w.Sent}, {"arrived   ", w.Arrived}, {"elsewhere ", w.Others}} {
		if t.at != nil {
			p.line("      " + t.word + t.at.String())
		}
	}
	if w.Agreed > 0 && len(w.Sides) == 0 { // else the sentence says it
		p.line("      " + Plural(int64(w.Agreed), "other", "others") + " saw it as expected")
	}
}

// String is "3.104 s into the run, 2026-01-02T15:04:05.678Z".
func (i *Instant) String() string {
	s := fmt.Sprintf("%.3f s into the run", float64(i.NS)/1e9)
	if !i.Wall.IsZero() {
		s += ", " + i.Wall.UTC().Format("2006-01-02T15:04:05.000Z07:00")
	}
	return s
}

// sides shows what two chatters saw, one beside the other.
func (p *page) sides(sides []Side) {
	column := min(max((p.columns()-8)/2, 17), 60) // runes
	cell := func(s *Side, row int) string {
		switch {
		case row == 0:
			return shorten(s.Name, column-7) + " saw"
		case row <= len(s.Saw):
			return shorten(s.Saw[row-1], column-3)
		}
		return ""
	}
	rows := 0
	for i := range sides {
		rows = max(rows, 1+len(sides[i].Saw))
	}
	for row := range rows {
		line := "      "
		for i := range sides {
			text := cell(&sides[i], row)
			if i < len(sides)-1 {
				text += strings.Repeat(" ", max(1, column-utf8.RuneCountInString(text)))
			}
			line += text
		}
		p.line(strings.TrimRight(line, " "))
	}
}

// who is "chatter 17 (bob3) at place 812: ", as far as it is known.
func (w *Witness) who() string {
	var who []string
	for i, n := range w.Chatters {
		s := fmt.Sprintf("chatter %d", n)
		if i < len(w.Names) && w.Names[i] != "" {
			s += " (" + w.Names[i] + ")"
		}
		who = append(who, s)
	}
	s := strings.Join(who, ", ")
	if w.Place >= 0 {
		s = strings.TrimSpace(s + " at place " + thousands(w.Place))
	}
	if s == "" {
		return ""
	}
	return s + ": "
}

func (p *page) thresholds(r *Report, verbose bool) {
	if len(r.Thresholds) == 0 {
		return
	}
	var parts []string
	for _, v := range []struct {
		verdict Verdict
		word    string
	}{{Passed, "met"}, {Failed, "NOT MET"}, {Inconclusive, "inconclusive"}} {
		if n := r.thresholdsThat(v.verdict); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v.word))
		}
	}
	p.row("thresholds", parts...)
	for i := range r.Thresholds {
		t := &r.Thresholds[i]
		if t.Verdict == Passed && !verbose {
			continue
		}
		p.buf.WriteString("  ")
		p.word(t.Verdict, Printable(t.Expr))
		p.buf.WriteString(t.behind())
		p.wrap(4+utf8.RuneCountInString(Printable(t.Expr)), 4, " ", strings.Fields(t.outcome()))
	}
}

// behind separates an expression from its outcome.
func (t *ThresholdResult) behind() string {
	if t.Verdict == Inconclusive {
		return ": "
	}
	return " "
}

// outcome returns what came of a threshold.
func (t *ThresholdResult) outcome() string {
	switch {
	case t.Verdict == Inconclusive || t.Value == nil:
		return orText(t.Why, "not enough samples") // those of before do not tell
	case t.Verdict == Failed:
		return "not met: " + t.human(*t.Value)
	}
	return "met: " + t.human(*t.Value)
}

// human writes a value as the limit is written: a share as a percentage.
func (t *ThresholdResult) human(v float64) string {
	m, ok := findMetric(t.Metric)
	switch {
	case !ok || m.kind != share:
		return humanValue(v, t.Unit)
	case v > 0 && v < 0.0001:
		return "under 0.01%"
	}
	return digits3(v*100) + "%"
}

// humanValue writes a metric's value as the rest of the report would.
func humanValue(v float64, unit string) string {
	switch unit {
	case units[duration]:
		return humanDuration(int64(v))
	case units[size]:
		return humanBytes(v)
	case units[sizePS]:
		return humanBytes(v) + "/s"
	case units[perS]:
		return perSecond(v)
	}
	if v != float64(int64(v)) {
		return digits3(v)
	}
	return thousands(int64(v))
}
