package flags

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"chatsim/loadgen/report"
	"chatsim/manager/choice"
	"chatsim/manager/hinted"
)

// Outputs returns the files that the command line has written, the record too.
func (c *Line) Outputs() []report.File {
	files := c.files("json", "junit", "html", "gobench", "trace")
	if c.On("serve") && c.text("record") != recordOff {
		files = append(files, c.files("record")...)
	}
	return files
}

// Inputs returns the files that it has read. Patterns are expanded; what they mean
// is decided again where they are read.
func (c *Line) Inputs() []report.File {
	files := c.files("judge", "baseline", "tls-cert", "tls-key", "tls-ca", "password-file", "operator-password-file", "dialect-test")
	if choice.IsFile(c.text("dialect")) {
		files = append(files, c.files("dialect")...)
	}
	if choice.IsFile(c.text("scenario")) {
		files = append(files, c.files("scenario")...)
	}
	old, new := c.compareSides()
	for _, pattern := range []string{old, new} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			paths = []string{pattern}
		}
		for _, path := range paths {
			files = append(files, report.File{Flag: "-compare", Path: path})
		}
	}
	if other := c.text("ab"); other != "" {
		if path, err := exec.LookPath(other); err == nil || errors.Is(err, exec.ErrDot) {
			files = append(files, report.File{Flag: "-ab", Path: path})
		}
	}
	if self, err := os.Executable(); err == nil {
		files = append(files, report.File{Flag: "the program", Path: self})
	}
	return files
}

// files returns those that flags name.
func (c *Line) files(flags ...string) []report.File {
	var files []report.File
	for _, name := range flags {
		files = append(files, report.File{Flag: "-" + name, Path: c.text(name)})
	}
	return files
}

// unnamed are flags that name a file or a directory, and what their hint is if
// they do not.
var unnamed = []struct{ flag, what, hint string }{
	{"judge", "file", "write -judge FILE; - is standard input"},
	{"baseline", "file", ""},
	{"ab", "file", ""},
	{"json", "file", "write -json FILE; - is standard output"},
	{"junit", "file", "write -junit FILE; - is standard output"},
	{"html", "file", "write -html FILE; - is standard output"},
	{"gobench", "file", "write -gobench FILE; - is standard output"},
	{"trace", "file", "write -trace FILE; - is standard output"},
	{"password-file", "file", ""},
	{"dialect-test", "file", "write -dialect-test FILE; - is standard input"},
	{"operator-password-file", "file", ""},
	{"record", "file", "-record off records nothing"},
	{"log", "directory", "-log . is this one"},
}

// checkFiles looks at the names of files; whether they can be read and written
// is found out where that is done.
func checkFiles(c *Line) error {
	for _, u := range unnamed {
		if f := c.set.Lookup(u.flag); f.Changed && f.Value.String() == "" {
			return hinted.New(fmt.Sprintf("-%s needs the name of a %s", u.flag, u.what), cmp.Or(u.hint, c.set.line(f)))
		}
	}
	return nil
}

// checkCompare looks at the form of -compare.
func checkCompare(c *Line) error {
	if old, new := c.compareSides(); c.Explicit("compare") && (old == "" || new == "" || strings.Contains(new, ",")) {
		return hinted.New(fmt.Sprintf("-compare %s is not OLD,NEW", show(c.text("compare"))), "write two files, or two patterns of files: -compare 'old*.json,new*.json'")
	}
	return nil
}

func (c *Line) compareSides() (old, new string) {
	old, new, _ = strings.Cut(c.text("compare"), ",")
	return old, new
}
