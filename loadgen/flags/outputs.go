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
)

// output is a flag that names a file to write.
type output struct {
	name string
	file *string
}

func (c *Config) outputs() []output {
	return []output{{"json", &c.JSON}, {"junit", &c.JUnit}, {"html", &c.HTML}, {"gobench", &c.GoBench}, {"trace", &c.Trace}}
}

// Outputs are the files that the command line has written, the record too.
func (c *Config) Outputs() []report.File {
	var files []report.File
	for _, o := range c.outputs() {
		files = append(files, report.File{Flag: "-" + o.name, Path: *o.file})
	}
	if c.Serve {
		files = append(files, report.File{Flag: "-record", Path: c.Record})
	}
	return files
}

// Inputs are the files that it has read. Patterns are expanded; what they mean
// is decided again where they are read.
func (c *Config) Inputs() []report.File {
	files := []report.File{{Flag: "-judge", Path: c.Judge}, {Flag: "-baseline", Path: c.Baseline},
		{Flag: "-tls-cert", Path: c.TLSCert}, {Flag: "-tls-key", Path: c.TLSKey}, {Flag: "-tls-ca", Path: c.TLSCA}, {Flag: "-password-file", Path: c.PasswordFile}}
	old, new := c.CompareSides()
	for _, pattern := range []string{old, new} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			paths = []string{pattern}
		}
		for _, path := range paths {
			files = append(files, report.File{Flag: "-compare", Path: path})
		}
	}
	if c.AB != "" {
		if path, err := exec.LookPath(c.AB); err == nil || errors.Is(err, exec.ErrDot) {
			files = append(files, report.File{Flag: "-ab", Path: path})
		}
	}
	if self, err := os.Executable(); err == nil {
		files = append(files, report.File{Flag: "the program", Path: self})
	}
	return files
}

// stdoutName is "-" for what means standard output.
func stdoutName(path string) string {
	switch path {
	case "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1":
		return "-"
	}
	return path
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
	{"record", "file", "-record off records nothing"},
	{"log", "directory", "-log . is this one"},
}

// checkFiles looks at the names of files; whether they can be read and written
// is found out where that is done.
func (c *Config) checkFiles() error {
	for _, u := range unnamed {
		if f := c.set.Lookup(u.flag); f.Changed && f.Value.String() == "" {
			return &Error{msg: fmt.Sprintf("-%s needs the name of a %s", u.flag, u.what), hint: cmp.Or(u.hint, c.set.line(f))}
		}
	}
	for _, o := range c.outputs() {
		*o.file = stdoutName(*o.file) // or the text report would be written into it
	}
	if c.Record == recordOff {
		c.Record = ""
	}
	return nil
}

// checkCompare looks at the form of -compare.
func (c *Config) checkCompare() error {
	if old, new := c.CompareSides(); c.Explicit("compare") && (old == "" || new == "" || strings.Contains(new, ",")) {
		return &Error{msg: fmt.Sprintf("-compare %s is not OLD,NEW", show(c.Compare)), hint: "write two files, or two patterns of files: -compare 'old*.json,new*.json'"}
	}
	return nil
}
