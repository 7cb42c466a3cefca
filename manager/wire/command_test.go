package wire

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// commandTable is which command each line was meant for, "" for none.
func commandTable(t *testing.T) (lines []struct{ Line, Command string }) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "commands.json"))
	if err == nil {
		err = json.Unmarshal(b, &lines)
	}
	if err != nil || len(lines) < 50 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	return lines
}

func TestMisspelled(t *testing.T) {
	for _, c := range commandTable(t) {
		got, ok := Misspelled([]byte(c.Line))
		if !ok {
			got = ""
		}
		if got != c.Command {
			t.Errorf("%q is meant for %q, want %q", c.Line, got, c.Command)
		}
	}
	for _, line := range []string{"\xa0/msg Ann secret", "\xff\xfe/msg Ann secret", "\xc2/msg Ann secret"} { // in no UTF-8
		if got, ok := Misspelled([]byte(line)); got != "/msg" || !ok {
			t.Errorf("%q is meant for %q", line, got)
		}
	}
}

// No line that is meant for a command is said to the group, however it is
// spelled, but for those that are one here.
func TestMisspelledRequests(t *testing.T) {
	for _, c := range commandTable(t) {
		r := ParseRequest([]byte(c.Line), "bob", "bob")
		said := r.Kind == Say
		if said != (c.Command == "") {
			t.Errorf("%q is read as %s", c.Line, showRequest(r))
		}
		if r.Kind == Slip && string(r.Text) != c.Command {
			t.Errorf("%q is taken for %q", c.Line, r.Text)
		}
		fields := AppendMessage(nil, []byte(c.Line), "bob", Group)
		if r := ParseRequest(fields[:len(fields)-1], "bob", "bob"); r.Kind != Say || string(r.Text) != c.Line {
			t.Errorf("%q with fields is read as %s", c.Line, showRequest(r))
		}
	}
}
