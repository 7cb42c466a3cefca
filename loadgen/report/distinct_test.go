package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder returns one with a file, a second name for it, links to it and to nothing,
// and a link to itself.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "old.json"), "a report")
	for name, to := range map[string]string{"link": "old.json", "dangling": "new.json", "here": "."} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links here: ", err)
		}
	}
	if err := os.Link(filepath.Join(dir, "old.json"), filepath.Join(dir, "hard")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestDistinct(t *testing.T) {
	dir := folder(t)
	t.Chdir(dir)
	for _, tt := range []struct{ in, out, want string }{ // files, the outputs -o1, -o2, …
		{"old.json", "new.json", ""},
		{"old.json", "old.json", "-o1 old.json would be written over -i1 old.json"},
		{"old.json", "./old.json", "-o1 ./old.json would be written over"},
		{"old.json", filepath.Join(dir, "old.json"), "would be written over"},
		{"old.json", "here/old.json", "would be written over"},
		{"old.json", "link", "-o1 link would be written over -i1 old.json"},
		{"link", "old.json", "would be written over"},
		{"old.json", "hard", "-o1 hard would be written over"},
		{"none.json", "none.json", "would be written over"},
		{"none.json", "new.json", ""},
		{"", "new.json dangling", "-o2 dangling and -o1 new.json are one file"},
		{"", "a.json b.json", ""},
		{"", "a.json here/a.json", "are one file"},
		{"", "a.json none/../a.json", "are one file"},
		{"", "none/a.json none/b.json", ""}, // there is no such folder, which is told when it is written
		{"", "- -", "-o2 - and -o1 - are one file"},
		{"", os.DevNull + " " + os.DevNull, ""},
		{"x old.json y", "new.json hard", "-o2 hard would be written over -i2 old.json"},
		{"-", "-", ""},
	} {
		err := Distinct(named("-i", tt.in), named("-o", tt.out), Streams{})
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%q: %v", tt, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%q: %v", tt, err)
		}
	}
	only(t, dir, "dangling", "hard", "here", "link", "old.json")
}

func named(flag, paths string) []File {
	var files []File
	for i, path := range strings.Fields(paths) {
		files = append(files, File{Flag: flag + string(rune('1'+i)), Path: path})
	}
	return files
}

func TestDistinctCase(t *testing.T) {
	t.Chdir(t.TempDir())
	want := ignoresCase(".")
	err := Distinct(nil, named("-o", "report.json Report.JSON"), Streams{})
	if got := err != nil; got != want {
		t.Errorf("a folder that ignores case: %v; %v", want, err)
	}
	only(t, ".")
}

// TestDistinctStreams is about files that the shell has opened.
func TestDistinctStreams(t *testing.T) {
	dir := folder(t)
	t.Chdir(dir)
	old, err := os.OpenFile("old.json", os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	for _, tt := range []struct {
		in, out string
		std     Streams
		want    string
	}{
		{"old.json", "", Streams{Out: old}, "standard output goes to the file of -i1 old.json"},
		{"link", "-", Streams{Out: old}, "-o1 - would be written over -i1 link"},
		{"old.json", "", Streams{Err: old}, "standard error goes to the file of -i1 old.json"},
		{"", "old.json", Streams{Out: old}, "standard output goes to the file of -o1 old.json"},
		{"-", "hard", Streams{In: old}, "-o1 hard would be written over -i1 -"},
		{"-", "-", Streams{In: old, Out: old}, "-o1 - would be written over -i1 -"},
		{"", "-", Streams{Out: old}, ""},
		{"", "- old.json", Streams{Out: old}, "-o2 old.json and -o1 - are one file"},
		{"other", "new", Streams{In: old, Out: old, Err: old}, ""},
	} {
		err := Distinct(named("-i", tt.in), named("-o", tt.out), tt.std)
		if got := errText(err); got != tt.want {
			t.Errorf("%q > %q: %q, want %q", tt.in, tt.out, got, tt.want)
		}
	}
	if err := old.Truncate(0); err != nil {
		t.Fatal(err)
	}
	if err := Distinct(named("-i", "old.json"), nil, Streams{Out: old}); !strings.Contains(errText(err), "emptied before chatsim began") {
		t.Errorf("of an emptied file: %v", err)
	}
}

func TestNameHere(t *testing.T) {
	t.Chdir(folder(t))
	f, err := os.Create("=5")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := NameHere(f); got != "=5" {
		t.Errorf("%q", got)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	t.Chdir(t.TempDir())
	for _, stream := range []any{f, null, nil, strings.NewReader("")} {
		if got := NameHere(stream); got != "" {
			t.Errorf("%v: %q", stream, got)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestDanglingLinkStays holds that a link to nothing is not replaced.
func TestDanglingLinkStays(t *testing.T) {
	dir := folder(t)
	t.Chdir(dir)
	if err := WriteFile("dangling", []byte("new")); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink("dangling"); err != nil || to != "new.json" {
		t.Errorf("the link is %q, %v", to, err)
	}
	if b, err := os.ReadFile("new.json"); err != nil || string(b) != "new" {
		t.Errorf("it leads to %q, %v", b, err)
	}
}
