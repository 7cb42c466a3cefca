package loadgen

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"chatsim/loadgen/report"
)

// maxErrorKinds is how many kinds of errors are told apart, maxErrorText how
// much of one is kept, in bytes.
const (
	maxErrorKinds = 10
	maxErrorText  = 200
)

// said counts what a server says in errors, by kind: texts that differ only in
// what is particular to one of them, such as a name or a number, are one kind.
type said struct {
	names map[string]bool // of chatters; static

	mu sync.Mutex
	// Guarded by mu.
	kinds  []report.ErrorKind // the first that came
	index  map[string]int     // of a kind, by its text
	count  int64
	others int64 // of further kinds
}

func (s *said) add(text string) {
	kind := s.kindOf(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	i, known := s.index[kind]
	switch {
	case known:
		s.kinds[i].Count++
	case len(s.kinds) < maxErrorKinds:
		if s.index == nil {
			s.index = make(map[string]int)
		}
		s.index[kind] = len(s.kinds)
		s.kinds = append(s.kinds, report.ErrorKind{Text: kind, Count: 1, Example: clip(text)})
	default:
		s.others++
	}
}

// report returns the kinds, the most frequent first.
func (s *said) report() report.Errors {
	s.mu.Lock()
	defer s.mu.Unlock()
	kinds := slices.Clone(s.kinds)
	slices.SortStableFunc(kinds, func(a, b report.ErrorKind) int { return cmp.Compare(b.Count, a.Count) })
	return report.Errors{Count: s.count, Kinds: kinds, Others: s.others}
}

// kindOf replaces what is particular to an error by "…": names of chatters, a
// single word behind a colon, words with a digit in them, and what stands in
// quotes or angle brackets.
func (s *said) kindOf(text string) string {
	for _, pair := range [...][2]string{{`"`, `"`}, {"“", "”"}, {"`", "`"}, {"<", ">"}} {
		text = blank(text, pair[0], pair[1])
	}
	words := strings.FieldsFunc(text, unicode.IsSpace)
	for i, w := range words {
		core := strings.TrimFunc(w, unicode.IsPunct)
		if core != "" && (strings.ContainsFunc(core, unicode.IsDigit) || s.names[core] || i > 0 && i == len(words)-1 && strings.HasSuffix(words[i-1], ":")) {
			words[i] = strings.Replace(w, core, "…", 1)
		}
	}
	words = slices.CompactFunc(words, func(a, b string) bool { return a == "…" && b == "…" })
	return clip(strings.Join(words, " "))
}

// blank replaces what stands between two marks.
func blank(text, from, to string) string {
	var out strings.Builder
	for {
		head, rest, ok := strings.Cut(text, from)
		in, tail, closed := strings.Cut(rest, to)
		if !ok || !closed || in == "" {
			return out.String() + text
		}
		out.WriteString(head + from + "…" + to)
		text = tail
	}
}

// clip cuts a text to what is kept of it, at a rune.
func clip(text string) string {
	if len(text) <= maxErrorText {
		return strings.ToValidUTF8(text, "\uFFFD")
	}
	n := maxErrorText
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return strings.ToValidUTF8(text[:n], "\uFFFD") + "…"
}

// floods reports whether a server has closed a connection for how much came over it,
// in the words of servers of IRC.
func floods(e *report.Errors) bool {
	return slices.ContainsFunc(e.Kinds, func(k report.ErrorKind) bool {
		said := strings.ToLower(k.Example)
		return strings.Contains(said, "recvq exceeded") || strings.Contains(said, "excess flood") || strings.Contains(said, "flooding")
	})
}
