package file

import (
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// keysAt is the hint on what is no key where it stands: the keys that there are.
func keysAt(t *token.Token) string {
	parents := parentsOf(t)
	part := reflect.TypeFor[layout]()
	var names []string
	for {
		names = nil
		var inner reflect.Type
		for i := range part.NumField() {
			f := part.Field(i)
			name := f.Tag.Get("yaml")
			if names = append(names, name); len(parents) > 0 && name == parents[0] {
				inner = f.Type
			}
		}
		if inner != nil && inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner == nil || inner.Kind() != reflect.Struct {
			break
		}
		part, parents = inner, parents[1:]
	}
	last := len(names) - 1
	return "the keys there are " + strings.Join(names[:last], ", ") + " and " + names[last] + "; chatsim -help dialect has an example"
}

// parentsOf returns the keys in whose values a key stands, the outermost first.
func parentsOf(t *token.Token) (parents []string) {
	depth, sure := 0, 0 // of the braces that close before the key; of the parents, from the innermost
	column := t.Position.Column
	for p := t.Prev; p != nil; p = p.Prev {
		isKey := p.Next.Type == token.MappingValueType
		switch p.Type {
		case token.MappingEndType, token.SequenceEndType:
			depth++
		case token.MappingStartType, token.SequenceStartType:
			if depth > 0 {
				depth--
				continue
			}
			parents = parents[len(parents)-sure:] // the others stand within the braces, as the key does
			if p.Prev != nil && p.Prev.Type == token.MappingValueType && p.Prev.Prev != nil {
				p = p.Prev.Prev
				isKey, column = true, p.Position.Column+1
				sure++
			}
		}
		if isKey && depth == 0 && p.Position.Column < column {
			parents, column = append([]string{p.Value}, parents...), p.Position.Column
		}
	}
	return parents
}
