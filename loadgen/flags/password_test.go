package flags

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecret(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"sesame\n": "sesame", "sesame": "sesame", "sesame\r\n": "sesame", " open sesame \n": " open sesame ", "\ufeffsesame\n": "sesame",
		"": "!needs a word", "\n": "!needs a word", "a\nb\n": "!more than one line", strings.Repeat("x", 1025): "!more than 1024",
	} {
		path := filepath.Join(dir, "password")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Parse([]string{"-serve", "-password-file", path}, known)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Secret()
		if wrong, is := strings.CutPrefix(want, "!"); is && (err == nil || !strings.Contains(err.Error(), wrong)) || !is && (err != nil || got != want) {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
		if c.Exposed() {
			t.Errorf("%q: a password in a file is called exposed", text)
		}
	}
	c, err := Parse([]string{"-join", "h:1", "-password", "sesame"}, known)
	if err != nil || !c.Exposed() {
		t.Errorf("a password on the command line is not called exposed: %v", err)
	}
	if c, err = Parse([]string{"-serve", "-password-file", filepath.Join(dir, "none")}, known); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Secret(); err == nil {
		t.Error("a file that is not there is a password")
	}
}
