package term

import (
	"io"
	"strconv"
	"strings"
)

// emulator is a terminal, as far as an area uses one. It has no end below.
type emulator struct {
	width    int
	rows     [][]string // cells: a character with the marks on it; "" is the right half of a wide one
	row, col int
	full     bool // the last column was written: the next character goes to the next row
}

func (e *emulator) Write(b []byte) (int, error) {
	text := []rune(string(b))
	for i := 0; i < len(text); i++ {
		switch r := text[i]; r {
		case '\r':
			e.col, e.full = 0, false
		case '\n':
			e.row, e.full = e.row+1, false
		case escape:
			n := 0
			for i += 2; text[i] >= '0' && text[i] <= '9'; i++ {
				n = 10*n + int(text[i]-'0')
			}
			e.control(text[i], max(n, 1))
		default:
			e.put(r)
		}
	}
	return len(b), nil
}

func (e *emulator) control(what rune, n int) {
	switch what {
	case 'A':
		e.row -= n
	case 'C':
		e.col += n
	case 'J':
		e.cells()
		e.rows[e.row] = e.rows[e.row][:min(e.col, len(e.rows[e.row]))]
		e.rows = e.rows[:e.row+1]
	default:
		panic("unknown control " + strconv.QuoteRune(what))
	}
	if e.full = false; e.row < 0 || e.col >= e.width {
		panic("out of the terminal")
	}
}

// cells sees to it that there are cells up to the cursor.
func (e *emulator) cells() {
	for len(e.rows) <= e.row {
		e.rows = append(e.rows, nil)
	}
	for len(e.rows[e.row]) < e.col {
		e.rows[e.row] = append(e.rows[e.row], " ")
	}
}

func (e *emulator) put(r rune) {
	n := columns(r)
	if n > 0 && (e.full || e.col+n > e.width) {
		e.row, e.col, e.full = e.row+1, 0, false
	}
	e.cells()
	row := e.rows[e.row]
	switch n {
	case 0: // joins what stands before
		at := e.col - 1
		if e.full {
			at = e.width - 1
		}
		for at > 0 && row[at] == "" {
			at--
		}
		if at >= 0 {
			row[at] += string(r)
		}
		return
	case 1:
		row = append(row[:e.col], append([]string{string(r)}, row[min(len(row), e.col+1):]...)...)
	case 2:
		row = append(row[:e.col], append([]string{string(r), ""}, row[min(len(row), e.col+2):]...)...)
	}
	e.rows[e.row] = row
	if e.col += n; e.col == e.width {
		e.col, e.full = e.width-1, true
	}
}

// looks returns what is to be seen, with the cursor.
func (e *emulator) looks() string {
	var b strings.Builder
	rows := e.rows
	for len(rows) > 0 && len(rows[len(rows)-1]) == 0 {
		rows = rows[:len(rows)-1]
	}
	for _, row := range rows {
		b.WriteString(strings.TrimRight(strings.Join(row, ""), " ") + "\n")
	}
	at := place{e.row, e.col}
	if e.full {
		at = place{e.row + 1, 0}
	}
	return b.String() + strconv.Itoa(at.row) + ":" + strconv.Itoa(at.col)
}

// expected returns what is to be seen where all was printed, and then the area drawn
// once.
func expected(width int, printed, prompt, before, after string) string {
	e := &emulator{width: width}
	io.WriteString(e, strings.ReplaceAll(printed, "\n", "\r\n")+prompt+before)
	cursor := *e
	cursor.rows = nil
	at := strings.TrimPrefix(cursor.looks(), "\n")
	io.WriteString(e, after)
	all := e.looks()
	return all[:strings.LastIndexByte(all, '\n')+1] + at
}
