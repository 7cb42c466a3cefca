package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLedgerNamesNoCheck: the ledger tells what it saw, and not what that means
// for which promise.
func TestLedgerNamesNoCheck(t *testing.T) {
	files, err := filepath.Glob("ledger/*.go")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range Names() {
			if strings.Contains(strings.ToLower(string(b)), strings.ToLower(string(name))) {
				t.Errorf("%s names %q", f, name)
			}
		}
	}
}
