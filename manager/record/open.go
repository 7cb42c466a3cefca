package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// longestLine is how far before a file's end the end of a line is looked for,
// in bytes: no message is longer.
const longestLine = 64 << 10

// Error is why a record cannot be opened.
type Error struct{ msg, hint string }

func (e *Error) Error() string { return e.msg }

// Hint is advice beside the error.
func (e *Error) Hint() string { return e.hint }

// file is what a Recorder needs of an os.File.
type file interface {
	io.WriteCloser
	Sync() error
}

// Open opens or makes the file and goes on at its end. cut is how many bytes of
// an unfinished last line were taken off. Its errors are *Error.
func Open(path string, cfg Config) (r *Recorder, cut int64, err error) {
	f, err := openFile(path)
	if err != nil {
		return nil, 0, explain(path, err)
	}
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() {
		if err = lock(f); err == nil {
			cut, err = repair(f, info.Size())
		}
	}
	if err != nil {
		f.Close()
		return nil, 0, explain(path, err)
	}
	return start(path, f, cfg), cut, nil
}

// openFile opens a file for reading, too, so that it can be repaired. A pipe or
// device is only written: who reads a pipe itself would never learn that nobody
// else does.
func openFile(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil || info.Mode().IsRegular() || info.IsDir():
		return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	case info.Mode()&fs.ModeNamedPipe != 0: // without waiting for a reader
		return os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
}

// start begins to record into a file.
func start(path string, f file, cfg Config) *Recorder {
	if cfg.Buffer <= 0 {
		cfg.Buffer = defaultBuffer
	}
	if cfg.Sync <= 0 {
		cfg.Sync = defaultSync
	}
	if cfg.Notify == nil {
		cfg.Notify = func(error) {}
	}
	r := &Recorder{cfg: cfg, path: path, file: f, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go r.run() // until Close
	return r
}

// What a file can be instead of a record of ours.
var (
	errNoLines = errors.New("no line of it ends")
	errLocked  = errors.New("another process is writing it")
)

func explain(path string, err error) error {
	e := &Error{msg: fmt.Sprintf("open the record %s: %v", path, unwrapped(err)), hint: "choose another file with -record FILE, or none with -record off"}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.msg = fmt.Sprintf("open the record %s: there is no directory %s", path, filepath.Dir(path))
	case errors.Is(err, errNoLines):
		e.msg = fmt.Sprintf("%s is not a record: no line ends in its last %d KiB", path, longestLine>>10)
	case errors.Is(err, syscall.ENXIO):
		e.msg = fmt.Sprintf("open the record %s: nobody reads the pipe", path)
	case errors.Is(err, errLocked):
		e.msg = fmt.Sprintf("the record %s is being written by another process", path)
	}
	return e
}

// unwrapped leaves out what a *fs.PathError says of the path.
func unwrapped(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// repair cuts an unfinished last line off.
func repair(f *os.File, size int64) (cut int64, err error) {
	tail := make([]byte, min(size, longestLine))
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil && len(tail) > 0 {
		return 0, err
	}
	end := bytes.LastIndexByte(tail, '\n') + 1
	if end == 0 && size > longestLine {
		return 0, errNoLines
	}
	cut = int64(len(tail) - end)
	if cut == 0 {
		return 0, nil
	}
	return cut, f.Truncate(size - cut)
}
