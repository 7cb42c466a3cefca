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
		if name, token, wanted := CutToken(c.line); name != c.name || token != c.token || wanted != c.wanted {
			t.Errorf("CutToken(%q) = %q, %q, %v", c.line, name, token, wanted)
		}
	}
	for _, token := range []string{"", token} {
		line := string(AppendName(nil, "李 雷", token))
		if name, got, wanted := CutToken(strings.TrimSuffix(line, "\n")); name != "李 雷" || got != token || !wanted {
			t.Errorf("%q is taken apart as %q, %q, %v", line, name, got, wanted)
		}
	}
}
