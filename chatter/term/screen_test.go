package term

import (
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

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
