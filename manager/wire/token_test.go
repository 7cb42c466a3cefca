package wire

import (
	"strings"
	"testing"
)

func TestCutToken(t *testing.T) {
	token := strings.Repeat("0f", TokenLen/2)
	for _, c := range []struct {
		line, name, token string
		wanted            bool
	}{
		{"Ann", "Ann", "", false},
		{"Ann@token=", "Ann", "", true},
		{"Ann@token= \r", "Ann", "", true},
		{"Ann@token=" + token, "Ann", token, true},
		{"@token=", "", "", true},
		{"a@b@token=", "a@b", "", true}, // the name is refused
		// no tokens: names that are refused
		{"Ann@token", "Ann@token", "", false},
		{"ann@token.example", "ann@token.example", "", false},
		{"Ann@token=" + token[1:], "Ann@token=" + token[1:], "", false},
		{"Ann@token=" + strings.ToUpper(token), "Ann@token=" + strings.ToUpper(token), "", false},
		{"Ann@token=" + token + "0", "Ann@token=" + token + "0", "", false},
	} {
		if name, got, wanted := CutToken(c.line); name != c.name || got != (Coming{Token: c.token}) || wanted != c.wanted {
			t.Errorf("CutToken(%q) = %q, %v, %v", c.line, name, got, wanted)
		}
	}
	for _, token := range []string{"", token} {
		for _, recall := range []Recall{{}, {Lines: 200}, {Since: Mark{17, 3}}, {Since: Mark{1 << 60, 0}}} {
			line := string(AppendName(nil, "李 雷", Coming{token, recall}))
			if name, got, wanted := CutToken(strings.TrimSuffix(line, "\n")); name != "李 雷" || got != (Coming{token, recall}) || !wanted {
				t.Errorf("%q is taken apart as %q, %v, %v", line, name, got, wanted)
			}
		}
	}
	for _, line := range []string{"Ann@token=@history=", "Ann@token=@history=0", "Ann@token=@history=-1", "Ann@token=@history=9999999999", "Ann@token=@since=17", "Ann@token=@since=17.x",
		"Ann@token=@since=1.2.3", "Ann@token=@since=01.0", "Ann@token=0f@history=2", "Ann@history=2"} {
		if name, _, wanted := CutToken(line); wanted || name != line {
			t.Errorf("%q is read as asking for %q", line, name)
		}
	}
}
