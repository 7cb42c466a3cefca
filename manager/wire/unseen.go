package wire

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
)

// Visible returns what a person can see of a name: two names of which it is the
// same are one name. The order and the forms of what is seen are kept. With
// digits behind it, the result is that of the name with those digits.
func Visible(name string) string {
	if IsPlain(name) {
		return name
	}
	var out strings.Builder
	space := false
	for _, r := range name {
		switch {
		case isBlank(r):
			space = true
			continue
		case isUnseen(r):
			continue
		case space:
			out.WriteByte(' ')
			space = false
		}
		out.WriteRune(r)
	}
	if space {
		out.WriteByte(' ')
	}
	return norm.NFC.String(out.String())
}

// IsPlain reports whether all of a name is printable ASCII, and no two spaces
// stand together: Visible returns it as it is.
func IsPlain[T string | []byte](name T) bool {
	for i := range len(name) {
		if c := name[i]; c < ' ' || c > '~' || c == ' ' && i > 0 && name[i-1] == ' ' {
			return false
		}
	}
	return true
}

// isBlank reports whether r looks like a space: white space, and characters
// whose picture is an empty one.
func isBlank(r rune) bool {
	switch r {
	case 0x2800, 0x3164, 0xffa0, 0x13441, 0x13442: // Braille without dots, two fillers of Hangul, two Egyptian blanks
		return true
	}
	return unicode.IsSpace(r)
}

// isUnseen reports whether r leaves nothing on a screen: Unicode's property
// Default_Ignorable_Code_Point, which is derived as here, and some more for
// which there is no picture or an empty one.
func isUnseen(r rune) bool {
	switch r {
	case 0xfffc, 0x16fe4, 0x1d159: // an object that is not there, a filler of Khitan, a musical null
		return true
	}
	switch {
	case r < 0xad, isBlank(r):
		return false
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false // a sign of its own, over or under the digits behind it
	}
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}

// isSeen reports whether r is to be seen by itself: no white space, no mark on
// another character, nothing that only formats or fills.
func isSeen(r rune) bool {
	return unicode.IsGraphic(r) && !isBlank(r) && !isUnseen(r) && !unicode.Is(unicode.M, r)
}

// withoutUnseen returns a name as it is given to a user: without what cannot be
// seen, but where isNeeded reports that it is needed, and without marks that
// have no character to stand on. White space is one ' ', none at the ends. The
// result is in normal form C if the name is.
func withoutUnseen(name string) string {
	if IsPlain(name) {
		return strings.Trim(name, " ")
	}
	in := []rune(name)
	out := make([]rune, 0, len(in))
	for i := 0; i < len(in); i++ {
		r := in[i]
		based := len(out) > 0 && out[len(out)-1] != ' '
		switch {
		case isBlank(r):
			if based {
				out = append(out, ' ')
			}
		case !based && unicode.Is(unicode.M, r):
		case !isUnseen(r):
			out = append(out, r)
		default:
			n := needed(out, in[i:])
			out = append(out, in[i:i+n]...)
			i += max(n, 1) - 1
		}
	}
	return strings.TrimSuffix(norm.NFC.String(string(out)), " ")
}

const (
	nonJoiner = '\u200c'
	joiner    = '\u200d'
	asText    = '\ufe0e' // the variation selectors of emoji
	asPicture = '\ufe0f'
	keycap    = '\u20e3' // encloses a digit, # or *
	blackFlag = '\U0001f3f4'
	tagEnd    = '\U000e007f'
)

// needed returns how many characters at the start of rest, the first of them
// unseen, belong to what is written before and behind them.
func needed(before, rest []rune) int {
	switch r := rest[0]; {
	case r == joiner && joinsPictures(before, rest[1:]), r == joiner && joinsLetters(before, rest), r == nonJoiner && joinsLetters(before, rest):
		return 1
	case r == asPicture && len(rest) > 1 && rest[1] == keycap && strings.ContainsRune("0123456789#*", last(before)):
		return 1
	case (r == asText || r == asPicture) && isPicture(last(before)):
		return 1
	case last(before) == blackFlag:
		return flagTags(rest)
	}
	return 0
}

// last returns the last character, one that is nothing if there is none.
func last(of []rune) rune {
	if len(of) == 0 {
		return 0
	}
	return of[len(of)-1]
}

// isPicture reports whether r is an Extended_Pictographic. By rule GB11 of
// Unicode's annex 29 a joiner binds these, and no other characters, to one
// grapheme cluster with the pictographic behind it.
func isPicture(r rune) bool {
	return r > '~' && uniseg.GraphemeClusterCount(string([]rune{r, joiner, '\u00a9'})) == 1
}

// joinsPictures reports whether a joiner makes one emoji of those around it: the
// one before may have a colour of skin and be shown as a picture (UTS 51, ED-16).
func joinsPictures(before, behind []rune) bool {
	if len(behind) == 0 || !isPicture(behind[0]) {
		return false
	}
	for n := len(before) - 1; n >= 0; n-- {
		if r := before[n]; r != asPicture && (r < 0x1f3fb || r > 0x1f3ff) {
			return isPicture(r)
		}
	}
	return false
}

// joinsLetters reports whether a joiner or non-joiner stands where a script is
// written with it: behind a virama or, a non-joiner, between letters that would
// join, with marks or without. Those are the rules CONTEXTJ of RFC 5892, A.1 and
// A.2, which are PRECIS' too.
func joinsLetters(before, rest []rune) bool {
	if len(before) == 0 {
		return false
	}
	if isFreeform(string([]rune{last(before), rest[0]})) {
		return true
	}
	from, to := len(before)-1, 1
	for from > 0 && unicode.Is(unicode.M, before[from]) {
		from--
	}
	for to < len(rest) && unicode.Is(unicode.M, rest[to]) && !isUnseen(rest[to]) {
		to++
	}
	return to < len(rest) && isFreeform(string(before[from:])+string(rest[:to+1]))
}

// isFreeform reports whether a string is of PRECIS' FreeformClass, to which a
// joiner belongs only where it is needed.
func isFreeform(s string) bool {
	_, err := freeform.String(s)
	return err == nil
}

var freeform = precis.NewFreeform()

// flagTags returns the length of the tags that make a region's flag of the black
// one: three to six letters and digits, and the end.
func flagTags(rest []rune) int {
	for n, r := range rest {
		c := r - 0xe0000
		switch {
		case r == tagEnd && n >= 3 && n <= 6:
			return n + 1
		case n == 6, c < '0', c > '9' && c < 'a', c > 'z':
			return 0
		}
	}
	return 0
}

// firstRune returns the first character of a name.
func firstRune(name string) rune {
	r, _ := utf8.DecodeRuneInString(name)
	return r
}
