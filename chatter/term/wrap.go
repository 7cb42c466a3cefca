package term

import (
	"strings"
	"unicode"
)

const (
	indent     = len(clock) // columns before what does not begin an entry
	leastWidth = 4 * indent // of a terminal in which words are kept whole
)

// wrapped breaks a text so that no word is cut at the right edge of a terminal, where
// it stands behind the time; rows that follow are indented. Width 0: there is no edge.
func wrapped(text string, width int) string {
	var rows []string
	for line := range strings.SplitSeq(text, "\n") {
		rows = append(rows, breakLine([]rune(line), width-indent)...)
	}
	return strings.Join(rows, "\n"+strings.Repeat(" ", indent))
}

// breakLine breaks a line into rows of a width, behind white space where there is any.
// A word that is wider than a row is left to the terminal.
func breakLine(line []rune, width int) (rows []string) {
	if width < leastWidth-indent {
		return []string{string(line)}
	}
	start, space, col := 0, -1, 0 // of the row; behind the last white space in it
	for i := 0; i < len(line); i++ {
		col += columns(line[i])
		switch {
		case unicode.IsSpace(line[i]):
			space = i + 1
		case col > width && space > start:
			rows = append(rows, strings.TrimRightFunc(string(line[start:space]), unicode.IsSpace))
			start, i, col, space = space, space-1, 0, -1
		case col > width && columns(line[i]) == 2 && i > start: // scripts without spaces break anywhere
			rows = append(rows, string(line[start:i]))
			start, col, space = i, columns(line[i]), -1
		}
	}
	return append(rows, string(line[start:]))
}
