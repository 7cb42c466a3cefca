package lock

import (
	"os"
	"path/filepath"
	"testing"
)

// A file has one holder, until that one closes it.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	first, second := open(), open()
	if err := File(first); err != nil {
		t.Error(err)
	}
	if err := File(second); err != ErrHeld {
		t.Errorf("the second is told %v", err)
	}
	first.Close()
	if err := File(second); err != nil {
		t.Error(err)
	}
}
