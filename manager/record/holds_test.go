//go:build unix

package record

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chatsim/manager/hinted"
	"chatsim/manager/wire"
)

const asJSON = `{"time":"2024-05-01T12:00:00Z","place":1,"sender":"amy","target":"------Group chat-------","text":"a@b@c"}` + "\n"

func save(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Wherever a crash has cut a record, what is left of it stays, and what is said
// then begins a line. A start of a first line that could be anything is refused.
func TestCutAnywhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "server.txt")
	first := strings.IndexByte(asText, '\n') + 1
	for size := range len(asText) + 1 {
		left := asText[:size]
		save(t, path, left)
		r, ended, err := Open(path, Config{})
		if 0 < size && size < len("hi@amy@") {
			if err == nil || read(t, path) != left {
				t.Fatalf("%q: %v, it is %q now", left, err, read(t, path))
			}
			continue
		}
		torn := size > 0 && left[size-1] != '\n'
		if err != nil || ended != torn {
			t.Fatalf("%d bytes: ended %v, %v", size, ended, err)
		}
		r.Write([]byte(stream))
		finish(t, r)
		if torn {
			left += "\n"
		}
		if got := read(t, path); got != left+asText || size > first && !strings.HasPrefix(got, asText[:first]) {
			t.Fatalf("%d bytes go on as\n%s", size, got)
		}
	}
}

// Only a record of the same format is gone on with; anything else is left as it
// is.
func TestHolds(t *testing.T) {
	group := "@amy@" + wire.Group
	long := strings.Repeat("hello"+group+"\n", looked/20)
	for _, c := range []struct {
		content    string
		text, json error
	}{
		{"", nil, nil},
		{"\n", nil, nil},
		{asText, nil, errFormat},
		{asJSON, errFormat, nil},
		{asText + "half a li", nil, errFormat},
		{asJSON + `{"time":"20`, errFormat, nil},
		{"half a li\n" + asText, nil, errFormat},
		{asText + strings.Repeat("\x00", 3*looked), nil, errFormat}, // after a power failure
		{strings.ReplaceAll(asText, "\n", "\r\n"), nil, errFormat},  // of the original server on Windows
		{"mail a@b, c@d: 1@2@amy@bob\n", nil, errFormat},
		{"hi" + group, nil, errFormat}, // without an end
		{"hi@amy@-----", nil, errFormat},
		{`{"time":"2024-`, errFormat, nil},
		{long, nil, errFormat},
		{strings.Repeat(asJSON, 3000), errFormat, nil},
		{asText + strings.Repeat(asJSON, 3000), errFormat, nil},
		{long + strings.Repeat(asJSON, 3000), errFormat, errFormat},
		{long + strings.Repeat("of something else\n", looked/10), errOther, errFormat},
		{`{"a":1}`, errOther, errOther},
		{`{"a":1}` + "\n", errOther, errOther},
		{`{"time":"2024-05-01T12:00:00Z"}`, errOther, errOther},
		{"some notes", errOther, errOther},
		{"some notes\nof mine\n", errOther, errOther},
		{"write to amy@example.org\n", errOther, errOther},
		{"write to @amy@example.org", errOther, errOther},
		{"\x7fELF\x02\x01\x01\x00\n@\x00@\x00\n", errOther, errOther},
		{"\xff\xfeh\x00i\x00@\x00a\x00@\x00b\x00\n\x00", errOther, errOther}, // UTF-16
		{strings.Repeat("\x00", looked+1), errOther, errOther},
		{strings.Repeat("x", 2*looked), errOther, errOther},
	} {
		for format, want := range map[Format]error{Text: c.text, JSON: c.json} {
			path := filepath.Join(t.TempDir(), "file")
			save(t, path, c.content)
			if got := format.check(strings.NewReader(c.content), int64(len(c.content))); got != want {
				t.Errorf("%.40q as %v: %v, want %v", c.content, format, got, want)
			}
			checked := Check(path, format)
			r, _, err := Open(path, Config{Format: format})
			if err == nil {
				finish(t, r)
			}
			if (err == nil) != (want == nil) || (checked == nil) != (want == nil) || err != nil && hinted.Hint(err) == "" {
				t.Errorf("%.40q as %v: %v, %v", c.content, format, err, checked)
			}
			if got := read(t, path); !strings.HasPrefix(got, c.content) || err != nil && got != c.content {
				t.Errorf("%.40q as %v has become %.60q", c.content, format, got)
			}
		}
	}
}

// What cannot be a record is said, and what to do.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	other, text, taken := filepath.Join(dir, "other"), filepath.Join(dir, "text"), filepath.Join(dir, "taken")
	symbolic, hard := filepath.Join(dir, "symbolic"), filepath.Join(dir, "hard")
	save(t, other, `{"a":1}`)
	save(t, text, asText)
	defer finish(t, open(t, taken, Config{Format: JSON}))
	if err := errors.Join(os.Symlink(taken, symbolic), os.Link(taken, hard)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir:                               "open the record " + dir + ": is a directory",
		filepath.Join(dir, "no", "where"): "there is no directory " + filepath.Join(dir, "no"),
		other:                             "is not a record: it holds something else",
		text:                              "is a record in text, not in json",
		taken:                             "is being written by another process",
		symbolic:                          "is being written by another process",
		hard:                              "is being written by another process",
	} {
		_, _, err := Open(path, Config{Format: JSON})
		if err == nil || !strings.Contains(err.Error(), want) || hinted.Hint(err) == "" {
			t.Errorf("%s: %v", path, err)
		}
	}
}
