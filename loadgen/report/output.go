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
	Quiet   bool   // only the verdict line
	Verbose bool   // every check
	Taken   bool   // standard output is something else's
}

// Check finds out before a run whether its report can be written.
func (o Output) Check() error {
	if o.JSON == "" || o.JSON == "-" {
		return nil
	}
	return CheckWritable(o.JSON)
}

// Write writes the report. The text comes first: it is there even if the disk
// has become full meanwhile. Where standard output is something else's, the
// text goes to standard error.
func (o Output) Write(rep *Report, stdout, stderr io.Writer) error {
	text := stdout
	if o.JSON == "-" || o.Taken {
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
