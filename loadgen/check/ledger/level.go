package ledger

import (
	"fmt"
	"strings"
)

// Level is how much of each delivery is checked.
type Level uint8

// The levels, from all to nothing.
const (
	Full  Level = iota // everything
	Order              // order, loss and duplicates; no names, rosters or private lines
	Count              // how many lines each chatter that stays gets
	Off                // nothing: lines are recognised by their stamp so that they can be timed
)

var levels = [...]string{"full", "order", "count", "off"}

func (l Level) String() string { return levels[l] }

// Levels returns the levels' names, Full first.
func Levels() []string { return levels[:] }

// ParseLevel reads a level's name.
func ParseLevel(s string) (Level, error) {
	for i, name := range levels {
		if s == name {
			return Level(i), nil
		}
	}
	return Full, fmt.Errorf("unknown level %q, want one of %s", s, strings.Join(levels[:], ", "))
}
