package scenario

import (
	"unicode/utf8"

	"chatsim/loadgen/check/ledger"
)

// Texts are cut out of two long pseudo-random ones: words, and words strewn
// with what a careless server trips over: '@', tabs, brackets, quotes and
// runes of two to four bytes. Both are the same for all seeds; the seed
// decides where a text is cut out.
var plain, hard = corpus(words), corpus(append(words, "@", "a@b@c", "\t", "ü", "漢字", "🙂", "{\"join\":", "[\"", "\\", "@@", "é", "/who"))

var words = []string{"so", "the", "room", "keeps", "every", "promise", "it", "made", "to", "whoever", "reads", "along", "and", "then", "some"}

const corpusLen = 1 << 16

func corpus(words []string) []byte {
	var b []byte
	x := random(1)
	for len(b) < corpusLen {
		x = mix(x)
		b = append(append(b, words[x.below(len(words))]...), ' ')
	}
	return b
}

// hardShare of the texts hold what a careless server trips over.
const hardShare = 0.25

// Text appends the text of line seq of a chatter: its stamp, and pseudo-random
// text up to Size bytes in all.
func (s *Script) Text(dst []byte, chatter, seq int) []byte {
	start := len(dst)
	dst = ledger.AppendStamp(dst, s.Nonce, chatter, seq)
	need := s.Size - (len(dst) - start)
	from := plain
	d := s.draw('x', uint64(chatter), uint64(seq))
	if d.share() < hardShare {
		from = hard
	}
	for need > 0 {
		at := mix(d).below(len(from) / 2)
		for !utf8.RuneStart(from[at]) {
			at++
		}
		n := min(need, len(from)-at)
		for n > 0 && at+n < len(from) && !utf8.RuneStart(from[at+n]) {
			n--
		}
		if n == 0 { // the rest is shorter than the next rune
			dst = append(dst, '.')
			need--
			continue
		}
		dst = append(dst, from[at:at+n]...)
		need -= n
		d++
	}
	return dst
}
