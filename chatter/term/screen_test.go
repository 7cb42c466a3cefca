package term

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
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

// looks is what is to be seen, with the cursor.
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

// expected is what is to be seen where all was printed, and then the area drawn
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

// Whatever is typed and printed, the terminal looks as if all that was printed
// stood there, and below it the line; the cursor is in its place.
func TestScreenLooksRight(t *testing.T) {
	keys := []key{keyLeft, keyRight, keyWordLeft, keyWordRight, keyLineStart, keyLineEnd, keyBackspace, keyDelete, keyEraseWord,
		keyEraseBefore, keyEraseAfter, keyEarlier, keyLater, keyNone}
	texts := []string{"a", "b", " ", "中", "文", "é", "e\u0301", "🙂", "ｘ", "한", "long words go on and on", "一二三四五六七八九十"}
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.SampledFrom([]int{4, 7, 10, 80}).Draw(t, "width")
		e := &emulator{width: width}
		a := &area{out: e, width: width}
		prompt, printed, hidden := "", "", false
		check := func(err error) {
			t.Helper()
			before, after := string(a.line.text[:a.line.at]), string(a.line.text[a.line.at:])
			if hidden {
				before, after = "", ""
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, want := e.looks(), expected(width, printed, prompt, before, after); a.shown && !a.stale && got != want {
				t.Fatalf("prompt %q, line %q|%q: it looks\n%s\nwant\n%s", prompt, before, after, got, want)
			}
		}
		check(a.begin(manner{remember: true}))
		t.Repeat(map[string]func(*rapid.T){
			"type": func(t *rapid.T) {
				for _, r := range rapid.SampledFrom(texts).Draw(t, "text") {
					_, _, err := a.pressed(key(r), rapid.IntRange(0, 9).Draw(t, "more") == 0)
					check(err)
				}
			},
			"key": func(t *rapid.T) {
				_, _, err := a.pressed(rapid.SampledFrom(keys).Draw(t, "key"), false)
				check(err)
			},
			"enter": func(t *rapid.T) {
				_, ended, err := a.pressed(keyEnter, false)
				if !ended || a.shown {
					t.Fatal("the line does not end")
				}
				check(err)
				if rapid.Bool().Draw(t, "print meanwhile") {
					printed += "in between\n"
					check(a.above("in between\n"))
				}
				hidden = rapid.IntRange(0, 4).Draw(t, "secret") == 0
				check(a.begin(manner{secret: hidden, remember: !hidden}))
			},
			"print": func(t *rapid.T) {
				text := rapid.SampledFrom(texts).Draw(t, "text") + "\n"
				printed += text
				check(a.above(text))
			},
			"prompt": func(t *rapid.T) {
				prompt = rapid.SampledFrom([]string{"", "> ", "小明> ", "1234567890"}).Draw(t, "prompt")
				check(a.prompted(prompt))
			},
		})
	})
}

