package wire

import (
	"testing"
)

// What is found to have no known key without being decoded has none.
func TestKeyless(t *testing.T) {
	for b, want := range map[string]bool{
		`{}`: true, `{"motd":"hi"}`: true, `{ "a" : [1, {"b":null}] }`: true, `{"Join":["x"]}`: true, `{"joins":1}`: true, "{\"a\":\"\xff\"}": true,
		`{"join":["x"]}`: false, `{"a":{"join":["x"]}}`: false, `{"\u006aoin":["x"]}`: false, `{"a":1}{"b":2}`: false, `{"a":1`: false, `{a:1}`: false,
	} {
		if keyless([]byte(b)) != want {
			t.Errorf("%s: keyless is %v", b, !want)
		}
		if !want {
			continue
		}
		f := new(Frame)
		if err := f.decodeObject([]byte(b)); err != nil || f.Kind != Unknown {
			t.Errorf("%s: decoded to %v, %v", b, f.Kind, err)
		}
	}
}
