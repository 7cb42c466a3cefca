package term

import (
	"slices"
	"strings"
	"unicode"
)

// completer completes what is typed, by Tab: names, and commands at the start of a
// line. Tab again goes on to the next.
type completer struct {
	names []string

	from  int      // where what was completed begins
	found []string // what it may be; nil: nothing is being completed
	at    int      // which of them stands there
}

var commands = []string{"/ban", "/banaddress", "/bans", "/help", "/history", "/kick", "/leave", "/me", "/msg", "/nick", "/op", "/quit", "/reply", "/unban", "/who"}

// next returns the text before the cursor with the word at its end completed; false:
// there is nothing to complete.
func (c *completer) next(before string) (string, bool) {
	if c.found == nil {
		if c.from, c.found = c.begun(before); len(c.found) == 0 {
			c.found = nil
			return before, false
		}
		c.at = -1
	}
	c.at = (c.at + 1) % len(c.found)
	return before[:c.from] + c.found[c.at], true
}

// begun returns where what may be completed begins, and by what: names may hold spaces, so
// it may be more than a word.
func (c *completer) begun(before string) (from int, found []string) {
	if strings.HasPrefix(before, "/") && !strings.ContainsFunc(before, unicode.IsSpace) {
		for _, command := range commands {
			if strings.HasPrefix(command, before) {
				found = append(found, command+" ")
			}
		}
		return 0, found
	}
	for at := range before {
		if at > 0 && before[at-1] != ' ' {
			continue
		}
		word, mention := strings.CutPrefix(before[at:], "@")
		if word == "" && !mention {
			continue
		}
		for _, name := range c.names {
			if len(name) >= len(word) && strings.EqualFold(name[:len(word)], word) {
				found = append(found, c.written(name, at == 0, mention))
			}
		}
		if found != nil {
			return at, found
		}
	}
	return 0, nil
}

// written returns a name as it is put into a line.
func (c *completer) written(name string, first, mention bool) string {
	switch {
	case mention:
		return "@" + name + " "
	case first:
		return name + ": "
	}
	return name + " "
}

// stop forgets what was being completed.
func (c *completer) stop() { c.found = nil }

// setNames sets which names there are.
func (c *completer) setNames(names []string) { c.names = slices.Clone(names) }
