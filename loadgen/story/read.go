package story

import (
	"errors"
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"chatsim/loadgen/scenario/file"
)

// Read reads the story of a scenario file, nil where it has none. An entry is a
// step, several between semicolons, or together: with a list of such.
func Read(f *file.File) (*Story, error) {
	if f.Story == nil {
		return nil, nil
	}
	r := reader{doc: f.Doc}
	if err := f.Doc.List(f.Story, "a story", r.entry); err != nil {
		return nil, err
	}
	s, err := r.b.Story()
	if err != nil {
		return nil, r.placed(f.Story, err)
	}
	s.Path, s.About = f.Doc.Path, f.About
	if f.Needs == nil {
		return s, nil
	}
	return s, f.Doc.List(f.Needs, "needs", func(n ast.Node) error {
		word, err := f.Doc.Scalar(n, "what a story needs")
		if err != nil {
			return err
		}
		if !slices.Contains(Needs, Need(word)) {
			return f.Doc.Error(n, fmt.Sprintf("no story needs %q", word), "there are "+needs())
		}
		s.Needs = append(s.Needs, Need(word))
		return nil
	})
}

type reader struct {
	doc *file.Doc
	b   Builder
}

// line is a text of steps and where it stands.
type line struct {
	text string
	at   Pos
}

func (r *reader) entry(n ast.Node) error {
	if values, ok := pairs(n); ok && len(values) == 1 && values[0].Key.GetToken().Value == "together" {
		return r.together(values[0])
	}
	lines, err := r.lines(n)
	if err != nil {
		return err
	}
	if len(lines) > 1 {
		return r.doc.Error(n, "two steps in one entry", "write - before each, or together: before those that happen at once")
	}
	return r.placed(n, r.b.Step(lines[0].text, lines[0].at))
}

func (r *reader) together(v *ast.MappingValueNode) error {
	value, err := r.doc.Resolve(v.Value)
	if err != nil {
		return err
	}
	var texts []string
	var at []Pos
	take := func(n ast.Node) error {
		lines, err := r.lines(n)
		for _, l := range lines {
			texts, at = append(texts, l.text), append(at, l.at)
		}
		return err
	}
	if _, ok := pairs(value); ok {
		err = take(value)
	} else {
		err = r.doc.List(value, "together", take)
	}
	if err != nil {
		return err
	}
	return r.placed(v.Key, r.b.Together(texts, at, place(v.Key)))
}

// lines returns the texts of an entry: that of a value, or of each key with its
// value.
func (r *reader) lines(n ast.Node) (list []line, err error) {
	values, ok := pairs(n)
	if !ok {
		text, err := r.doc.Scalar(n, "a step")
		return []line{{text, inside(n)}}, err
	}
	for _, v := range values {
		value, err := r.doc.Resolve(v.Value)
		if err != nil {
			return nil, err
		}
		head := v.Key.GetToken().Value
		if value == nil || value.Type() == ast.NullType { // as in { amy leaves, bob leaves }
			list = append(list, line{head, place(v.Key)})
			continue
		}
		text, err := r.doc.Scalar(value, "what is said")
		if err != nil {
			return nil, err
		}
		if isQuoted(value) { // so its semicolons are text
			text = whole(text)
		}
		list = append(list, line{head + ": " + text, place(v.Key)})
	}
	return list, nil
}

// pairs returns the keys of a mapping with their values.
func pairs(n ast.Node) (list []*ast.MappingValueNode, ok bool) {
	m, ok := n.(ast.MapNode)
	if !ok {
		return nil, false
	}
	for it := m.MapRange(); it.Next(); {
		list = append(list, it.KeyValue())
	}
	return list, true
}

func isQuoted(n ast.Node) bool {
	t := n.GetToken().Type
	return t == token.SingleQuoteType || t == token.DoubleQuoteType
}

// place returns where a node stands.
func place(n ast.Node) Pos {
	at := n.GetToken().Position
	return Pos{at.Line, at.Column}
}

// inside is place of what a node holds, behind its quote if it has one.
func inside(n ast.Node) Pos {
	at := place(n)
	if isQuoted(n) {
		at.Column++
	}
	return at
}

// placed returns an error of a step as one of its file.
func (r *reader) placed(n ast.Node, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	at := e.At
	if at == (Pos{}) {
		at = place(n)
	}
	return &file.Error{Path: r.doc.Path, Line: at.Line, Column: at.Column, What: e.Text, Advice: e.Advice}
}
