package wire

import (
	"encoding/json"
	"strings"
	"testing"
)

func FuzzFrame(f *testing.F) {
	for _, c := range written {
		f.Add([]byte(c.frame))
	}
	for _, s := range []string{" a:@a@a", `{"token":"x","welcome":"a"}`, `{"x":0,"join":["\u0041"]}`, `[ "a" ]`, "[\"\xc3\"]", `{"error":"\ud800"}`, `["a"`, " a@", "{"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var frame Frame
		err := frame.Parse(b)
		if len(b) > 0 && (b[0] == '[' || b[0] == '{') {
			want, ok := oracle(b)
			if ok != (err == nil) || ok && show(&frame) != want {
				t.Fatalf("Parse(%q) = %s, %v; by encoding/json %s, %v", b, show(&frame), err, want, ok)
			}
		}
		if err != nil {
			if frame.Kind != Invalid {
				t.Fatalf("Parse(%q) failed with kind %d", b, frame.Kind)
			}
			return
		}
		if (frame.Kind == Join || frame.Kind == Leave) && len(frame.Names) != 1 || frame.Kind == Unknown {
			return // nobody writes those
		}
		printed := printFrame(&frame)
		if frame.Kind == Line && string(printed) != string(b)+"\n" {
			t.Fatalf("%q prints back as %q", b, printed)
		}
		var again Frame
		if err := again.Parse(printed[:len(printed)-1]); err != nil || show(&again) != show(&frame) {
			t.Fatalf("%q prints as %q, which is %s, %v", b, printed, show(&again), err)
		}
	})
}

// oracle reads JSON frames by way of encoding/json alone.
func oracle(b []byte) (string, bool) {
	var v any
	if json.Unmarshal(b, &v) != nil {
		return "", false
	}
	if _, ok := v.([]any); ok {
		return oracleNames(Roster, v)
	}
	known := 0
	for key := range v.(map[string]any) {
		if kindOf(key) != Invalid {
			known++
		}
	}
	// A key that comes twice is one key to encoding/json: count them by hand.
	if known == 0 {
		return show(&Frame{Kind: Unknown}), true
	}
	if known != 1 || countKnown(b) != 1 {
		return "", false
	}
	for key, value := range v.(map[string]any) {
		switch kind := kindOf(key); kind {
		case Join, Leave:
			return oracleNames(kind, value)
		case Welcome:
			name, ok := value.(string)
			token, _ := v.(map[string]any)["token"].(string)
			return show(&Frame{Kind: kind, Names: [][]byte{[]byte(name)}, Token: []byte(token)}), ok
		case Error:
			s, ok := value.(string)
			return show(&Frame{Kind: Error, Text: []byte(s)}), ok
		}
	}
	return "", false
}

func oracleNames(kind Kind, v any) (string, bool) {
	list, ok := v.([]any)
	f := Frame{Kind: kind}
	for _, e := range list {
		name, isString := e.(string)
		ok = ok && isString
		f.Names = append(f.Names, []byte(name))
	}
	return show(&f), ok
}

// keyCount counts the known keys of an object, the same one twice as two.
type keyCount int

func (c *keyCount) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(strings.NewReader(string(b)))
	depth, isKey := 0, false
	for {
		token, err := d.Token()
		if err != nil {
			return nil
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
			isKey = depth == 1
			continue
		case json.Delim('}'), json.Delim(']'):
			depth--
			isKey = depth == 1
			continue
		}
		if depth != 1 {
			continue
		}
		if key, ok := token.(string); isKey && ok && kindOf(key) != Invalid {
			*c++
		}
		isKey = !isKey
	}
}

func countKnown(b []byte) int {
	var c keyCount
	if err := json.Unmarshal(b, &c); err != nil {
		return -1
	}
	return int(c)
}
