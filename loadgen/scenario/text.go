package scenario

import (
	"slices"
	"strings"
	"unicode/utf8"

	"chatsim/loadgen/check/ledger"
)

// Text appends the text of line seq of a chatter: its stamp, and behind it a line
// of the scenario's file, or of what programs damage up to the text's size.
func (s *Script) Text(dst []byte, chatter, seq int) []byte {
	start := len(dst)
	dst = ledger.AppendStamp(dst, s.Nonce, chatter, seq)
	d := s.draw('x', uint64(chatter), uint64(seq))
	if len(s.Lines) > 0 {
		dst = append(dst, s.Lines[uint64(d)%uint64(len(s.Lines))]...)
		if !s.Plain {
			dst = append(dst, fragile[mix(d)%random(len(fragile))]...)
		}
		return dst
	}
	need := s.size(chatter, seq) - (len(dst) - start)
	of := corpus
	if s.Plain {
		of = plain
	}
	for need > 0 {
		at := mix(d).below(len(of) / 2)
		for !utf8.RuneStart(of[at]) {
			at++
		}
		n := min(need, len(of)-at)
		for n > 0 && at+n < len(of) && !utf8.RuneStart(of[at+n]) {
			n--
		}
		if n == 0 { // the rest is shorter than the next rune
			dst = append(dst, '.')
			need--
			continue
		}
		dst = append(dst, of[at:at+n]...)
		need -= n
		d++
	}
	return dst
}

// size returns how many bytes a text has, at least those of its stamp.
func (s *Script) size(chatter, seq int) int {
	switch {
	case s.People:
		return max(s.length(chatter, seq), MinSize)
	case len(s.Sizes) == 0:
		return s.Size
	}
	share := s.draw('z', uint64(chatter), uint64(seq)).share()
	for _, z := range s.Sizes {
		if share -= z.Share; share < 0 {
			return z.Size
		}
	}
	return s.Sizes[len(s.Sizes)-1].Size
}

// Longest returns the most bytes that a text has where size is said for those
// that the scenario does not.
func (s *Spec) Longest(size int) int {
	most := size
	if s.Various() {
		most = 0
	}
	if s.People {
		most = peopleMost
	}
	for _, z := range s.Sizes {
		most = max(most, z.Size)
	}
	for _, line := range s.Lines {
		most = max(most, len(line)+MinSize+longestFragile)
	}
	return most
}

// corpus is what texts are cut out of: words, and between any two of them one
// of the fragile, all of which come once before any comes again. It is the same for
// all seeds; the seed decides where a text is cut out.
var corpus = func() (b []byte) {
	const length = 1 << 16
	order := make([]int, len(fragile))
	for i := range order {
		order[i] = i
	}
	x := random(1)
	for len(b) < length {
		for i := range order {
			x = mix(x)
			k := i + x.below(len(order)-i)
			order[i], order[k] = order[k], order[i]
			b = append(append(append(b, words[x>>32%random(len(words))]...), ' '), fragile[order[i]]...)
			if x>>48%2 == 0 { // else the next word follows at once
				b = append(b, ' ')
			}
		}
	}
	return b
}()

// plain is what texts are cut out of that have nothing that programs damage.
var plain = []byte(strings.Repeat(strings.Join(words, " ")+" ", 200))

// longestFragile is the length of the longest of the fragile, in bytes.
var longestFragile = len(slices.MaxFunc(fragile, func(a, b string) int { return len(a) - len(b) }))

var words = []string{"so", "the", "room", "keeps", "every", "word", "it", "made", "to", "all", "who", "read", "and", "then", "some"}

// fragile is what a program damages that takes a text for something else, or
// knows better how it is to be written. None of it is anything else to a chat
// room than text.
var fragile = []string{
	// Markup, and what stands for it.
	"<b>", "a<b>c", "&amp;", "&lt;", "&", "<!--", "&nbsp;", "&#39;", "*bold*", "_it_", "~~x~~", "`x`", "[a](b)", "# 1", "> q", "- li",
	// Addresses and their encodings.
	"http://a.b/?c=1&d=%2F#e", "www.a.b", "%20", "100%25", "%C3%A9", "a+b", "=C3=A9", "=?utf-8?q?x?=", "xn--p1ai",
	// Quotes, escapes, and places to fill in.
	`"q"`, "it's", "''", "'; --", `\n`, `\\`, `C:\tmp`, `\u00e9`, `\"`, `\x41`, "%s", "%d%%", "$1", "${x}", "{{x}}", "{0}", "$(x)",
	// The protocol's own signs, and those of others.
	"@", "a@b@c", "@@", "@bob", ":", `{"join":`, `["`, "[]", "{}", "/who", "//", "#tag", "!x", "::", "\t",
	// Spaces of all kinds, also several.
	"a  b", "a   b", "\u00a0", "a\u00a0b", "\u202f", "\u2002", "\u3000", "\u1680", "\u205f",
	// What is not seen: joiners, selectors, marks of direction, breaks.
	"\u200b", "\u200c", "می\u200cخواهم", "\u200d", "\u2060", "\u00ad", "\ufeff", "\u034f", "\u180e", "\u2028", "\u2029",
	"\u202eabc\u202c", "\u2066x\u2069", "\u200e", "\u200f", "\u061c",
	// Emoji, alone and in sequences.
	"🙂", "👍🏽", "❤️", "☺︎", "1️⃣", "🇩🇪", "👩‍👩‍👧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", ":)", ":smile:", "<3",
	// Letters that can be written in two ways, and those that look like others.
	"e\u0301", "é", "a\u0308\u0304", "\u212b", "\u2126", "\u1112\u1161\u11ab", "\u0958", "\u0344", "ﬁ", "①", "²", "½", "Ａ", "ｶﾞ", "™", "㎏", "ſ", "…", "‼",
	// Letters whose case is a matter of opinion.
	"iPhone", "SCREAM", "ß", "ẞ", "İ", "ı", "ǆ", "ΣΑΣ", "ŉ", "Straße",
	// Scripts, and runes of each length.
	"ü", "ñ", "Zoë", "漢字", "かな", "한글", "عربي", "עברית", "ไทย", "हिन्दी", "𝒳", "𠜎", "𐍈", "\u00ff", "\u07ff", "\uffe5", "🫠",
	// What is set in type, or counted, or disapproved of.
	"...", "--", "---", "(c)", "1/2", "->", "--x", "aaaa", "!!!!", "007", "1,000.50", "1e3", "null", "undefined", "NaN", "true", "damn", "ass",
}
