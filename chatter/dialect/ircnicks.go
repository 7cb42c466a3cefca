package dialect

import (
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Nicks are the nicks that the clients of one run have, as far as they know, and
// what their server takes for one. A client of IRC whose nick is taken asks for
// another: the next suffix that is free in here. It is safe for concurrent use.
type Nicks struct {
	mu sync.Mutex
	// Guarded by mu.
	taken map[string]bool
	most  int  // bytes of a nick; 0: unknown
	ascii bool // others are refused
}

// rfcNick is the length of a nick that every server takes (RFC 2812, 1.2.1).
const rfcNick = 9

// Take returns the nick for who asks for a name: that, or with the smallest
// suffix from 2 that is free. It counts as taken from then on.
func (s *Nicks) Take(name string) (nick string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken == nil {
		s.taken = make(map[string]bool)
	}
	name = s.fitLocked(name)
	for k := 1; ; k++ {
		suffix := ""
		if k > 1 {
			suffix = strconv.Itoa(k)
		}
		base := name
		if s.most > 0 {
			base = cut(base, s.most-len(suffix))
		}
		if nick = base + suffix; !s.taken[fold(nick)] {
			s.taken[fold(nick)] = true
			return nick
		}
	}
}

// fitLocked returns a name as the server takes it.
func (s *Nicks) fitLocked(name string) string {
	if s.ascii {
		name = strings.Map(func(r rune) rune {
			if r >= utf8.RuneSelf {
				return -1
			}
			return r
		}, name)
	}
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "u" + name
	}
	return name
}

// cut returns as much of a name as has n bytes.
func cut(name string, n int) string {
	for len(name) > n {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}

// fold returns what the servers agree upon about the case of nicks.
func fold(nick string) string { return strings.ToLower(nick) }

// mark records that somebody has a nick.
func (s *Nicks) mark(nick string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken == nil {
		s.taken = make(map[string]bool)
	}
	s.taken[fold(nick)] = true
}

// Release records that nobody has a nick any more.
func (s *Nicks) Release(nick string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.taken, fold(nick))
}

// tighten learns from a nick that the server refused for what it is.
func (s *Nicks) tighten(nick string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(nick) > rfcNick && (s.most == 0 || s.most > rfcNick) {
		s.most = rfcNick
		return
	}
	s.ascii = true
}

// learn reads what the server says of itself (005).
func (s *Nicks) learn(tokens [][]byte) {
	for _, t := range tokens {
		if value, ok := strings.CutPrefix(string(t), "NICKLEN="); ok {
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				s.mu.Lock()
				s.most = n
				s.mu.Unlock()
			}
		}
	}
}
