package scenario

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// The examples are read, each can be drawn in a screen, and its script is made.
func TestExamples(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/scenarios/*.yaml")
	if err != nil || len(paths) < 5 {
		t.Fatalf("%d examples, %v", len(paths), err)
	}
	for _, path := range paths {
		spec, err := Open(path)
		if err != nil {
			t.Error(err)
			continue
		}
		s := &Script{Spec: spec, Users: spec.Users, Size: 64, Seed: 1, Nonce: "abcd"}
		_, measured := spec.Lengths()
		if n := len(events(s, measured)); n < 100 || spec.About == "" {
			t.Errorf("%s: %d events; about %q", path, n, spec.About)
		}
		var drawn bytes.Buffer
		if err := s.Draw(&drawn, 80); err != nil {
			t.Error(err)
		}
		lines := strings.Split(strings.TrimSuffix(drawn.String(), "\n"), "\n")
		if len(lines) > 24 {
			t.Errorf("%s: %d lines are no screen", path, len(lines))
		}
		for _, line := range lines {
			if n := len([]rune(line)); n > 90 {
				t.Errorf("%s: %d columns: %s", path, n, line)
			}
		}
	}
}
