package report

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"chatsim/manager/screen"
)

const (
	columns = screen.Columns // of a report that no terminal shows
	indent  = 12             // of a row's values
)

// page collects a text report. All text is made printable on its way in.
type page struct {
	buf   bytes.Buffer
	color bool
	width int // columns; 0: of no terminal
}

// columns returns those that a line may have.
func (p *page) columns() int {
	if p.width == 0 {
		return columns
	}
	return p.width
}

// The colours that verdicts have on a terminal.
const (
	red    = "\x1b[1;31m"
	green  = "\x1b[1;32m"
	yellow = "\x1b[1;33m"
	reset  = "\x1b[0m"
)

var colors = map[Verdict]string{Passed: green, Failed: red, Inconclusive: yellow, Measured: yellow}

// word writes a verdict or what stands for it, coloured where that is wanted.
func (p *page) word(v Verdict, text string) {
	if p.color && colors[v] != "" {
		text = colors[v] + text + reset
	}
	p.buf.WriteString(text)
}

// line writes one line, whatever its length.
func (p *page) line(text string) {
	p.buf.WriteString(Printable(text))
	p.buf.WriteByte('\n')
}

// row writes a label and its values, wrapped between values.
func (p *page) row(label string, values ...string) {
	p.buf.WriteString(pad(label, indent))
	p.wrap(indent, indent, " · ", values)
}

// wrap goes on at column at with values joined by sep; a value that would
// cross the right margin starts a new line at the hanging indent.
func (p *page) wrap(at, hang int, sep string, values []string) {
	first := true
	for _, v := range values {
		if v == "" {
			continue
		}
		v = Printable(v)
		width := utf8.RuneCountInString(v)
		switch {
		case first:
		case at+utf8.RuneCountInString(sep)+width > p.columns():
			p.buf.WriteByte('\n')
			p.buf.WriteString(strings.Repeat(" ", hang))
			at = hang
		default:
			p.buf.WriteString(sep)
			at += utf8.RuneCountInString(sep)
		}
		p.buf.WriteString(v)
		at += width
		first = false
	}
	p.buf.WriteByte('\n')
}

// pad fills up to a width in runes.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// padLeft fills on the left, for figures.
func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s))) + s
}

// text returns the page, its longer lines broken between words where a terminal
// shows it.
func (p *page) text() string {
	if p.width == 0 {
		return p.buf.String()
	}
	return screen.Wrap(p.buf.String(), p.width)
}

// command writes a command that is there to be copied: on one line, for a
// terminal with a backslash where it goes on.
func (p *page) command(label, command string) {
	p.buf.WriteString(pad(label, indent))
	at := indent
	for i, word := range strings.Split(Printable(command), " ") {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case p.width > 0 && at+1+n+len(` \`) > p.width:
			p.buf.WriteString(" \\\n" + strings.Repeat(" ", indent))
			at = indent
		default:
			p.buf.WriteByte(' ')
			at++
		}
		p.buf.WriteString(word)
		at += n
	}
	p.buf.WriteByte('\n')
}
