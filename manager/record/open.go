package record

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"chatsim/manager/hinted"
	"chatsim/manager/lock"
)

// file is what a Recorder needs of an os.File.
type file interface {
	io.WriteCloser
	Sync() error
}

// Open opens or makes the file and goes on at its end; ended reports whether its
// last line had no end, and has one now. Its errors are *Error, and leave the
// file as it was.
//
// A file that is moved away, deleted or emptied meanwhile is opened anew.
func Open(path string, cfg Config) (r *Recorder, ended bool, err error) {
	cfg.setDefaults()
	p, ended, err := openPath(path, cfg)
	if err != nil {
		return nil, false, err
	}
	return start(path, p, cfg), ended, nil
}

// To records into something that is open already and stays so, such as standard
// output.
func To(w io.Writer, name string, cfg Config) *Recorder {
	cfg.setDefaults()
	return start(name, lent{w}, cfg)
}

// lent is a file that is somebody else's.
type lent struct{ io.Writer }

func (s lent) Sync() error {
	if f, ok := s.Writer.(interface{ Sync() error }); ok {
		return f.Sync()
	}
	return nil
}

func (lent) Close() error { return nil }

// Check reports why Open would not take the file as it is now. It leaves alone
// what is there, and makes nothing.
func Check(path string, format Format) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		defer f.Close()
		var info fs.FileInfo
		if info, err = f.Stat(); err == nil && info.Mode().IsRegular() {
			err = format.check(f, info.Size())
		}
	}
	return explain(path, format, err)
}

// start begins to record into a file.
func start(path string, f file, cfg Config) *Recorder {
	cfg.setDefaults()
	r := &Recorder{cfg: cfg, path: path, file: f, place: cfg.Place, wake: make(chan struct{}, 1), done: make(chan struct{})}
	r.at, _ = f.(*pathFile)
	go r.run() // until Close
	return r
}

// What keeps a file from being gone on with.
var (
	errOther  = errors.New("it holds something else than a record")
	errFormat = errors.New("it is a record in another format")
)

// explain returns the error for what keeps a record from being opened; nil for none.
func explain(path string, format Format, err error) error {
	if err == nil {
		return nil
	}
	msg, hint := fmt.Sprintf("open the record %s: %v", path, unwrapped(err)), "choose another file with -record FILE, or none with -record off"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		msg = fmt.Sprintf("open the record %s: there is no directory %s", path, filepath.Dir(path))
	case errors.Is(err, errOther):
		msg = fmt.Sprintf("%s is not a record: it holds something else, and is left as it is", path)
	case errors.Is(err, errFormat):
		msg = fmt.Sprintf("%s is a record in %v, not in %v, and is left as it is", path, format.other(), format)
		hint = fmt.Sprintf("go on with it by -record-format %v, or choose another file with -record FILE", format.other())
	case errors.Is(err, syscall.ENXIO):
		msg = fmt.Sprintf("open the record %s: nobody reads the pipe", path)
	case errors.Is(err, lock.ErrHeld):
		msg = fmt.Sprintf("the record %s is being written by another process", path)
	}
	return hinted.New(msg, hint)
}

// unwrapped leaves out what a *fs.PathError says of the path.
func unwrapped(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
