package room

import (
	"math/bits"
	"strconv"

	"chatsim/manager/wire"
)

// maxDigits bounds the suffixes that are looked for at the end of a name; no
// room has users enough for a longer one.
const maxDigits = 9

// MaxName is the longest name in a room, in bytes.
const MaxName = wire.MaxName + maxDigits

// index finds who is present by one key of the names, and the suffixes that are
// free. No two members have the same key in any index.
type index struct {
	// Static after newIndex.
	key    func(name string) string
	digits [10]byte   // what digits are in a key
	values [256]uint8 // the digit that a byte of a key is, or noDigit

	present map[string]*Member   // by the key of the assigned name
	crowds  map[string]*suffixes // by the key of a name that is taken, and was asked for again
}

const noDigit = 10

func newIndex(key func(name string) string) *index {
	x := &index{key: key, present: make(map[string]*Member), crowds: make(map[string]*suffixes)}
	for c := range x.values {
		x.values[c] = noDigit
	}
	for d := range x.digits {
		c := key(strconv.Itoa(d))[0]
		x.digits[d], x.values[c] = c, uint8(d)
	}
	return x
}

func (r *Room) init() {
	if r.by != nil {
		return
	}
	r.tokens = make(map[Token]*Member)
	r.by = append(r.by, newIndex(wire.Visible))
	for _, key := range r.Keys {
		r.by = append(r.by, newIndex(key))
	}
}

// maxKeys is how many indexes there are at the most.
const maxKeys = 3

// keys are the keys of a name, one for each index.
type keys [maxKeys]string

func (r *Room) keys(name string) (of keys) {
	for k, x := range r.by {
		of[k] = x.key(name)
	}
	return of
}

// freeSuffix returns the smallest free suffix of a name, empty if the name
// itself is free: no index has a member with its key.
func (r *Room) freeSuffix(name string) string {
	keys := r.keys(name)
	if !r.taken(keys) {
		return ""
	}
	n, agree := 2, 0
	for k := 0; agree < len(r.by); k = (k + 1) % len(r.by) {
		if free := r.by[k].next(keys[k], n); free == n {
			agree++
		} else {
			n, agree = free, 1
		}
	}
	return strconv.Itoa(n)
}

// taken reports whether somebody present has one of the keys.
func (r *Room) taken(keys keys) bool {
	for k, x := range r.by {
		if x.present[keys[k]] != nil {
			return true
		}
	}
	return false
}

func (x *index) take(key string, m *Member) {
	x.present[key] = m
	x.noteSuffix(key, true)
}

func (x *index) free(key string) {
	delete(x.present, key)
	x.noteSuffix(key, false)
}

// next returns the smallest suffix from n on that is free in this index. Where
// the name itself is free here, few suffixes are taken: they are looked up.
func (x *index) next(key string, n int) int {
	if x.present[key] == nil {
		for x.holds(key, n) {
			n++
		}
		return n
	}
	s := x.crowds[key]
	if s == nil {
		s = new(suffixes)
		x.crowds[key] = s
	}
	for {
		if free := s.next(n); free >= 0 {
			return free
		}
		s.grow(func(n int) bool { return x.holds(key, n) })
	}
}

// holds reports whether somebody has the name of key base with suffix n. The
// look-ups by which suffixes grow are many: they do not allocate.
func (x *index) holds(base string, n int) bool {
	var buf [128]byte
	name := strconv.AppendInt(append(buf[:0], base...), int64(n), 10)
	for i := len(base); i < len(name); i++ {
		name[i] = x.digits[name[i]-'0']
	}
	return x.present[string(name)] != nil
}

// noteSuffix tells all crowds whose suffixed name has this key that it is now
// taken or free: "bob12" is bob's 12 and bob1's 2, however it was come by.
func (x *index) noteSuffix(key string, taken bool) {
	if len(x.crowds) == 0 {
		return
	}
	n, unit := 0, 1
	for i := len(key) - 1; i >= 0 && len(key)-i <= maxDigits; i-- {
		digit := int(x.values[key[i]])
		if digit == noDigit {
			return
		}
		n += digit * unit
		unit *= 10
		if digit == 0 || n < 2 {
			continue // no suffix starts with 0, and 1 is none
		}
		s := x.crowds[key[:i]]
		if s == nil {
			continue
		}
		s.set(n, taken)
		if s.empty() {
			delete(x.crowds, key[:i])
		}
	}
}

// suffixes are the suffixes of one base name that are taken, as bits in words
// with words above them: a bit of levels[k+1] says that its word of levels[k]
// is full. So the smallest free number is found, and a number set or cleared,
// in one step a level, log64 of how many there are.
//
// It is exact for numbers below cap only. Those above are looked up when it
// grows: when one of them is wanted.
type suffixes struct {
	levels [][]uint64
	cap    int // numbers, a multiple of 64
	count  int // taken ones
}

// empty reports whether none is taken.
func (s *suffixes) empty() bool { return s.count == 0 }

// next returns the smallest free number from n on, -1 if there is none below cap.
func (s *suffixes) next(n int) int {
	for k, level := range s.levels {
		word := n >> 6
		if word >= len(level) {
			return -1
		}
		free := ^level[word] &^ (1<<(n&63) - 1)
		if free == 0 {
			n = word + 1
			continue
		}
		n = word<<6 | bits.TrailingZeros64(free)
		for ; k > 0; k-- {
			n = n<<6 | bits.TrailingZeros64(^s.levels[k-1][n])
		}
		return n
	}
	return -1
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

// grow doubles cap and asks for each new number whether it is taken; what is known
// of those below stays. With one index it grows when cap numbers are taken, with
// several also when another one has taken them. As they are thrown away with all
// only when none is taken, its cost is spread over at least as many joins.
func (s *suffixes) grow(taken func(n int) bool) {
	low := s.cap
	s.cap = max(64, 2*low)
	words := make([]uint64, s.cap/64)
	if low == 0 {
		words[0] = 0b11 // 0 and 1 are never given
	} else {
		copy(words, s.levels[0])
	}
	for n := max(2, low); n < s.cap; n++ {
		if taken(n) {
			s.count++
			words[n>>6] |= 1 << (n & 63)
		}
	}
	s.levels = [][]uint64{words}
	for len(words) > 1 {
		words = summary(words)
		s.levels = append(s.levels, words)
	}
}

// summary returns the level above: a bit for each full word, and for each word
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
