package story

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// shown returns a word as it was written.
func shown(w word) string {
	if w.quoted {
		return strconv.Quote(w.text)
	}
	return w.text
}

func plain(words []word, text bool) string {
	var all []string
	for _, w := range words {
		all = append(all, shown(w))
	}
	line := strings.Join(all, " ")
	if text {
		line += ":"
	}
	return line
}

// quoted returns a name as a step has it, in quotes where it would not be read as one.
func quoted(name string) string {
	q := strconv.Quote(name)
	if name == "" || q != `"`+name+`"` || strings.ContainsAny(name, " \t;:#'{}[],&*!|>%@`") || !utf8.ValidString(name) {
		return q
	}
	return name
}

// Words returns a step in the words in which it is written, for one line.
func (s *Story) Words(step *Step) string {
	if step.Verb == Together {
		var all []string
		for i := range step.Together {
			all = append(all, s.Words(&step.Together[i]))
		}
		return "together: " + strings.Join(all, "; ")
	}
	head := s.head(step)
	if s.hasText(step) {
		return head + ": " + text(step.Text)
	}
	return head
}

func (s *Story) hasText(step *Step) bool {
	switch step.Verb {
	case Says, Tells, Types, Spells, Begins:
		return step.Times == 0 && step.Bytes == 0
	}
	return false
}

// head returns a step without its text.
func (s *Story) head(step *Step) string {
	c := s.Cast[step.Who]
	name := quoted(c.Name)
	if step.Verb == Joins {
		switch {
		case s.joinedBefore(step):
			return name + " joins again"
		case c.Asked != c.Name:
			return quoted(c.Asked) + " joins as " + name
		}
		return name + " joins"
	}
	words := s.verb(step)
	switch {
	case step.Times > 0:
		return name + " " + words + " " + strconv.Itoa(step.Times) + " lines"
	case step.Bytes > 0:
		return name + " " + words + " " + strconv.Itoa(step.Bytes) + " bytes"
	}
	return name + " " + words
}

// verb returns what a chatter does, without how much of it.
func (s *Story) verb(step *Step) string {
	for i := range forms {
		if forms[i].verb != step.Verb {
			continue
		}
		switch {
		case step.Verb == Says && step.Name != "":
			return "says as " + quoted(step.Name)
		case step.Verb == Tells && step.To >= 0:
			return "tells " + quoted(s.Cast[step.To].Name)
		case step.Verb == Tells:
			return "tells " + strconv.Quote(step.Name)
		}
		return strings.Join(forms[i].words, " ")
	}
	return ""
}

// joinedBefore reports whether a step that is a join is not its chatter's first.
func (s *Story) joinedBefore(step *Step) (before bool) {
	found := false
	s.Each(func(o *Step) {
		if found = found || o == step; !found && o.Verb == Joins && o.Who == step.Who {
			before = true
		}
	})
	return before
}

// text returns a text as a step has it: in quotes where it would be read as another.
func text(t string) string {
	q := strconv.Quote(t)
	if t == "" || t != strings.TrimSpace(t) || q != `"`+t+`"` || strings.ContainsAny(t, `;#{}[]"`) || strings.Contains(t, ": ") {
		return q
	}
	return t
}

// YAML returns the story as the steps of a scenario file.
func (s *Story) YAML() string {
	var b strings.Builder
	b.WriteString("story:\n")
	for i := range s.Steps {
		step := &s.Steps[i]
		if step.Verb != Together {
			b.WriteString("  - " + scalar(s.Words(step)) + "\n")
			continue
		}
		b.WriteString("  - together:\n")
		for k := range step.Together {
			b.WriteString("      - " + scalar(s.Words(&step.Together[k])) + "\n")
		}
	}
	return b.String()
}

// scalar returns a line of words as a value of YAML: as it is, where a colon makes it
// a key with its value at most, else in single quotes.
func scalar(words string) string {
	if strings.ContainsAny(words, "\"#{}[]&*!|>%@`'") || strings.Count(words, ": ") > 1 || strings.HasSuffix(words, ":") || strings.HasPrefix(words, "- ") {
		return "'" + strings.ReplaceAll(words, "'", "''") + "'"
	}
	return words
}

// whole returns a text in quotes, of which the backslashes are those that it has.
func whole(t string) string { return `"` + strings.ReplaceAll(escapedQuotes(t), "\n", `\n`) + `"` }

// escapedQuotes has a backslash before each quote that has none.
func escapedQuotes(t string) string {
	var b strings.Builder
	for i := 0; i < len(t); i++ {
		switch {
		case t[i] == '\\' && i+1 < len(t):
			b.WriteString(t[i : i+2])
			i++
			continue
		case t[i] == '"':
			b.WriteByte('\\')
		}
		b.WriteByte(t[i])
	}
	return b.String()
}
