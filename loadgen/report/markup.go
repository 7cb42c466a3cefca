package report

import (
	"bytes"
	"fmt"
	"html"
	"strings"
)

// markup collects an HTML page. What is HTML stands in the source of this program. What
// comes from elsewhere is text, made printable and escaped on its way in: so it stays
// text, in an element as in a quoted attribute.
type markup struct{ bytes.Buffer }

// literal is HTML. A constant becomes one by itself, other text does not.
type literal string

// add appends HTML that has texts in place of each {}.
func (m *markup) add(form literal, texts ...string) {
	if n := strings.Count(string(form), "{}"); n != len(texts) {
		panic(fmt.Sprintf("%d texts for %d places in %s", len(texts), n, form))
	}
	for _, text := range texts {
		before, after, _ := strings.Cut(string(form), "{}")
		m.WriteString(before)
		m.WriteString(html.EscapeString(Printable(text)))
		form = literal(after)
	}
	m.WriteString(string(form))
}

// maybe adds HTML with a text, where there is one.
func (m *markup) maybe(form literal, text string) {
	if text != "" {
		m.add(form, text)
	}
}

// section adds a part of the page, with its heading.
func (m *markup) section(heading string, body func()) {
	m.add("<section><h2>{}</h2>\n", heading)
	body()
	m.add("</section>\n")
}

// details adds what is seen when its summary is opened.
func (m *markup) details(summary string, t *table) {
	if t != nil {
		m.add("<details><summary>{}</summary>\n", summary)
		m.table(t)
		m.add("</details>\n")
	}
}

func (m *markup) facts(facts []fact) {
	m.add(`<dl class="facts">`)
	for _, f := range facts {
		m.add("<div><dt>{}</dt><dd>{}</dd></div>\n", f.Name, f.Value)
	}
	m.add("</dl>\n")
}

// pre adds text as it was written.
func (m *markup) pre(what string, lines ...string) {
	m.add(`<pre tabindex="0" aria-label="{}">`, what)
	for i, line := range lines {
		if i > 0 {
			m.add("\n")
		}
		m.add("{}", line)
	}
	m.add("</pre>\n")
}

// table is for who cannot see the drawing, or wants the figures.
type table struct {
	Caption string
	Header  []string
	Rows    [][]string
	Long    bool
	Prose   bool // sentences, not figures
}

// table adds a table, whose first column are the names of its rows.
func (m *markup) table(t *table) {
	if t == nil {
		return
	}
	class := "scroll"
	if t.Long {
		class += " long"
	}
	m.add(`<div class="{}" role="region" tabindex="0" aria-label="{}">
<table><caption>{}</caption>
<thead><tr>`, class, t.Caption, t.Caption)
	var heads, cells literal = `<th scope="col" class="n">{}</th>`, `<td class="n">{}</td>`
	if t.Prose {
		heads, cells = `<th scope="col">{}</th>`, `<td>{}</td>`
	}
	m.row(`<th scope="col">{}</th>`, heads, t.Header)
	m.add("</tr></thead>\n<tbody>")
	for _, row := range t.Rows {
		m.add("<tr>")
		m.row(`<th scope="row">{}</th>`, cells, row)
		m.add("</tr>\n")
	}
	m.add("</tbody></table></div>\n")
}

func (m *markup) row(first, others literal, texts []string) {
	for i, text := range texts {
		if i == 0 {
			m.add(first, text)
		} else {
			m.add(others, text)
		}
	}
}

// grid adds a table whose rows body adds, each in its own form.
func (m *markup) grid(what string, heads literal, body func()) {
	m.add(`<div class="scroll" role="region" tabindex="0" aria-label="{}">
<table>`, what)
	m.add(heads)
	m.add("<tbody>")
	body()
	m.add("</tbody></table></div>\n")
}
