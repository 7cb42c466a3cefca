package file

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTranscripts plays what was recorded to the files that come with the program.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("../../../testdata/dialects/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		d, err := Load(strings.TrimSuffix(name, ".txt") + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		transcript, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		differs, err := d.Try(bytes.NewReader(transcript), &out)
		if err != nil || differs > 0 || out.String() != string(transcript) {
			t.Errorf("%s: %d steps differ, %v:\n%s", name, differs, err, out.String())
		}
	}
}
