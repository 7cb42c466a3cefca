package room

import (
	"math/bits"
	"strconv"
)

// maxDigits bounds the suffixes that are looked for at the end of a name; no
// room has users enough for a longer one.
const maxDigits = 9

// freeSuffix is the smallest free suffix of a name with this key, empty if the
// name itself is free.
func (r *Room) freeSuffix(key string) string {
	if r.present[key] == nil {
		return ""
	}
	s := r.crowds[key]
	if s == nil {
		s = new(suffixes)
		r.crowds[key] = s
	}
	for s.full() {
		s.grow(func(n int) bool { return r.taken(key, n) })
	}
	return strconv.Itoa(s.firstFree())
}

// taken says whether someone has the name of key base with suffix n. The look-ups by
// which suffixes grow are many: they do not allocate.
func (r *Room) taken(base string, n int) bool {
	var buf [128]byte
	name := strconv.AppendInt(append(buf[:0], base...), int64(n), 10)
	return r.present[string(name)] != nil
}

// noteSuffix tells all crowds whose suffixed name has this key that it is now
// taken or free: "bob12" is bob's 12 and bob1's 2, however it was come by.
func (r *Room) noteSuffix(key string, taken bool) {
	if len(r.crowds) == 0 {
		return
	}
	n, unit := 0, 1
	for i := len(key) - 1; i >= 0 && len(key)-i <= maxDigits; i-- {
		digit := int(key[i]) - '0'
		if digit < 0 || digit > 9 {
			return
		}
		n += digit * unit
		unit *= 10
		if digit == 0 || n < 2 {
			continue // no suffix starts with 0, and 1 is none
		}
		s := r.crowds[key[:i]]
		if s == nil {
			continue
		}
		s.set(n, taken)
		if s.empty() {
			delete(r.crowds, key[:i])
		}
	}
}

// suffixes are the suffixes of one base name that are taken, as bits in words
// with words above them: a bit of levels[k+1] says that its word of levels[k]
// is full. So the smallest free number is found, and a number set or cleared,
// in one step a level, log64 of how many there are.
//
// It is exact for numbers below cap only. Those above are looked up when it
// grows; until then all below are taken and no number above is wanted.
type suffixes struct {
	levels [][]uint64
	cap    int // numbers, a multiple of 64
	count  int // taken ones
}

// full says whether no number below cap is free.
func (s *suffixes) full() bool {
	return s.cap == 0 || s.levels[len(s.levels)-1][0] == ^uint64(0)
}

// empty says whether none is taken.
func (s *suffixes) empty() bool { return s.count == 0 }

// firstFree must not be called when full.
func (s *suffixes) firstFree() int {
	n := 0
	for k := len(s.levels) - 1; k >= 0; k-- {
		n = n<<6 | bits.TrailingZeros64(^s.levels[k][n])
	}
	return n
}

func (s *suffixes) set(n int, taken bool) {
	if n >= s.cap {
		return
	}
	if taken {
		s.count++
	} else {
		s.count--
	}
	for _, level := range s.levels {
		word, bit := &level[n>>6], uint64(1)<<(n&63)
		before := *word
		if taken {
			*word |= bit
		} else {
			*word &^= bit
		}
		full := *word == ^uint64(0)
		if full == (before == ^uint64(0)) {
			return
		}
		n, taken = n>>6, full
	}
}

// grow doubles cap and asks for each new number whether it is taken. As it is
// called when cap numbers are taken, and thrown away with all only when none
// is, its cost is spread over at least as many joins.
func (s *suffixes) grow(taken func(n int) bool) {
	low := s.cap
	s.cap = max(64, 2*low)
	words := make([]uint64, s.cap/64)
	for n := range s.cap {
		switch {
		case n < 2 || n < low: // 0 and 1 are never given
		case taken(n):
			s.count++
		default:
			continue
		}
		words[n>>6] |= 1 << (n & 63)
	}
	s.levels = [][]uint64{words}
	for len(words) > 1 {
		words = summary(words)
		s.levels = append(s.levels, words)
	}
}

// summary is the level above: a bit for each full word, and for each word
// that does not exist.
func summary(words []uint64) []uint64 {
	up := make([]uint64, (len(words)+63)/64)
	for i := range up {
		up[i] = ^uint64(0)
	}
	for i, word := range words {
		if word != ^uint64(0) {
			up[i>>6] &^= 1 << (i & 63)
		}
	}
	return up
}
