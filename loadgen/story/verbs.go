package story

import (
	"slices"
	"strconv"
	"strings"
)

// form is a way to write a step behind its chatter's name. In its words, "NAME" is
// a name and "N" a number.
type form struct {
	verb  Verb
	words []string
	text  bool // a colon and a text follow
	set   func(b *builder, s *Step, name word, n int) error
}

// forms are all ways to write a step; of each verb the first is how it is printed.
var forms = []form{
	{Joins, []string{"joins"}, false, nil},
	{Joins, []string{"joins", "again"}, false, nil},
	{Joins, []string{"joins", "as", "NAME"}, false, nil}, // read by the builder: it names a chatter
	{Says, []string{"says"}, true, nil},
	{Says, []string{"says", "as", "NAME"}, true, func(_ *builder, s *Step, name word, _ int) error { s.Name = name.text; return nil }},
	{Says, []string{"says", "N", "lines"}, false, func(_ *builder, s *Step, _ word, n int) error { s.Times = n; return nil }},
	{Says, []string{"says", "N", "bytes"}, false, func(_ *builder, s *Step, _ word, n int) error { s.Bytes = n; return nil }},
	{Tells, []string{"tells", "NAME"}, true, (*builder).target},
	{Tells, []string{"tells", "NAME", "N", "lines"}, false, func(b *builder, s *Step, name word, n int) error {
		s.Times = n
		return b.target(s, name, n)
	}},
	{Types, []string{"types"}, true, nil},
	{Types, []string{"types", "N", "bytes"}, false, func(_ *builder, s *Step, _ word, n int) error { s.Bytes = n; return nil }},
	{Spells, []string{"types", "byte", "by", "byte"}, true, nil},
	{Begins, []string{"begins"}, true, nil},
	{Leaves, []string{"leaves"}, false, nil},
	{HalfCloses, []string{"half-closes"}, false, nil},
	{Resets, []string{"resets"}, false, nil},
	{Vanishes, []string{"vanishes"}, false, nil},
	{Stalls, []string{"stops", "reading"}, false, nil},
	{ReadsOn, []string{"reads", "on"}, false, nil},
}

// fits reports whether words are of the form, and returns its name and number.
func (f *form) fits(words []word) (name word, n int, ok bool) {
	if len(words) != len(f.words) {
		return word{}, 0, false
	}
	for i, w := range words {
		switch is := f.words[i]; {
		case is == "NAME":
			name = w
		case is == "N":
			var err error
			if n, err = strconv.Atoi(w.text); err != nil || w.quoted || n < 1 {
				return word{}, 0, false
			}
		case w.quoted || w.text != is:
			return word{}, 0, false
		}
	}
	return name, n, true
}

// formOf returns the form that words have, with its name and number; nil if they have
// none.
func formOf(words []word, text bool) (f *form, name word, n int) {
	for i := range forms {
		if name, n, ok := forms[i].fits(words); ok && forms[i].text == text {
			return &forms[i], name, n
		}
	}
	return nil, word{}, 0
}

// Most is how many lines, or bytes of one, a step may have.
const (
	mostLines = 10_000
	mostBytes = 1 << 20
)

// verbs returns the first words of the forms.
func verbs() (all []string) {
	for _, f := range forms {
		if !slices.Contains(all, f.words[0]) {
			all = append(all, f.words[0])
		}
	}
	return all
}

// ways returns how a verb is written, for people.
func ways(first string) string {
	var all []string
	for _, f := range forms {
		if f.words[0] == first {
			way := "amy " + strings.Join(f.words, " ")
			way = strings.NewReplacer("NAME", "bob", "N", "3").Replace(way)
			if f.text {
				way += ": text"
			}
			all = append(all, way)
		}
	}
	return strings.Join(all, "; ")
}
