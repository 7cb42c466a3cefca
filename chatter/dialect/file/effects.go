package file

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/itchyny/gojq"

	"chatsim/manager/wire"
)

// effects are what receive may yield, in the order in which those of one value are
// taken. Each returns what is wrong with its value; empty: nothing.
var effects = []struct {
	key  string
	take func(c *codec, v any) (wrong string, err error)
}{
	{"set", func(c *codec, v any) (string, error) { return c.set(v), nil }},
	{"send", (*codec).send},
	{"taken", (*codec).taken},
	{"welcome", func(c *codec, v any) (string, error) { return c.welcome(v), nil }},
	{"ready", func(c *codec, v any) (string, error) { return c.ready(v), nil }},
	{"roster", func(c *codec, v any) (string, error) { return c.roster(v), nil }},
	{"join", func(c *codec, v any) (string, error) { return c.moved(wire.Join, v), nil }},
	{"leave", func(c *codec, v any) (string, error) { return c.moved(wire.Leave, v), nil }},
	{"line", func(c *codec, v any) (string, error) { return c.line(v), nil }},
	{"ack", func(c *codec, v any) (string, error) { return c.ack(v), nil }},
	{"refused", func(c *codec, v any) (string, error) { return c.refused(v), nil }},
	{"error", func(c *codec, v any) (string, error) { return c.error(v), nil }},
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

func (c *codec) send(v any) (string, error) {
	var err error
	c.out, err = c.emit(c.out, &c.d.Receive, v, "")
	return "", err
}

// taken asks for the next name that is free as far as the run knows.
func (c *codec) taken(any) (string, error) {
	if wrong := c.chooseNext(); wrong != "" {
		return wrong, nil
	}
	var err error
	c.out, err = c.append(c.out, &c.d.Login, "", "")
	return "", err
}

// ack has the line that it is about come back, where nothing else does.
func (c *codec) ack(v any) (wrong string) {
	if p, ok := c.pending.answered(v); ok && !c.d.Echoes() {
		c.put(lineOf(c.name, p.to, p.text))
	}
	return ""
}

// refused binds an error to its line by quoting it, or by the name of whom the
// line was for.
func (c *codec) refused(v any) (wrong string) {
	object, ok := v.(map[string]any)
	if !ok {
		return shape(v, "an object")
	}
	text, _ := object["text"].(string)
	target, named := object["target"].(string)
	switch {
	case c.answering != "": // it came beside the stream: that its target is not there has no place
		text = cmp.Or(text, c.what) + ", for “" + c.answering + "”"
	case named:
		text = wire.NoSuchUser.With(target)
	default:
		if p, ok := c.pending.answered(object["ref"]); ok {
			text += ": " + p.text
		}
	}
	return c.error(text)
}