// A terminal of another width has broken the rows anew before it says so; a line
// break that was written stays one.
func TestScreenResized(t *testing.T) {
	for _, tc := range []struct {
		from, to int
		text     string
	}{
		{20, 10, "一二三 four five 六七"}, {10, 20, "一二三 four five 六七"}, {12, 5, "一二三 four five 六七"},
		{20, 40, "12345678901234"}, {20, 10, "12345678901234"}, // a row that is full
		{40, 20, "12345678901234"}, // will be
	} {
		e := &emulator{width: tc.from}
		a := &area{out: e, width: tc.from}
		for _, err := range []error{a.above("before\n"), a.prompted("小明> "), a.begin(manner{remember: true})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, r := range tc.text {
			if _, _, err := a.pressed(key(r), false); err != nil {
				t.Fatal(err)
			}
		}
		again := &emulator{width: tc.to}
		io.WriteString(again, "before\r\n小明> "+tc.text)
		if a.broke {
			io.WriteString(again, "\r\n")
		}
		*e = *again
		if err := a.resized(tc.to, 0); err != nil {
			t.Fatal(err)
		}
		if got, want := e.looks(), expected(tc.to, "before\n", "小明> ", tc.text, ""); got != want {
			t.Errorf("%q from %d to %d columns looks\n%s\nwant\n%s", tc.text, tc.from, tc.to, got, want)
		}
	}
}

// Of a line that is higher than the terminal the rows around the cursor are
// seen, and nothing is left behind of it.
func TestScreenTallLine(t *testing.T) {
	e := &emulator{width: 10}
	a := &area{out: e, width: 10, height: 5}
	for _, err := range []error{a.above("before\n"), a.prompted("> "), a.begin(manner{remember: true})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	press := func(keys ...key) {
		t.Helper()
		for _, k := range keys {
			if _, _, err := a.pressed(k, false); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := range 98 { // with the prompt 100: rows of 0123456789 but for the first
		press(key('0' + (n+2)%10))
	}
	looks := func(when, want string) {
		t.Helper()
		if got := e.looks(); got != want {
			t.Errorf("%s it looks\n%s\nwant\n%s", when, got, want)
		}
	}
	full := "0123456789\n"
	looks("at the end", "before\n"+full+full+full+"4:0")
	press(keyLeft)
	looks("before the last", "before\n"+full+full+full+"3:9")
	press(keyLineStart)
	looks("at the start", "before\n> 23456789\n"+full+full+full+"1:2")
	if err := a.above("in between\n"); err != nil {
		t.Fatal(err)
	}
	looks("below more", "before\nin between\n> 23456789\n"+full+full+full+"2:2")
	press(keyLineEnd, keyEraseWord)
	looks("erased", "before\nin between\n>\n2:2")
}

func TestScreenRedrawn(t *testing.T) {
	var b strings.Builder
	a := &area{out: &b, width: 80}
	for _, err := range []error{a.prompted("> "), a.begin(manner{})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	b.Reset()
	if _, _, err := a.pressed(keyRedraw, false); err != nil || b.String() != clearAll+"> " {
		t.Errorf("%q, %v", b.String(), err)
	}
}

// A line that cannot be sent is not typed either.
func TestScreenLongestLine(t *testing.T) {
	var b strings.Builder
	a := &area{out: &b, width: 80}
	if err := a.begin(manner{}); err != nil {
		t.Fatal(err)
	}
	for range maxTyped + 10 {
		if _, _, err := a.pressed('x', true); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(a.line.text); n != maxTyped || strings.Count(b.String(), bell) != 10 {
		t.Errorf("%d characters, written %q", n, b.String())
	}
}

// The widths that terminals give characters, of which some are not as one might
// think.
func TestColumns(t *testing.T) {
	for text, want := range map[string]int{
		"aé§€": 1, "中文ｘ한字。": 2, "🙂🎉": 2, "\u0301\u200b\u200d\ufe0f\u1160\ud7b0": 0, "\u00ad\u0600\u06dd": 1, "\u4dc0": 2,
	} {
		for _, r := range text {
			if got := columns(r); got != want {
				t.Errorf("%q (%U) takes %d, want %d", r, r, got, want)
			}
		}
	}
}

func TestKeys(t *testing.T) {
	for input, want := range map[string][]key{
		"aé中🙂":                             {'a', 'é', '中', '🙂'},
		"\x01\x05\x02\x06":                 {keyLineStart, keyLineEnd, keyLeft, keyRight},
		"\x7f\b\x04\x03":                   {keyBackspace, keyBackspace, keyEnd, keyInterrupt},
		"\x0b\x15\x17\x0c":                 {keyEraseAfter, keyEraseBefore, keyEraseWord, keyRedraw},
		"\x10\x0e\r\n":                     {keyEarlier, keyLater, keyEnter, keyEnter},
		"\x1b[A\x1bOB\x1b[3~":              {keyEarlier, keyLater, keyDelete},
		"\x1b[1;5D\x1bf\x1bb":              {keyWordLeft, keyWordRight, keyWordLeft},
		"\x1b[200~x\x1b[201~":              {keyNone, 'x', keyNone},
		"\x1b[99;99;99H\x1bzq":             {keyNone, keyNone, 'q'},
		"\xff\xc3(\x00\x1f\u0085":          {keyNone, keyNone, '(', keyNone, keyNone, keyNone},
		"\x1b\x03\x1b\r\x1b[\x03":          {keyNone, keyInterrupt, keyNone, keyEnter, keyNone, keyInterrupt},
		"\x1b[[Ax\x1b\x1b[Ay":              {keyNone, 'x', keyEarlier, 'y'},
		"\x1b[中\x1bé":                      {keyNone, '中', keyNone, 'é'},
		"\x1b[7$x\x1bd\x1bOc":              {keyNone, 'x', keyEraseWordAfter, keyWordRight},
		"a\tb\u2028":                       {'a', ' ', 'b', keyNone},
		"\x1b[" + strings.Repeat("1", 100): nil, // longer than any: its rest is text
	} {
		in := bufio.NewReader(strings.NewReader(input))
		var got []key
		for {
			k, err := readKey(in)
			if err != nil {
				break
			}
			got = append(got, k)
		}
		if want == nil {
			if len(got) == 0 || got[0] != keyNone || got[len(got)-1] != '1' {
				t.Errorf("%q: %v", input, got)
			}
			continue
		}
		if len(got) != len(want) {
			t.Errorf("%q: %v, want %v", input, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: %v, want %v", input, got, want)
				break
			}
		}
	}
}

func TestEditor(t *testing.T) {
	for _, tc := range []struct{ name, keys, want string }{
		{"insert", "ac<left>b", "ab|c"},
		{"backspace takes the marks too", "xe\u0301<bs>", "x|"},
		{"left passes the marks too", "e\u0301x<left><left>y", "y|e\u0301x"},
		{"delete", "abc<home><del>", "|bc"},
		{"delete takes the marks too", "e\u0301x<home><del>", "|x"},
		{"erase a word", "one two  <word>", "one |"},
		{"erase before and after", "abcd<left><left><before><after>", "|"},
		{"erase the next word", "one two<home><wordafter>", "| two"},
		{"the next word", "one two three<home><wright><wright>X", "one twoX| three"},
		{"words", "one two three<wleft><wleft>X", "one X|two three"},
		{"earlier lines", "one<enter>two<enter>dra<up><up>", "one|"},
		{"back to what was typed", "one<enter>dra<up><down>ft", "draft|"},
		{"not before the first", "one<enter><up><up><up>", "one|"},
		{"not twice the same", "one<enter>one<enter><up><up>", "one|"},
		{"a remembered line is changed here only", "one<enter><up>!<enter><up><up>", "one|"},
	} {
		named := map[string]key{"left": keyLeft, "bs": keyBackspace, "home": keyLineStart, "del": keyDelete, "word": keyEraseWord,
			"before": keyEraseBefore, "after": keyEraseAfter, "wleft": keyWordLeft, "wright": keyWordRight, "wordafter": keyEraseWordAfter, "up": keyEarlier, "down": keyLater}
		var e editor
		for rest := tc.keys; rest != ""; {
			if name, after, ok := strings.Cut(strings.TrimPrefix(rest, "<"), ">"); ok && rest[0] == '<' {
				if rest = after; name == "enter" {
					e.enter(true)
				} else {
					e.press(named[name])
				}
				continue
			}
			r := []rune(rest)[0]
			rest = rest[len(string(r)):]
			e.press(key(r))
		}
		if got := string(e.text[:e.at]) + "|" + string(e.text[e.at:]); got != tc.want {
			t.Errorf("%s: %q gives %q, want %q", tc.name, tc.keys, got, tc.want)
		}
	}
}

func TestSecretsAreNotRemembered(t *testing.T) {
	var e editor
	for _, r := range "sesame" {
		e.press(key(r))
	}
	if got := e.enter(false); got != "sesame" || len(e.past) != 0 {
		t.Errorf("%q, remembered %q", got, e.past)
	}
}

func TestPastIsBounded(t *testing.T) {
	var e editor
	for n := range 3 * maxPast {
		for _, r := range strconv.Itoa(n) {
			e.press(key(r))
		}
		e.enter(true)
	}
	if len(e.past) != maxPast || e.past[maxPast-1] != strconv.Itoa(3*maxPast-1) {
		t.Errorf("%d lines are remembered, the last is %q", len(e.past), e.past[len(e.past)-1])
	}
}

// Ctrl-D ends the input only where nothing was typed.
func TestEnd(t *testing.T) {
	a := &area{out: io.Discard, width: 80}
	if err := a.begin(manner{}); err != nil {
		t.Fatal(err)
	}
	for _, k := range []key{'a', 'b', keyLineStart, keyEnd} {
		if _, ended, err := a.pressed(k, false); ended || err != nil {
			t.Fatal(ended, err)
		}
	}
	if got := string(a.line.text); got != "b" {
		t.Errorf("it deletes to %q", got)
	}
	a.pressed(keyDelete, false)
	if _, ended, err := a.pressed(keyEnd, false); !ended || err != io.EOF {
		t.Errorf("ended %t, %v", ended, err)
	}
}
