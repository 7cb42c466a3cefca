package flags

import (
	"fmt"
	"path/filepath"
)

// sameOutput finds two outputs that would be written into each other.
func sameOutput(c *Config) error {
	outputs := c.outputs()
	for i, b := range outputs {
		for _, a := range outputs[:i] {
			if *a.file != "" && *b.file != "" && filepath.Clean(stdoutName(*a.file)) == filepath.Clean(stdoutName(*b.file)) {
				return &Error{msg: fmt.Sprintf("-%s %s and -%s %s contradict each other", b.name, show(*b.file), a.name, show(*a.file)), hint: "each needs a file of its own"}
			}
		}
	}
	return nil
}

// output is a flag that names a file to write.
type output struct {
	name string
	file *string
}

func (c *Config) outputs() []output {
	return []output{{"json", &c.JSON}, {"junit", &c.JUnit}, {"html", &c.HTML}, {"gobench", &c.GoBench}, {"trace", &c.Trace}}
}

// stdoutName is "-" for what means standard output.
func stdoutName(path string) string {
	if path == "/dev/stdout" {
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
