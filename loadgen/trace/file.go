package trace

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// File is a trace on its way to a file, a device, a pipe or standard output.
type File struct {
	*Writer
	path string
	file *os.File // nil: standard output
}

// Create begins a trace at path, in place of what was there; "-" is stdout.
// The header is what is known before the run, as JSON.
func Create(path string, stdout io.Writer, header []byte) (*File, error) {
	f := &File{path: path}
	out := stdout
	if path != "-" {
		var err error
		if f.file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666); err != nil {
			return nil, f.wrap(err)
		}
		out = f.file
	}
	var err error
	if f.Writer, err = NewWriter(out, header); err != nil {
		if f.file != nil {
			_ = f.file.Close()
		}
		return nil, f.wrap(err)
	}
	return f, nil
}

func (f *File) wrap(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("write the trace %s: %w", f.path, err)
}

// Finish ends the trace with the run's report, as JSON. Without one the trace
// is left as cut.
func (f *File) Finish(summary []byte) error {
	err := f.Close(summary)
	if f.file != nil {
		err = errors.Join(err, f.file.Close())
	}
	if err != nil {
		return f.wrap(err)
	}
	return nil
}

// Discard takes the trace back, in place of Finish: there was no run.
func (f *File) Discard() {
	_ = f.Finish(nil)
	if info, err := os.Stat(f.path); err == nil && info.Mode().IsRegular() && f.file != nil {
		_ = os.Remove(f.path)
	}
}
