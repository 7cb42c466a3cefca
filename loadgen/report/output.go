package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"chatsim/manager/screen"
)

// Output is where a report goes, and in which forms. Of the files each is a
// name, "-" for standard output, or empty for none.
type Output struct {
	JSON    string
	JUnit   string
	GoBench string
	HTML    string
	Trace   string // that somebody else writes
	Quiet   bool   // only the verdict line
	Verbose bool   // every check
}

func (o Output) files() []string { return []string{o.JSON, o.JUnit, o.GoBench, o.HTML, o.Trace} }

// Check finds out before a run whether what it leaves can be written.
func (o Output) Check() error {
	for _, path := range o.files() {
		if path == "" || path == "-" {
			continue
		}
		if err := CheckWritable(path); err != nil {
			return err
		}
	}
	return nil
}

// Text returns where text goes: to standard error where something else is for
// standard output. A terminal is sent lines that fit it.
func (o Output) Text(stdout, stderr io.Writer) io.Writer {
	if slices.Contains(o.files(), "-") {
		return screen.Fit(stderr)
	}
	return screen.Fit(stdout)
}

// Write writes the report. The text comes first: it is there even if the disk
// has become full meanwhile. A terminal that is gone does not keep the files
// from being written.
func (o Output) Write(rep *Report, stdout, stderr io.Writer) error {
	err := o.text(rep, o.Text(stdout, stderr))
	if err != nil {
		err = fmt.Errorf("write the report: %w", err)
	}
	return errors.Join(err, o.Files(One(rep), func(w io.Writer) error { return JSON(w, rep) }, stdout))
}

// Files writes the runs in all forms that are for files; json writes the one
// that depends on what was asked for. One that cannot be written does not keep
// the others from it.
func (o Output) Files(rs *Runs, json func(w io.Writer) error, stdout io.Writer) error {
	var errs []error
	for _, form := range []struct {
		name, path string
		write      func(w io.Writer) error
	}{
		{"JSON", o.JSON, json},
		{"JUnit", o.JUnit, func(w io.Writer) error { return JUnit(w, rs) }},
		{"benchmark", o.GoBench, func(w io.Writer) error { return GoBench(w, rs) }},
		{"HTML", o.HTML, func(w io.Writer) error { return HTML(w, rs) }},
	} {
		if form.path == "" {
			continue
		}
		if err := writeForm(form.path, form.write, stdout); err != nil {
			errs = append(errs, fmt.Errorf("write the %s report: %w", form.name, err))
		}
	}
	return errors.Join(errs...)
}

func writeForm(path string, write func(w io.Writer) error, stdout io.Writer) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if path == "-" {
		_, err := stdout.Write(b.Bytes())
		return err
	}
	return WriteFile(path, b.Bytes())
}

func (o Output) text(rep *Report, w io.Writer) error {
	if o.Quiet {
		return Quiet(w, rep)
	}
	return Text(w, rep, o.TextOptions(w))
}

// TextOptions returns those of the report's text on w.
func (o Output) TextOptions(w io.Writer) TextOptions {
	opt := TextOptions{Verbose: o.Verbose}
	if _, ok := screen.Terminal(w); ok {
		opt.Color, opt.Width = os.Getenv("NO_COLOR") == "", screen.Width(w)
	}
	return opt
}
