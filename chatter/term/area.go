package term

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// area is the part of a terminal in which a line is typed, below all that was
// printed.
type area struct {
	out    io.Writer
	width  int // columns
	height int // rows of the terminal; 0: as many as it takes
	prompt []rune
	line   editor
	manner

	asked bool // a line is being typed
	shown bool // the prompt and the line are to be seen
	stale bool // the line has changed since it was drawn

	// As it was drawn.
	from  int    // the first row that is seen of it
	row   int    // of what is seen, in which the cursor stands
	ahead []rune // what is seen before the cursor
	broke bool   // and a line break behind that, for it fills its row
}

// begin begins a line.
func (a *area) begin(how manner) error {
	a.manner, a.asked = how, true
	if a.shown {
		return a.show(a.erasing())
	}
	return a.show("")
}

// pressed does what a key asks for; with more to come, it is not drawn yet.
func (a *area) pressed(k key, more bool) (line string, ended bool, err error) {
	switch {
	case k == keyInterrupt:
		return "", true, errInterrupted
	case k == keyEnd && len(a.line.text) == 0:
		return "", true, io.EOF
	case k == keyEnter:
		line, a.asked = a.line.enter(a.remember), false
		return line, true, a.hide()
	}
	return "", false, a.edited(k, more)
}

// edited is pressed for a key that does not end the line.
func (a *area) edited(k key, more bool) error {
	switch {
	case k == keyRedraw:
		return a.show(clearAll)
	case !a.remember && (k == keyEarlier || k == keyLater || k == keyTab):
		return nil
	case k >= 0 && len(a.line.text) >= maxTyped:
		_, err := io.WriteString(a.out, bell)
		return err
	case more:
		a.line.press(k)
		a.stale = true
		return nil
	case a.stale:
		a.line.press(k)
		return a.show(a.erasing())
	}
	return a.typedOne(k)
}

// typedOne has one key change a line that is to be seen as it is: what is typed at
// the end of it is all that is written.
func (a *area) typedOne(k key) error {
	appends := k >= 0 && a.line.at == len(a.line.text) && !a.broke && !hidesWord(a.line.text)
	from := a.cursor()
	a.line.press(k)
	if to := a.cursor(); appends && to.row == from.row && to.col > from.col { // nothing else moves
		a.ahead = append(a.ahead, rune(k))
		_, err := io.WriteString(a.out, string(rune(k)))
		return err
	}
	return a.show(a.erasing())
}

// above writes text, whole lines, above the area.
func (a *area) above(text string) error {
	text = strings.ReplaceAll(text, "\n", "\r\n")
	if !a.shown {
		_, err := io.WriteString(a.out, text)
		return err
	}
	return a.show(a.erasing() + text)
}

// prompted changes what stands before the line.
func (a *area) prompted(p string) error {
	a.prompt = []rune(strings.ReplaceAll(p, "\t", " "))
	if !a.shown {
		return nil
	}
	return a.show(a.erasing())
}

// resized is told a new size. Terminals break what they show anew for another
// width, so the cursor is in another row of it. (Those that cut it off instead
// lose a row of what stands above.)
func (a *area) resized(width, height int) error {
	a.width, a.height = width, height
	if !a.shown {
		return nil
	}
	a.row = place{}.behind(a.ahead, width, nil).row
	if a.broke {
		a.row++
	}
	return a.show(a.erasing())
}

// hide takes the area off the terminal.
func (a *area) hide() error {
	if !a.shown {
		return nil
	}
	a.shown, a.from = false, 0
	_, err := io.WriteString(a.out, a.erasing())
	return err
}

// erasing goes to the start of the area and clears it.
func (a *area) erasing() string {
	return up(a.row) + "\r" + clearBelow
}

// typed returns what is to be seen of the line, up to the cursor and from there on.
func (a *area) typed() (before, after []rune) {
	if a.secret {
		return nil, nil
	}
	text := masked(a.line.text)
	return text[:a.line.at], text[a.line.at:]
}

// cursor returns where the cursor belongs in the area.
func (a *area) cursor() place {
	before, _ := a.typed()
	return place{}.past(a.prompt, a.width).past(before, a.width)
}

// show draws the area behind what is to be written before it, or of a line that
// is higher than the terminal the rows around the cursor.
func (a *area) show(first string) error {
	before, after := a.typed()
	text := slices.Concat(a.prompt, before, after)
	at := len(a.prompt) + len(before)
	rows := []int{0} // where each begins in the text
	end := place{}.behind(text, a.width, func(i int) { rows = append(rows, i) })
	if end.col >= a.width {
		end = place{end.row + 1, 0}
		rows = append(rows, len(text))
	}
	cursor := a.cursor()
	from, to := a.window(cursor.row, len(rows))
	stop := len(text)
	if to < len(rows) {
		stop = rows[to]
	}
	var b strings.Builder
	b.WriteString(first + string(text[rows[from]:stop]))
	a.broke = false
	if to == len(rows) && end.col == 0 && end.row > from {
		b.WriteString("\r\n") // else the cursor stays behind the last column of a full row
		a.broke = cursor == end
	}
	if to < len(rows) || end != cursor {
		b.WriteString(up(to-1-cursor.row) + "\r")
		if cursor.col > 0 {
			fmt.Fprintf(&b, "\x1b[%dC", cursor.col)
		}
	}
	a.shown, a.stale, a.from, a.row = true, false, from, cursor.row-from
	a.ahead = append(a.ahead[:0], text[rows[from]:at]...)
	_, err := io.WriteString(a.out, b.String())
	return err
}

// window chooses the rows that are seen, of so many: as few others as before as
// can be.
func (a *area) window(cursor, of int) (from, to int) {
	fit := max(1, a.height-1)
	if a.height == 0 || of <= fit {
		return 0, of
	}
	from = min(max(a.from, cursor-fit+1), cursor, of-fit)
	return from, from + fit
}

func up(rows int) string {
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA", rows)
}
