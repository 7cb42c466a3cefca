package secret

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "password")
	for text, want := range map[string]string{
		"sesame\n": "sesame", "sesame": "sesame", "sesame\r\n": "sesame", " open sesame \n": " open sesame ", "\ufeffsesame\n": "sesame",
		"": "!needs a word", "\n": "!needs a word", "a\nb\n": "!more than one line", strings.Repeat("x", 1025): "!more than 1024",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p := Password{File: path}
		err := p.Read()
		if wrong, is := strings.CutPrefix(want, "!"); is && (err == nil || !strings.Contains(err.Error(), wrong)) || !is && (err != nil || p.Word != want) {
			t.Errorf("%q: %q, %v; want %q", text, p.Word, err, want)
		}
	}
	if err := (&Password{File: path + "-none"}).Read(); err == nil {
		t.Error("a file that is not there is a password")
	}
}

func TestFlags(t *testing.T) {
	for word, ok := range map[string]bool{"sesame": true, "": false, "a\nb": false, strings.Repeat("x", 1025): false} {
		var p Password
		fs := pflag.NewFlagSet("", pflag.ContinueOnError)
		p.Flags(fs)
		if err := fs.Set("password", word); (err == nil) != ok || ok && p.Word != word {
			t.Errorf("%q: %v, %+v", word, err, p)
		}
	}
}
