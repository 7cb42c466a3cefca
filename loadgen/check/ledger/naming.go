package ledger

import (
	"strconv"
	"strings"
)

// Due returns the name that a newcomer who asked for a name should have got
// among those who were there, and whether it did: the one asked for if it is
// free, else the smallest free suffix from 2. A doubtful name may be held or
// not. Members is how many there were, at most.
func Due(m *Member, asked string, members int, there func(func(*Member)), doubtful map[string]bool) (name string, ok bool) {
	if asked == "" {
		return m.Name, true
	}
	held := make([]bool, members+3) // by suffix, 1 for none; the smallest free one is among the first members+1
	there(func(o *Member) {
		suffix, ok := strings.CutPrefix(o.Name, asked)
		if o == m || !ok {
			return
		}
		if suffix == "" {
			held[1] = true
		} else if k, err := strconv.Atoi(suffix); err == nil && suffix[0] >= '1' && k > 1 && k < len(held) {
			held[k] = true
		}
	})
	for k := 1; ; k++ {
		name = asked
		if k > 1 {
			name += strconv.Itoa(k)
		}
		switch {
		case k < len(held) && held[k]:
		case name == m.Name:
			return name, true
		case !doubtful[name]:
			return name, false
		}
	}
}
