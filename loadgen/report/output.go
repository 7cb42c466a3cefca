package report

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// Output is where a report goes, and in which forms.
type Output struct {
	JSON    string // a file, "-" for standard output, empty for none
	Trace   string // likewise, of the trace that somebody else writes
	Quiet   bool   // only the verdict line
	Verbose bool   // every check
}

// Check finds out before a run whether what it leaves can be written.
func (o Output) Check() error {
	for _, path := range []string{o.JSON, o.Trace} {
		if path == "" || path == "-" {
			continue
		}
		if err := CheckWritable(path); err != nil {
			return err
		}
	}
	return nil
}

// Write writes the report. The text comes first: it is there even if the disk
// has become full meanwhile. Where something else is for standard output, the
// text goes to standard error.
func (o Output) Write(rep *Report, stdout, stderr io.Writer) error {
	text := stdout
	if o.JSON == "-" || o.Trace == "-" {
		text = stderr
	}
	if err := o.text(rep, text); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if o.JSON == "" {
		return nil
	}
	var b bytes.Buffer
	err := JSON(&b, rep)
	switch {
	case err != nil:
	case o.JSON == "-":
		_, err = stdout.Write(b.Bytes())
	default:
		err = WriteFile(o.JSON, b.Bytes())
	}
	if err != nil {
		return fmt.Errorf("write the JSON report: %w", err)
	}
	return nil
}

func (o Output) text(rep *Report, w io.Writer) error {
	if o.Quiet {
		return Quiet(w, rep)
	}
	f, ok := w.(*os.File)
	color := ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
	return Text(w, rep, TextOptions{Verbose: o.Verbose, Color: color})
}
