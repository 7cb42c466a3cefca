package check

import (
	"strconv"
	"strings"
)

// taken says which names of those that begin with base are held by others
// than self: at 1 base itself, at k base with suffix k.
func taken(base string, self *member, members int, others func(func(*member))) []bool {
	held := make([]bool, members+3) // the smallest free one is among the first members+1
	others(func(m *member) {
		if m == self || !strings.HasPrefix(m.name, base) {
			return
		}
		suffix := m.name[len(base):]
		if suffix == "" {
			held[1] = true
		} else if k, err := strconv.Atoi(suffix); err == nil && suffix[0] >= '1' && k > 1 && k < len(held) {
			held[k] = true
		}
	})
	return held
}

// due gives the name that a newcomer should have got, and whether it did. A
// doubtful name may be held or not.
func due(base, got string, held []bool, doubtful map[string]bool) (name string, ok bool) {
	for k := 1; ; k++ {
		name = base
		if k > 1 {
			name += strconv.Itoa(k)
		}
		switch {
		case k < len(held) && held[k]:
		case name == got:
			return name, true
		case !doubtful[name]:
			return name, false
		}
	}
}
