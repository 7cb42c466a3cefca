package flags

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

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

// checkFiles looks at the names of files; whether they can be read and written
// is found out where that is done.
func (c *Config) checkFiles() error {
	type file struct{ name, value, dash string }
	files := []file{{"judge", c.Judge, "input"}, {"baseline", c.Baseline, ""}, {"ab", c.AB, ""}}
	for _, o := range c.outputs() {
		files = append(files, file{o.name, *o.file, "output"})
	}
	for _, f := range files {
		if c.Explicit(f.name) && f.value == "" {
			e := &Error{msg: fmt.Sprintf("-%s needs the name of a file", f.name), hint: c.set.line(c.set.Lookup(f.name))}
			if f.dash != "" {
				e.hint = fmt.Sprintf("write -%s FILE; - is standard %s", f.name, f.dash)
			}
			return e
		}
	}
	for _, o := range c.outputs() {
		*o.file = stdoutName(*o.file) // or the text report would be written into it
	}
	return nil
}
