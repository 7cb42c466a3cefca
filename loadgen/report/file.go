package report

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// WriteFile writes data to path whole or not at all: a reader of path finds
// what was there before or all of data, never a part. A device or pipe is
// written directly. A symbolic link stays, and what it points to is replaced.
func WriteFile(path string, data []byte) error {
	if err := writeFile(path, data); err != nil {
		return fmt.Errorf("write %s: %w", path, reason(err))
	}
	return nil
}

func writeFile(path string, data []byte) error {
	path, direct, err := resolve(path)
	if err != nil {
		return err
	}
	if !direct {
		return replace(path, func(f *os.File) error {
			_, err := f.Write(data)
			return err
		})
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// CheckWritable reports whether WriteFile can be expected to work, and leaves
// nothing behind: it is asked before a run, so that its result is not lost.
func CheckWritable(path string) error {
	if err := checkWritable(path); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, reason(err))
	}
	return nil
}

func checkWritable(path string) error {
	path, direct, err := resolve(path)
	if err != nil || direct {
		return err // a pipe is not opened: that would wait for its reader
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	switch {
	case err == nil:
		if err := f.Close(); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err // what is write-protected is not to be replaced either
	}
	f, err = createBeside(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// resolve follows links, and tells what is written directly from what is
// replaced. A link below /dev or /proc that leads to a regular file is an open
// file of this process, such as standard output: replacing it would cut it off
// from whoever else writes there.
func resolve(path string) (final string, direct bool, err error) {
	if path == "" {
		return "", false, errors.New("the name is empty")
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return target(path), false, nil
	case err != nil:
		return "", false, err
	case info.IsDir():
		return "", false, errors.New("it is a folder")
	case !info.Mode().IsRegular():
		return path, true, nil
	}
	final, err = filepath.EvalSymlinks(path)
	if final != path && (strings.HasPrefix(path, "/dev/") || strings.HasPrefix(path, "/proc/")) {
		return path, true, nil
	}
	return final, false, err
}

// replace lets write fill a new file beside path and then gives it path's
// name. On any error path is as before and nothing is left.
func replace(path string, write func(f *os.File) error) (err error) {
	f, err := createBeside(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	err = errors.Join(write(f), keepMode(f, path), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// createBeside makes a new file in path's folder. Unlike os.CreateTemp it
// leaves the mode to the umask, as for any file that a program writes.
func createBeside(path string) (*os.File, error) {
	for try := 0; ; try++ {
		name := fmt.Sprintf(".chatsim-%08x.tmp", rand.Uint32())
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || try == 100 || !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// keepMode gives f the mode of the file that it is to replace, if there is one.
func keepMode(f *os.File, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return f.Chmod(info.Mode().Perm())
}

// reason takes the inner path off an error whose outer one is named already.
func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		if errors.Is(err, fs.ErrNotExist) {
			return errors.New("its folder does not exist")
		}
		return pe.Err
	}
	return err
}
