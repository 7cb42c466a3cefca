package file

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"chatsim/manager/wire"
)

// effects are what receive may yield, in the order in which those of one value are
// taken. Each returns what is wrong with its value; empty: nothing.
var effects = []struct {
	key  string
	take func(c *codec, v any) (wrong string, err error)
}{
	{"set", (*codec).set},
	{"send", (*codec).send},
	{"taken", (*codec).taken},
	{"welcome", (*codec).welcome},
	{"ready", (*codec).ready},
	{"roster", (*codec).roster},
	{"join", func(c *codec, v any) (string, error) { return c.moved(wire.Join, v), nil }},
	{"leave", func(c *codec, v any) (string, error) { return c.moved(wire.Leave, v), nil }},
	{"line", (*codec).line},
	{"ack", (*codec).ack},
	{"refused", (*codec).refused},
	{"error", (*codec).error},
}

// yields is the hint on what receive may yield.
const yields = "receive yields {welcome: NAME}, {roster: [NAMES]}, {join: NAME}, {leave: NAME}, {line: {from: NAME, text: TEXT}}, with to: NAME for a private one, {send: MESSAGE}, " +
	"{set: {KEY: VALUE}}, {ready: true}, {taken: true}, {ack: REF}, {refused: {ref: REF, text: TEXT}}, {error: TEXT}, or nothing: empty"

// apply takes one value of receive.
func (c *codec) apply(v any) error {
	object, ok := v.(map[string]any)
	if !ok {
		return c.misshapen(v, "it is no object")
	}
	taken := 0
	for _, e := range effects {
		value, has := object[e.key]
		if !has {
			continue
		}
		taken++
		wrong, err := e.take(c, value)
		if err == nil && wrong != "" {
			err = c.misshapen(v, e.key+wrong)
		}
		if err != nil {
			return err
		}
	}
	if taken < len(object) || taken == 0 {
		return c.misshapen(v, "it has "+unknown(object)+"; is there an else empty?")
	}
	return nil
}

// unknown returns a key of an object that is none of the effects'.
func unknown(object map[string]any) string {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		known := false
		for _, e := range effects {
			known = known || e.key == key
		}
		if !known {
			return "a key " + key
		}
	}
	return "no key"
}

func (c *codec) misshapen(v any, why string) error {
	return c.d.fail(c.d.Receive.wrong(0, fmt.Sprintf("receive yields %s, which is of the wrong shape: %s", gojq.Preview(v), why), yields))
}

// shape returns what is wrong with a value that is to be something else.
func shape(v any, want string) string { return fmt.Sprintf(" is %s, not %s", gojq.TypeOf(v), want) }

func (c *codec) set(v any) (string, error) {
	values, ok := v.(map[string]any)
	if !ok {
		return shape(v, "an object"), nil
	}
	s := maps.Clone(c.state) // a program may have kept the old one
	maps.Copy(s, values)
	c.state = s
	return "", nil
}

func (c *codec) send(v any) (string, error) {
	var err error
	c.out, err = c.message(&c.d.Receive, c.out, v)
	return "", err
}

// taken asks for the next name that is free as far as the run knows.
func (c *codec) taken(any) (string, error) {
	if !c.d.OwnSuffix() {
		return " is for a client that asks for the next name: write can: {suffix: client}", nil
	}
	c.name = c.Nicks.Take(c.Asked)
	var err error
	c.out, err = c.append(c.out, &c.d.Login, "", "")
	return "", err
}

func (c *codec) welcome(v any) (string, error) {
	name, ok := v.(string)
	if !ok || name == "" {
		return shape(v, "a name"), nil
	}
	c.name = name
	if !c.d.asks {
		c.enters()
	}
	return "", nil
}

func (c *codec) ready(v any) (string, error) {
	if v != true {
		return shape(v, "true"), nil
	}
	c.enters()
	return "", nil
}

// enters makes the Welcome, once, and where nobody is told who is there the
// roster.
func (c *codec) enters() {
	if c.in {
		return
	}
	c.in = true
	c.d.entered.Store(true)
	c.put(wire.Frame{Kind: wire.Welcome, Names: [][]byte{[]byte(c.name)}})
	if c.d.Views() == None {
		c.put(wire.Frame{Kind: wire.Roster, Names: [][]byte{[]byte(c.name)}})
	}
}

func (c *codec) roster(v any) (string, error) {
	names, wrong := namesOf(v)
	if wrong != "" || c.d.Views() == None {
		return wrong, nil
	}
	c.there = names
	c.put(wire.Frame{Kind: wire.Roster, Names: byteNames(names)})
	return "", nil
}

// moved takes joins or leaves, but for the client's own.
func (c *codec) moved(kind wire.Kind, v any) (wrong string) {
	if name, ok := v.(string); ok {
		v = []any{name}
	}
	names, wrong := namesOf(v)
	if wrong != "" {
		return wrong
	}
	if kind == wire.Leave && c.Nicks != nil {
		for _, name := range names {
			c.Nicks.Release(name)
		}
	}
	others := slices.DeleteFunc(names, func(name string) bool { return name == c.name })
	switch {
	case len(others) == 0 || c.d.Views() == None || c.d.Views() == Rosters:
	case c.d.Views() == Ordered:
		c.put(wire.Frame{Kind: kind, Names: byteNames(others)})
	case kind == wire.Join:
		c.there = append(slices.Clip(c.there), others...)
		c.put(wire.Frame{Kind: wire.Roster, Names: byteNames(c.there)})
	default:
		there := slices.Clone(c.there)
		for _, name := range others {
			if i := slices.Index(there, name); i >= 0 {
				there = slices.Delete(there, i, i+1)
			}
		}
		c.there = there
		c.put(wire.Frame{Kind: wire.Roster, Names: byteNames(there)})
	}
	return ""
}

func (c *codec) line(v any) (string, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return shape(v, "an object"), nil
	}
	from, isFrom := object["from"].(string)
	text, isText := object["text"].(string)
	to, isTo := object["to"].(string)
	switch {
	case !isFrom:
		return ".from" + shape(object["from"], "a name"), nil
	case !isText:
		return ".text" + shape(object["text"], "a string"), nil
	case !isTo && object["to"] != nil:
		return ".to" + shape(object["to"], "a name"), nil
	}
	c.put(lineOf(from, to, text))
	return "", nil
}

// lineOf returns the frame of a line, a private one with a target.
func lineOf(from, to, text string) wire.Frame {
	f := wire.Frame{Kind: wire.Line, Sender: []byte(from), Text: []byte(text), Target: []byte(to), Private: to != ""}
	if to == "" {
		f.Target = []byte(wire.Group)
	}
	return f
}

// ack has the line that it is about come back, where nothing else does.
func (c *codec) ack(v any) (string, error) {
	if p, ok := c.answered(v); ok && !c.d.Echoes() {
		c.put(lineOf(c.name, p.to, p.text))
	}
	return "", nil
}

// refused binds an error to its line by quoting it, or by the name of whom the
// line was for.
func (c *codec) refused(v any) (string, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return shape(v, "an object"), nil
	}
	text, _ := object["text"].(string)
	if target, ok := object["target"].(string); ok {
		text = wire.NoSuchUser.With(target)
	} else if p, ok := c.answered(object["ref"]); ok {
		text += ": " + p.text
	}
	return c.error(text)
}

func (c *codec) error(v any) (string, error) {
	text, ok := v.(string)
	if !ok {
		return shape(v, "a string"), nil
	}
	c.put(wire.Frame{Kind: wire.Error, Text: []byte(text)})
	return "", nil
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
