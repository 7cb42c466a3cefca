package report

import (
	_ "embed"
	"fmt"
	"strconv"
)

//go:embed style.css
var htmlStyle string

// htmlHead is the page up to its title.
const htmlHead literal = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>chatsim: {}</title>
`

// page adds all of it.
func (m *markup) page(v *htmlView) {
	m.add(htmlHead+"<style>", v.Word)
	m.WriteString(htmlStyle)
	m.add("</style>\n</head>\n<body>\n<main>\n")
	m.verdict(v)
	m.comparison(v)
	if v.Find != nil {
		m.section(v.FindTitle, func() {
			m.add("<p>{}</p>\n", v.Found)
			m.chart(v.FindChart)
			m.table(v.FindTable)
		})
	}
	m.checks(v)
	m.thresholds(v)
	m.server(v)
	m.sentences("Lost lines"+v.Of, v.Lost)
	m.sentences("Beside the room"+v.Of, v.Strays)
	if v.Said != nil {
		m.section("Errors from the server"+v.Of, func() {
			m.maybe("<p>{}</p>\n", v.Refused)
			m.table(v.Said)
		})
	}
	m.sentences("Failover"+v.Of, v.Losses...)
	m.figures("Phases"+v.Of, v.PhaseTable)
	m.figures("Roles"+v.Of, v.RoleTable)
	m.curves(v)
	m.sentences("Isolation"+v.Of, v.Isolation)
	m.circumstances(v)
	m.add("</main>\n</body>\n</html>\n")
}

// sentences adds a section of those that are not empty, if there are any.
func (m *markup) sentences(heading string, all ...string) {
	if len(all) == 0 || all[0] == "" {
		return
	}
	m.section(heading, func() {
		for _, sentence := range all {
			m.add("<p>{}</p>\n", sentence)
		}
	})
}

// figures adds a section of a table, if there is one.
func (m *markup) figures(heading string, t *table) {
	if t != nil {
		m.section(heading, func() { m.table(t) })
	}
}

// verdict adds what is read first.
func (m *markup) verdict(v *htmlView) {
	m.add(`<header class="verdict {}">
<h1><span aria-hidden="true">{}</span> {}</h1>
<p>{}</p>
</header>
`, class(v.Verdict), htmlMarks[v.Verdict], v.Word, v.Sentence)
	if len(v.Warnings) > 0 {
		m.add(`<ul class="warn" aria-label="warnings">`)
		for _, w := range v.Warnings {
			m.add("<li><strong>Warning</strong> {}</li>\n", w)
		}
		m.add("</ul>\n")
	}
	m.add(`<dl class="tiles">`)
	for _, t := range v.Tiles {
		m.add("<div><dt>{}</dt><dd>{}", t.Name, t.Value)
		m.maybe("<small>{}</small>", t.Note)
		m.add("</dd></div>\n")
	}
	m.add("</dl>\n")
	if v.Several != nil {
		m.section("Runs", func() {
			m.table(v.Several)
			m.table(v.Spread)
			m.details("Their warnings", v.Warned)
		})
	}
}

// comparison adds how the runs compare with older ones.
func (m *markup) comparison(v *htmlView) {
	if len(v.Compared) == 0 {
		return
	}
	m.section("Comparison", func() {
		m.grid("comparison", `<caption>Medians of the sets</caption>
<thead><tr><th scope="col">figure</th><th scope="col" class="n">old</th><th scope="col" class="n">new</th><th scope="col" class="n">difference</th><th scope="col" class="n">p</th><th scope="col">verdict</th></tr></thead>
`, func() {
			for i := range v.Compared {
				m.compared(&v.Compared[i])
			}
		})
		for _, note := range v.Notes {
			m.add("<p class=\"note\">{}</p>\n", note)
		}
	})
}

func (m *markup) compared(c *Compared) {
	decides, mark := "", ""
	if c.Gated {
		decides, mark = "decides", "mark"
	}
	m.add(`<tr><th scope="row">{}`, c.Metric)
	m.maybe(why, decides)
	m.add(`</th><td class="n">{}</td><td class="n">{}</td><td class="n">{}</td><td class="n">{}</td><td class="{}"><span class="{}">{}</span>`,
		c.Human(c.Old), c.Human(c.New), fmt.Sprintf("%+.1f %%", 100*c.Difference), strconv.FormatFloat(c.P, 'f', 3, 64), class(c.Outcome), mark, c.Verdict)
	m.maybe(why, c.Why)
	m.add("</td></tr>\n")
}

// why is a reason beside what it is of.
const why literal = `<span class="why">{}</span>`

func (m *markup) server(v *htmlView) {
	s := v.Server
	if s == nil {
		return
	}
	m.section("Server"+v.Of, func() {
		m.maybe("<p>{}</p>\n", s.Died)
		m.maybe("<p>{}</p>\n", s.Stopped)
		m.facts(s.Facts)
		if len(s.Output) > 0 {
			m.pre("the last output of the server", s.Output...)
		}
	})
}

// curves adds what is drawn.
func (m *markup) curves(v *htmlView) {
	if len(v.Curves) > 0 {
		m.section("Latency", func() {
			for _, c := range v.Curves {
				m.chart(c)
			}
			m.table(v.LatencyTable)
			m.details("Percentiles as a table", v.CurveTable)
		})
	}
	if len(v.Time) > 0 {
		m.section("Over time"+v.Of, func() {
			for _, c := range v.Time {
				m.chart(c)
			}
			m.details("Values over time as a table", v.TimeTable)
		})
	}
}

// circumstances adds what the figures were measured with, and how to do so again.
func (m *markup) circumstances(v *htmlView) {
	m.section("Generator and machine"+v.Of, func() {
		m.facts(v.Health)
		c := v.Report.Calibration
		if c == nil {
			return
		}
		m.add("<h3>This machine's ceiling</h3>\n")
		if c.Skipped != "" {
			m.add("<p>Not measured: {}</p>\n", c.Skipped)
			return
		}
		m.add("<p><meter min=\"0\" max=\"1\" value=\"{}\" aria-label=\"share of what the loopback can do\"></meter></p>\n<p>{}</p>\n",
			strconv.FormatFloat(c.Share, 'g', -1, 64), v.Ceiling)
	})
	m.section("Configuration"+v.Of, func() {
		m.facts(v.Config)
		if again := v.Report.Reproduce; again != "" {
			m.add("<h3>Run it again</h3>\n")
			m.pre("command to run it again", again)
		}
	})
}
