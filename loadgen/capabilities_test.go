package loadgen

import (
	"testing"

	"chatsim/loadgen/check"
)

// A text keeps its length, and loses only what its protocol cannot carry.
func TestFit(t *testing.T) {
	none, irc, raw := check.Texts{}, check.Texts{Forbids: "\u2028", Trims: true}, check.Texts{NoName: true}
	for _, c := range []struct {
		can        check.Texts
		text, want string
	}{
		{none, "a\u2028b @bob ", "a\u2028b @bob "},
		{irc, "a\u2028b @bob ", "a...b @bob."},
		{irc, "tab\t", "tab."},
		{raw, "to @bob", "to .bob"},
		{raw, "a@b@c2", "a@b.c2"},
		{raw, "a@b c", "a@b c"},
		{raw, "@@", "@@"},
		{raw, "", ""},
	} {
		if got := string(fit(c.can, []byte(c.text))); got != c.want {
			t.Errorf("%+v: %q becomes %q, want %q", c.can, c.text, got, c.want)
		}
	}
}
