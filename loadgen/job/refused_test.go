package job

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chatsim/loadgen/scenario"
	"chatsim/manager/hinted"
)

// saved returns the path of a file with a text.
func saved(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is wrong with a story is told as what is wrong with phases is: with the flag, the
// file, the line and the column.
func TestStoryRefused(t *testing.T) {
	for text, want := range map[string]string{
		"story:\n  - amy joins\n  - amy sayz: hi\n":           `:3:9: no chatter knows how to do "sayz"`,
		"story:\n  - amy joins\n  - bob tells amy: x\n":       ":3:5: nobody is called bob",
		"story:\n  - amy joins\n  - amy says: a; amy leaps\n": `:3:22: no chatter knows how to do "leaps"`,
		"story: []\n": ":1:8: a story has no entries",
		"story:\n  - amy joins\nneeds: [ wings ]\n": `:3:10: no story needs "wings"`,
	} {
		path := saved(t, "s.yaml", text)
		var s Job
		var err error
		if s.Load.Scenario, err = scenario.Open(path); err != nil {
			t.Fatal(err)
		}
		err = s.loadStory()
		if err == nil || !strings.HasPrefix(err.Error(), "-scenario: "+path+want) || hinted.Hint(err) == "" {
			t.Errorf("%q is refused with %v, hint %q; want %s", text, err, hinted.Hint(err), want)
		}
	}
}

// A size that is proposed for the dialect of a file is one that texts can have.
func TestSizesOfDialects(t *testing.T) {
	room, err := os.ReadFile("../../testdata/dialects/json-tcp.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for most, want := range map[int]string{
		scenario.MinSize - 1: fmt.Sprintf("write can.text.max: %d or more in the file", scenario.MinSize),
		scenario.MinSize:     fmt.Sprintf("-size %d, or another can.text.max in the file", scenario.MinSize),
		500:                  "",
	} {
		path := saved(t, "room.yaml", strings.Replace(string(room), "can: {", fmt.Sprintf("can: {text: {max: %d}, ", most), 1))
		c := parse(t, "--dialect", path)
		c.Load.Size = 64
		if _, err := c.loadDialect(); (err == nil) != (want == "") || !strings.Contains(hinted.Hint(err), want) {
			t.Errorf("at most %d bytes: %v, hint %q; want %q", most, err, hinted.Hint(err), want)
		}
		if c.Load.Size = most; want != "" && most >= scenario.MinSize {
			if _, err := c.loadDialect(); err != nil {
				t.Errorf("with the size that is proposed: %v", err)
			}
		}
	}
}
