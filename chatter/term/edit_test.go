package term

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"testing"
)

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
