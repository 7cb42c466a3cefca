package check

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chatsim/loadgen/check/ledger"
)

// TestEveryFactIsJudged: each kind of fact is a violation of one check as it
// stands, or may be one, or is among those that prove nothing before the end.
func TestEveryFactIsJudged(t *testing.T) {
	atTheEnd := []ledger.Kind{ledger.Unstamped, ledger.SplitGap, ledger.LateLeave, ledger.TurnedAway, ledger.Slow}
	for k := range ledger.Kinds {
		stands, suspect := 0, 0
		for _, r := range rules {
			if r.says[k] != "" {
				stands++
			}
			if slices.Contains(r.suspects, k) {
				suspect++
			}
		}
		if ends := slices.Contains(atTheEnd, k); stands > 1 || (stands > 0) == (suspect > 0 || ends) || suspect > 0 && ends {
			t.Errorf("kind %d: %d checks fail by it, %d suspect it, at the end: %v", k, stands, suspect, ends)
		}
	}
}

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
