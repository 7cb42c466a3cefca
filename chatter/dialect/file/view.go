package file

import (
	"slices"
	"strings"

	"chatsim/manager/wire"
)

// view is what a client is told of who is in the room, itself first.
type view struct {
	*inbox
	in    bool     // the Welcome is made
	there []string // the roster, where it is told without a place
}

func (w *view) welcome(v any) (wrong string) {
	name, ok := v.(string)
	if !ok || name == "" {
		return shape(v, "a name")
	}
	w.name = name
	if !w.d.asks {
		w.enters()
	}
	return ""
}

func (w *view) ready(v any) (wrong string) {
	if v != true {
		return shape(v, "true")
	}
	w.enters()
	return ""
}

// enters makes the Welcome, once, and where nobody is told who is there the
// roster.
func (w *view) enters() {
	if w.in {
		return
	}
	w.in = true
	w.d.entered.Store(true)
	w.put(wire.Frame{Kind: wire.Welcome, Names: [][]byte{[]byte(w.name)}})
	if w.d.Views() == None {
		w.put(wire.Frame{Kind: wire.Roster, Names: [][]byte{[]byte(w.name)}})
	}
}

func (w *view) roster(v any) (wrong string) {
	names, wrong := namesOf(v)
	if wrong != "" || w.d.Views() == None {
		return wrong
	}
	w.there = names
	w.put(wire.Frame{Kind: wire.Roster, Names: byteNames(names)})
	return ""
}

// moved takes joins or leaves, but for the client's own.
func (w *view) moved(kind wire.Kind, v any) (wrong string) {
	if name, ok := v.(string); ok {
		v = []any{name}
	}
	names, wrong := namesOf(v)
	if wrong != "" {
		return wrong
	}
	if kind == wire.Leave && w.Nicks != nil {
		for _, name := range names {
			w.Nicks.Release(name)
		}
	}
	others := slices.DeleteFunc(names, func(name string) bool { return name == w.name })
	switch {
	case len(others) == 0 || w.d.Views() == None || w.d.Views() == Rosters:
	case w.d.Views() == Ordered:
		w.put(wire.Frame{Kind: kind, Names: byteNames(others)})
	case kind == wire.Join:
		w.there = append(slices.Clip(w.there), others...)
		w.put(wire.Frame{Kind: wire.Roster, Names: byteNames(w.there)})
	default:
		there := slices.Clone(w.there)
		for _, name := range others {
			if i := slices.Index(there, name); i >= 0 {
				there = slices.Delete(there, i, i+1)
			}
		}
		w.there = there
		w.put(wire.Frame{Kind: wire.Roster, Names: byteNames(there)})
	}
	return ""
}

func namesOf(v any) (names []string, wrong string) {
	list, ok := v.([]any)
	if !ok {
		return nil, shape(v, "an array of names")
	}
	for _, item := range list {
		name, ok := item.(string)
		if !ok {
			return nil, " has" + strings.TrimPrefix(shape(item, "a name"), " is") + " in it"
		}
		names = append(names, name)
	}
	return names, ""
}

func byteNames(names []string) [][]byte {
	all := make([][]byte, len(names))
	for i, name := range names {
		all[i] = []byte(name)
	}
	return all
}
