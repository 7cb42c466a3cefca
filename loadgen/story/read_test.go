package story

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"chatsim/loadgen/scenario/file"
)

func readText(text string) (*Story, error) {
	f, err := file.Read("lunch.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	return Read(f)
}

// TestRead: a story as YAML has it, and as it is printed, is the same.
func TestRead(t *testing.T) {
	s, err := readText(`about: a lunch
story:
  - amy joins
  - bob joins; bob joins as bob2
  - bob2 tells amy: psst
  - together: { amy says: one, bob says: two }
  - together:
      - amy says: one
      - amy says: 'a "quoted; text" \x07'
      - bob resets
  - bob joins again
  - amy says: bye; amy half-closes
  - 'bob types: "tab\t and; more\r\n"'
  - bob says: "plain; in YAML's quotes: yes"
`)
	if err != nil {
		t.Fatal(err)
	}
	const want = `amy joins
bob joins
bob joins as bob2
bob2 tells amy: psst
together: amy says: one; bob says: two
together: amy says: one; amy says: "a \"quoted; text\" \a"; bob resets
bob joins again
amy says: bye
amy half-closes
bob types: "tab\t and; more\r\n"
bob says: "plain; in YAML's quotes: yes"
`
	if diff := cmp.Diff(want, words(s)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	again, err := readText(s.YAML())
	if err != nil {
		t.Fatalf("%v in\n%s", err, s.YAML())
	}
	if diff := cmp.Diff(words(s), words(again)); diff != "" {
		t.Errorf("-read +printed and read again:\n%s", diff)
	}
}

// TestReadErrors: what is wrong is told with its place in the file.
func TestReadErrors(t *testing.T) {
	for text, want := range map[string]string{
		"story:\n  - amy joins\n  - amy sais: x\n":                    "lunch.yaml:3:9: no chatter knows how to do",
		"story:\n  - amy joins\n  - 'amy sais: x'\n":                  "lunch.yaml:3:10: no chatter knows how to do",
		"story:\n  - amy joins; bbo resets\n":                         "lunch.yaml:2:16: nobody is called bbo",
		"story:\n  - amy joins\n  - amy says: a\n    amy leaves: b\n": "lunch.yaml:3:5: two steps in one entry",
		"story:\n  - amy joins\n  - together: [amy says: a, bob]\n":   "lunch.yaml:3:29: bob does nothing",
		"story:\n  - amy joins\n  - together: []\n":                   "lunch.yaml:3:15: together has no entries",
		"story:\n  - amy joins\n  - [amy leaves]\n":                   "lunch.yaml:3:5: a step is one value",
		"story: amy joins\n":                                          "lunch.yaml:1:8: a story is a list",
		"story:\n  - together: { amy joins, bob joins }\n":            "lunch.yaml:2:5: the first one joins alone",
		"story:\n  - amy joins\n  - amy says: [a, b]\n":               "lunch.yaml:3:15: what is said is one value",
	} {
		_, err := readText(text)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
