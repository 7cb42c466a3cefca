package outside

import (
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// damage is what a program does to a text because it takes it for something
// else, or knows better.
type damage struct {
	name string
	do   func(string) string
}

// without loses runes.
func without(runes ...rune) func(string) string {
	return func(s string) string {
		return strings.Map(func(r rune) rune {
			for _, lost := range runes {
				if r == lost {
					return -1
				}
			}
			return r
		}, s)
	}
}

// swap puts something in the place of something else.
func swap(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }

// mapped replaces each rune for which is holds; -1 loses it.
func mapped(is func(rune) bool, by rune) func(string) string {
	return func(s string) string {
		return strings.Map(func(r rune) rune {
			if is(r) {
				return by
			}
			return r
		}, s)
	}
}

func between(lo, hi rune) func(rune) bool { return func(r rune) bool { return lo <= r && r <= hi } }

// cutTo keeps so many bytes, whole runes or not.
func cutTo(n int) func(string) string { return func(s string) string { return s[:min(n, len(s))] } }

// matching replaces what a pattern matches.
func matching(pattern, by string) func(string) string {
	re := regexp.MustCompile(pattern)
	return func(s string) string { return re.ReplaceAllString(s, by) }
}

func decoded(decode func(string) (string, error)) func(string) string {
	return func(s string) string {
		if d, err := decode(s); err == nil {
			return d
		}
		return s
	}
}

// latin1 reads UTF-8 as Latin-1.
func latin1(s string) string {
	var out []rune
	for _, b := range []byte(s) {
		if b >= 0x80 && b < 0xa0 { // a control character, which nobody shows
			b = '?'
		}
		out = append(out, rune(b))
	}
	return string(out)
}

// surrogates writes each half of a pair as a rune of its own, which no reader
// takes for one.
func surrogates(s string) string {
	var out strings.Builder
	for _, r := range s {
		if r > 0xffff {
			out.WriteString("\ufffd\ufffd")
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// unaccented loses what can be taken off a letter.
func unaccented(s string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s)))
}

func percent(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				out.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		out.WriteByte(s[i])
	}
	return strings.ToValidUTF8(out.String(), "\ufffd")
}

func reversed(s string) string {
	r := []rune(s)
	for i, k := 0, len(r)-1; i < k; i, k = i+1, k-1 {
		r[i], r[k] = r[k], r[i]
	}
	return string(r)
}

// lastByte loses the last byte, of a rune of several what is left of it.
func lastByte(s string) string {
	if s == "" {
		return s
	}
	return strings.ToValidUTF8(s[:len(s)-1], "\ufffd")
}

func lastRune(s string) string {
	_, n := utf8.DecodeLastRuneInString(s)
	return s[:len(s)-n]
}

