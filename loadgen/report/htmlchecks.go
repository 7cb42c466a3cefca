package report

import (
	"strconv"
	"strings"
)

// htmlMarks tell verdicts apart without colour.
var htmlMarks = map[Verdict]string{Passed: "✓", Failed: "✗", Inconclusive: "?", Measured: "◦", NotExercised: "–"}

// class is how the page's style calls a verdict.
func class(v Verdict) string { return strings.ReplaceAll(string(v), " ", "-") }

// marked is a verdict in a table.
const marked literal = `<span class="mark"><span aria-hidden="true">{}</span> {}</span>`

func (m *markup) checks(v *htmlView) {
	m.section("Checks"+v.Of, func() {
		switch level := v.Report.Config.Verify; {
		case len(v.Checks) > 0:
			m.grid("checks", `<thead><tr><th scope="col">check</th><th scope="col">verdict</th><th scope="col" class="n">evaluations</th><th scope="col" class="n">violations</th></tr></thead>
`, func() {
				for i := range v.Checks {
					m.check(&v.Checks[i])
				}
			})
		case level != "":
			m.add("<p>None: run with -verify {}.</p>\n", level)
		default:
			m.add("<p>None.</p>\n")
		}
		for i := range v.Failed {
			m.failed(&v.Failed[i])
		}
	})
}

func (m *markup) check(c *Check) {
	m.add(`<tr class="{}"><th scope="row">{}`, class(c.Verdict), c.Name)
	m.maybe(why, c.Reason)
	m.add("</th><td>"+marked+`</td><td class="n">{}</td><td class="n">{}`, htmlMarks[c.Verdict], string(c.Verdict), thousands(c.Evaluations), thousands(c.Violations))
	if c.Implied != 0 {
		m.add(why, thousands(c.Implied)+" implied")
	}
	m.add("</td></tr>\n")
}

func (m *markup) failed(f *failedCheck) {
	m.add("<h3>{}: {}</h3>\n", f.Name, Plural(f.Violations, "violation", "violations"))
	m.maybe("<p>{}</p>\n", f.Pattern)
	for i := range f.Witnesses {
		m.witness(&f.Witnesses[i])
	}
	if f.More > 0 {
		m.add("<p>and {} more, which the JSON report has</p>\n", strconv.Itoa(f.More))
	}
}

func (m *markup) witness(w *Witness) {
	m.add("<div class=\"witness\"><p>{}</p>\n", w.who()+w.Sentence)
	if facts := w.facts(); len(facts) > 0 {
		m.add("<dl>")
		for _, f := range facts {
			m.add("<dt>{}</dt><dd>{}</dd>", f.Name, f.Value)
		}
		m.add("</dl>\n")
	}
	if len(w.Sides) > 0 {
		m.add(`<div class="sides">`)
		for _, s := range w.Sides {
			m.add("<div><strong>{}</strong> saw<ol>", s.Name)
			for _, entry := range s.Saw {
				m.add("<li>{}</li>", entry)
			}
			m.add("</ol></div>\n")
		}
		m.add("</div>\n")
	}
	m.add("</div>\n")
}

// facts are what is known of a violation. What came before it is not among them where
// what two chatters saw shows it.
func (w *Witness) facts() (all []fact) {
	add := func(name, value string) {
		if value != "" {
			all = append(all, fact{Name: name, Value: value})
		}
	}
	at := func(name string, i *Instant) {
		if i != nil {
			add(name, i.String())
		}
	}
	if len(w.Sides) == 0 {
		for _, entry := range w.Before {
			add("before", entry)
		}
	}
	add("expected", w.Expected)
	add("came", w.Came)
	add("differs", w.Differs)
	at("sent", w.Sent)
	at("arrived", w.Arrived)
	at("elsewhere", w.Others)
	if w.Agreed > 0 {
		add("agreed", strconv.Itoa(w.Agreed)+" others saw it as expected")
	}
	return all
}

func (m *markup) thresholds(v *htmlView) {
	if len(v.Thresholds) == 0 {
		return
	}
	m.section("Thresholds"+v.Of, func() {
		m.grid("thresholds", `<thead><tr><th scope="col">limit</th><th scope="col">verdict</th><th scope="col" class="n">measured</th></tr></thead>
`, func() {
			for i := range v.Thresholds {
				m.threshold(&v.Thresholds[i])
			}
		})
	})
}

func (m *markup) threshold(t *ThresholdResult) {
	met := map[Verdict]string{Passed: "met", Failed: "not met", Inconclusive: string(Inconclusive)}[t.Verdict]
	measured := t.outcome()
	if t.Verdict != Inconclusive {
		measured = t.human(*t.Value)
	}
	m.add(`<tr class="{}"><th scope="row"><code>{}</code></th><td>`+marked+"</td><td class=\"n\">{}</td></tr>\n",
		class(t.Verdict), t.Expr, htmlMarks[t.Verdict], met, measured)
}
