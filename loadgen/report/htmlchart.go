package report

import "strconv"

// chart adds a drawing, with its text beside it. A chart that is nil is none.
func (m *markup) chart(c *chart) {
	if c == nil {
		return
	}
	m.add("<figure>\n<figcaption>{}", c.Title)
	m.maybe(` <span class="soft">({})</span>`, c.YLabel)
	m.add("</figcaption>\n")
	m.legend(c)
	class := "chart"
	if c.Tall {
		class += " tall"
	}
	m.add(`<div class="{}">
<div class="y" aria-hidden="true">`, class)
	for _, t := range c.YTicks {
		if t.Label != "" {
			m.add(`<span style="bottom:{}%">{}</span>`, percent(t.At), t.Label)
		}
	}
	m.add("</div>\n<div class=\"plot\">\n")
	m.drawing(c)
	m.besidePlot(c)
	m.add("</div>\n")
	m.xAxis(c)
	m.add("</div>\n")
	m.maybe("<p class=\"note\">{}</p>\n", c.Note)
	m.add("</figure>\n")
}

func (m *markup) legend(c *chart) {
	m.add(`<ul class="legend" aria-hidden="true">`)
	for _, l := range c.Lines {
		if l.Name != "" {
			m.add(`<li><svg viewBox="0 0 30 12"><path class="{}" d="M1 6H29"/></svg>{}</li>`, l.Class, l.Name)
		}
	}
	if len(c.Bands) > 0 {
		m.maybe(`<li><svg viewBox="0 0 30 12"><rect class="band" width="30" height="12"/></svg>{}</li>`, c.Shaded)
	}
	if len(c.Marks) > 0 {
		m.add(`<li><svg viewBox="0 0 30 12"><path class="event" d="M15 0V12"/></svg>{}</li>`, c.Marked)
	}
	m.add("</ul>\n")
}

func (m *markup) drawing(c *chart) {
	m.add(`<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-labelledby="{}-t {}-d">
<title id="{}-t">{}</title><desc id="{}-d">{}`, c.ID, c.ID, c.ID, c.Title, c.ID, c.Desc)
	for _, k := range c.Marks {
		m.add(" {}, {}.", k.Label, k.Note)
	}
	m.add(" The values are in a table below.</desc>\n")
	for _, b := range c.Bands {
		class := "band"
		if b.Clear {
			class += " clear"
		}
		m.add(`<rect class="{}" x="{}" y="0" width="{}" height="1000"/>`+"\n", class, tenths(b.X), tenths(b.W))
	}
	m.add(`<path class="grid" d="`)
	for _, t := range c.YTicks {
		m.add("M0 {}H1000", place(1-t.At/100))
	}
	for _, t := range c.XTicks {
		m.add("M{} 0V1000", place(t.At/100))
	}
	m.add("\"/>\n<path class=\"frame\" d=\"M0 0V1000H1000\"/>\n")
	for _, l := range c.Lines {
		m.add(`<path class="{}" d="{}"/>`+"\n", l.Class, l.Path)
		if l.Dots != "" {
			m.add(`<path class="{} dots" d="{}"/>`+"\n", l.Class, l.Dots)
		}
	}
	for _, k := range c.Marks {
		m.add(`<path class="event" d="M{} 0V1000"><title>{}, {}</title></path>`+"\n", tenths(k.X), k.Label, k.Note)
	}
	m.add("</svg>\n")
}

// besidePlot adds the names of what the drawing has marked.
func (m *markup) besidePlot(c *chart) {
	m.add(`<div class="bands" aria-hidden="true">`)
	for _, b := range c.Bands {
		if b.Label != "" {
			m.add(`<span style="left:{}%">{}</span>`, percent(b.At), b.Label)
		}
	}
	m.add("</div>\n")
	if len(c.Marks) == 0 {
		return
	}
	m.add(`<div class="events" aria-hidden="true">`)
	for _, k := range c.Marks {
		class := "row" + strconv.Itoa(k.Row)
		if k.Left {
			class += " left"
		}
		m.add(`<span class="{}" style="left:{}%">{}<small>, {}</small></span>`, class, percent(k.At), k.Label, k.Note)
	}
	m.add("</div>\n")
}

func (m *markup) xAxis(c *chart) {
	m.add(`<div class="x" aria-hidden="true">`)
	for _, t := range c.XTicks {
		switch {
		case t.Label == "":
		case t.Minor:
			m.add(`<span class="minor" style="left:{}%"><b>{}</b></span>`, percent(t.At), t.Label)
		default:
			m.add(`<span style="left:{}%"><b>{}</b></span>`, percent(t.At), t.Label)
		}
	}
	m.add("<span class=\"label\">{}</span></div>\n", c.XLabel)
}

func percent(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

func tenths(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
