package term

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// maxPast is how many lines are remembered.
const maxPast = 100

// editor is a line that is being typed, and those before it. It knows no
// terminal.
type editor struct {
	text []rune
	at   int // the cursor stands before this one

	completer

	past  []string // lines that were entered, the oldest first
	back  int      // how many lines back one has gone; 0: at the line itself
	draft []rune   // the line itself meanwhile
}

// edits are what keys ask for, but for characters and those that end the line.
var edits = map[key]func(e *editor){
	keyTab:            (*editor).completeWord,
	keyLeft:           func(e *editor) { e.at = e.before(e.at) },
	keyRight:          func(e *editor) { e.at = e.after(e.at) },
	keyWordLeft:       func(e *editor) { e.at = e.wordBefore(e.at) },
	keyWordRight:      func(e *editor) { e.at = e.wordAfter(e.at) },
	keyLineStart:      func(e *editor) { e.at = 0 },
	keyLineEnd:        func(e *editor) { e.at = len(e.text) },
	keyBackspace:      func(e *editor) { e.erase(e.before(e.at), e.at) },
	keyDelete:         func(e *editor) { e.erase(e.at, e.after(e.at)) },
	keyEnd:            func(e *editor) { e.erase(e.at, e.after(e.at)) },
	keyEraseWord:      func(e *editor) { e.erase(e.wordBefore(e.at), e.at) },
	keyEraseBefore:    func(e *editor) { e.erase(0, e.at) },
	keyEraseWordAfter: func(e *editor) { e.erase(e.at, e.wordAfter(e.at)) },
	keyEraseAfter:     func(e *editor) { e.erase(e.at, len(e.text)) },
	keyEarlier:        func(e *editor) { e.recall(e.back + 1) },
	keyLater:          func(e *editor) { e.recall(e.back - 1) },
}

// press does what a key asks for, but for those that end the line.
func (e *editor) press(k key) {
	if k != keyTab {
		e.stop()
	}
	if edit := edits[k]; edit != nil {
		edit(e)
	} else if k >= 0 {
		e.text = slices.Insert(e.text, e.at, rune(k))
		e.at++
	}
}

// completeWord completes the word before the cursor, or takes the next one for it.
func (e *editor) completeWord() {
	before, ok := e.next(string(e.text[:e.at]))
	if !ok {
		return
	}
	after := slices.Clone(e.text[e.at:])
	e.text = append([]rune(before), after...)
	e.at = len(e.text) - len(after)
}

func (e *editor) erase(from, to int) {
	e.text = slices.Delete(e.text, from, to)
	e.at = from
}

// before returns where the character begins that ends at i, with the marks on it.
func (e *editor) before(i int) int {
	for i > 0 {
		i--
		if columns(e.text[i]) > 0 {
			break
		}
	}
	return i
}

// after returns where the character ends that begins at i, with the marks on it.
func (e *editor) after(i int) int {
	for i < len(e.text) {
		i++
		if i == len(e.text) || columns(e.text[i]) > 0 {
			break
		}
	}
	return i
}

func (e *editor) wordBefore(i int) int {
	for i > 0 && unicode.IsSpace(e.text[i-1]) {
		i--
	}
	for i > 0 && !unicode.IsSpace(e.text[i-1]) {
		i--
	}
	return i
}

func (e *editor) wordAfter(i int) int {
	for i < len(e.text) && unicode.IsSpace(e.text[i]) {
		i++
	}
	for i < len(e.text) && !unicode.IsSpace(e.text[i]) {
		i++
	}
	return i
}

// recall shows the line that was entered so many lines ago.
func (e *editor) recall(back int) {
	if back < 0 || back > len(e.past) {
		return
	}
	if e.back == 0 {
		e.draft = e.text
	}
	e.back = back
	if e.text = e.draft; back > 0 {
		e.text = []rune(e.past[len(e.past)-back])
	}
	e.at = len(e.text)
}

// hidesWord reports whether a line holds the operators' password, which is not to be
// seen.
func hidesWord(text []rune) bool { return strings.HasPrefix(string(text[:min(len(text), 4)]), "/op ") }

// masked returns a text with the operators' password hidden.
func masked(text []rune) []rune {
	if !hidesWord(text) {
		return text
	}
	seen := slices.Clone(text)
	for i := len("/op "); i < len(seen); i++ {
		seen[i] = '*'
	}
	return seen
}

// enter returns the line and begins the next one.
func (e *editor) enter(remember bool) string {
	line := string(e.text)
	if remember && line != "" && !hidesWord(e.text) && (len(e.past) == 0 || e.past[len(e.past)-1] != line) {
		if len(e.past) == maxPast {
			e.past = slices.Delete(e.past, 0, 1)
		}
		e.past = append(e.past, line)
	}
	e.text, e.at, e.back, e.draft = nil, 0, 0, nil
	return line
}

// columns returns how wide a terminal shows a character: wide and full-width ones
// (Unicode Standard Annex #11) take two, marks and what cannot be seen none. Of
// characters that are joined into one picture, as families are, each counts: not
// all terminals join them.
func columns(r rune) int {
	switch {
	case r == 0xad, 0x600 <= r && r <= 0x605, r == 0x6dd, r == 0x70f, r == 0x8e2: // format characters that are seen
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf),
		0x1160 <= r && r <= 0x11ff, 0xd7b0 <= r && r <= 0xd7fb: // Hangul vowels and finals join the initial
		return 0
	case 0x4dc0 <= r && r <= 0x4dff: // hexagrams
		return 2
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// place is where a character goes in rows of a width.
type place struct{ row, col int }

// past returns the place after text. A character that does not fit goes to the next
// row, and so does whatever follows one that fills a row.
func (p place) past(text []rune, width int) place {
	p = p.behind(text, width, nil)
	if p.col >= width {
		return place{p.row + 1, 0}
	}
	return p
}

// behind is past, but that a row which is full is not left yet: as terminals do
// it. begins is told of each character that begins a row.
func (p place) behind(text []rune, width int, begins func(i int)) place {
	for i, r := range text {
		n := columns(r)
		if n > 0 && p.col+n > width {
			p = place{p.row + 1, 0}
			if begins != nil {
				begins(i)
			}
		}
		p.col += n
	}
	return p
}