var damages = []damage{
	{"HTML is escaped", html.EscapeString},
	{"HTML is unescaped", html.UnescapeString},
	{"tags are stripped", matching(`<[^>]*>?`, "")},
	{"& becomes &amp;", swap("&", "&amp;")},
	{"< becomes &lt;", swap("<", "&lt;")},
	{"NFC", norm.NFC.String},
	{"NFD", norm.NFD.String},
	{"NFKC", norm.NFKC.String},
	{"NFKD", norm.NFKD.String},
	{"accents are lost", unaccented},
	{"full width becomes half", width.Narrow.String},
	{"half width becomes full", width.Widen.String},
	{"percents are decoded", percent},
	{"plus becomes a space", swap("+", " ")},
	{"a query is decoded", decoded(url.QueryUnescape)},
	{"a query is encoded", url.QueryEscape},
	{"% is doubled", swap("%", "%%")},
	{"' is doubled", swap("'", "''")},
	{"'' becomes one", swap("''", "'")},
	{"quotes are escaped", swap(`"`, `\"`)},
	{"quotes are lost", swap(`"`, "")},
	{"backslashes are lost", swap(`\`, "")},
	{"backslashes are doubled", swap(`\`, `\\`)},
	{"backslashes are evaluated", swap(`\n`, " ", `\\`, `\`, `\"`, `"`, `\u00e9`, "é")},
	{"JSON escapes stay", func(s string) string { return strings.Trim(strconv.QuoteToASCII(s), `"`) }},
	{"quotes are set in type", swap(`"`, "”", "'", "’")},
	{"dots are set in type", swap("...", "…")},
	{"dashes are set in type", swap("--", "—")},
	{"arrows are set in type", swap("->", "→")},
	{"smileys become emoji", swap(":)", "🙂", "<3", "❤️", ":smile:", "😄")},
	{"emoji become words", swap("🙂", ":slightly_smiling_face:", "👍🏽", ":+1:", "🫠", ":melting_face:")},
	{"emoji are lost", mapped(between(0x1f300, 0x1faff), -1)},
	{"markup is rendered", swap("*", "", "_", "", "`", "", "~~", "")},
	{"addresses are marked", matching(`(https?://\S+|www\.\S+)`, `<a href="$1">$1</a>`)},
	{"mentions are marked", swap("@bob", "<@bob>")},
	{"words are masked", swap("damn", "****", "ass", "***")},
	{"templates are filled in", swap("${x}", "", "{{x}}", "", "$1", "", "{0}", "")},
	{"formats are filled in", swap("%s", "%!s(MISSING)", "%d", "%!d(MISSING)")},
	{"upper case", strings.ToUpper},
	{"lower case", strings.ToLower},
	{"folded case", cases.Fold().String},
	{"title case", cases.Title(language.English, cases.NoLower).String},
	{"ß becomes ss", swap("ß", "ss", "ẞ", "SS")},
	{"trimmed", strings.TrimSpace},
	{"trimmed at its end", func(s string) string { return strings.TrimRight(s, " \t") }},
	{"spaces are folded", func(s string) string {
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
	}},
	{"white space is folded", func(s string) string { return strings.Join(strings.Fields(s), " ") }},
	{"two spaces become one", swap("  ", " ")},
	{"tabs become spaces", swap("\t", " ")},
	{"tabs become eight spaces", swap("\t", "        ")},
	{"tabs are lost", without('\t')},
	{"no-break spaces become spaces", swap("\u00a0", " ", "\u202f", " ")},
	{"no-break spaces are lost", without(0xa0)},
	{"all spaces are one", mapped(unicode.IsSpace, ' ')},
	{"wide spaces become spaces", swap("\u3000", " ")},
	{"zero width joiners are lost", without(0x200d)},
	{"zero width non-joiners are lost", without(0x200c)},
	{"zero width spaces are lost", without(0x200b)},
	{"soft hyphens are lost", without(0xad)},
	{"word joiners are lost", without(0x2060)},
	{"variation selectors are lost", mapped(between(0xfe00, 0xfe0f), -1)},
	{"skin tones are lost", mapped(between(0x1f3fb, 0x1f3ff), -1)},
	{"tags of flags are lost", mapped(between(0xe0000, 0xe007f), -1)},
	{"keycaps are lost", without(0x20e3)},
	{"a byte order mark is lost", without(0xfeff)},
	{"marks of direction are lost", without(0x200e, 0x200f, 0x61c)},
	{"embeddings are lost", mapped(between(0x202a, 0x202e), -1)},
	{"isolates are lost", mapped(between(0x2066, 0x2069), -1)},
	{"line separators become spaces", swap("\u2028", " ")},
	{"line separators are lost", without(0x2028)},
	{"paragraph separators are lost", without(0x2029)},
	{"format characters are lost", mapped(func(r rune) bool { return unicode.Is(unicode.Cf, r) }, -1)},
	{"combining marks are lost", mapped(func(r rune) bool { return unicode.Is(unicode.Mn, r) }, -1)},
	{"runes of four bytes are lost", mapped(between(0x10000, 0x10ffff), -1)},
	{"runes of four bytes become ?", mapped(between(0x10000, 0x10ffff), '?')},
	{"runes of four bytes become U+FFFD", mapped(between(0x10000, 0x10ffff), 0xfffd)},
	{"runes of four bytes become two", surrogates},
	{"all beyond ASCII is lost", mapped(between(0x80, 0x10ffff), -1)},
	{"all beyond ASCII becomes ?", mapped(between(0x80, 0x10ffff), '?')},
	{"all beyond Latin-1 becomes ?", mapped(between(0x100, 0x10ffff), '?')},
	{"UTF-8 is taken for Latin-1", latin1},
	{"@ becomes (at)", func(s string) string {
		i := strings.IndexByte(s, ';')
		return s[:i+1] + strings.ReplaceAll(s[i+1:], "@", "(at)")
	}},
	{"@ becomes wide", swap("@", "＠")},
	{"cut at its first @", func(s string) string { head, _, _ := strings.Cut(s, "@"); return head }},
	{"cut at its last @", func(s string) string {
		if i := strings.LastIndexByte(s, '@'); i >= 0 {
			return s[:i]
		}
		return s
	}},
	{"cut at a quote", func(s string) string { head, _, _ := strings.Cut(s, `"`); return head }},
	{"cut at a #", func(s string) string { head, _, _ := strings.Cut(s, "#"); return head }},
	{"cut at a byte order mark", func(s string) string { head, _, _ := strings.Cut(s, "\ufeff"); return head }},
	{"cut at 60 bytes", func(s string) string { return strings.ToValidUTF8(cutTo(60)(s), "\ufffd") }},
	{"cut at 32 bytes", func(s string) string { return strings.ToValidUTF8(cutTo(32)(s), "\ufffd") }},
	{"its last byte is lost", lastByte},
	{"its last rune is lost", lastRune},
	{"a newline is added as \\n", func(s string) string { return s + `\n` }},
	{"a space is added", func(s string) string { return s + " " }},
	{"a full stop is added", func(s string) string { return s + "." }},
	{"an ellipsis is added", func(s string) string { return s + "…" }},
	{"a byte order mark is put in front", func(s string) string { return "\ufeff" + s }},
	{"a time is put in front", func(s string) string { return "12:00 " + s }},
	{"a quote is put around it", strconv.Quote},
	{"it is said backwards", reversed},
	{"it is said twice in one", func(s string) string { return s + s }},
	{"repeated letters are folded", matching(`(aa)+`, "a")},
	{"numbers are read", swap("007", "7", "1e3", "1000", "1,000.50", "1000.5", "0x1F", "31")},
	{"words are null", swap("null", "", "undefined", "", "NaN", "0")},
	{"ligatures are taken apart", swap("ﬁ", "fi", "ǆ", "dž", "½", "1/2", "①", "1")},
	{"signs become letters", swap("(c)", "©", "™", "(TM)", "㎏", "kg")},
	{"final sigma", swap("Σ", "ς", "ſ", "s")},
	{"Turkish i", swap("İ", "I", "ı", "i")},
	{"controls of the shell are lost", without('$', '`', '|')},
	{"brackets are lost", without('[', ']', '{', '}')},
	{"punctuation is lost", mapped(func(r rune) bool { return strings.ContainsRune("!.,:?", r) }, -1)},
}
