package report

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"chatsim/manager/hinted"
)

// File is a file that a command line names: "-json x.json" or "-baseline
// x.json". The path may be "-", and files of a pattern have each a File.
type File struct {
	Flag string
	Path string
}

func (f File) String() string { return f.Flag + " " + Printable(f.Path) }

// Streams are the process's own, for Distinct: what is no *os.File is nothing
// that a name can lead to.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Distinct refuses outputs that would be written over an input of the same
// command, or over each other, and inputs that the shell has standard output or
// error written over. Files are told apart by what they are and not by their
// names: links, other spellings and other cases lead to the same one.
func Distinct(inputs, outputs []File, std Streams) error {
	ins, outs := identities(inputs, std.In), identities(outputs, std.Out)
	for i, out := range outs {
		for _, other := range outs[:i] {
			if out.Path == "-" && other.Path == "-" || out.same(other) {
				return hinted.New(fmt.Sprintf("%v and %v are one file", out.File, other.File), "each needs a file of its own")
			}
		}
		for _, in := range ins {
			if both := out.Path == "-" && in.Path == "-"; out.same(in) && !(both && !in.info.Mode().IsRegular()) { // a terminal or socket is both
				return hinted.New(fmt.Sprintf("%v would be written over %v", out.File, in.File), "choose another file for "+out.Flag)
			}
		}
	}
	for _, stream := range []struct {
		name string
		to   any
	}{{"standard output", std.Out}, {"standard error", std.Err}} {
		if err := redirected(stream.name, stat(stream.to), ins, outs); err != nil {
			return err
		}
	}
	return nil
}

// redirected refuses that the shell writes a stream over a file.
func redirected(name string, info os.FileInfo, ins, outs []identity) error {
	if info == nil || !info.Mode().IsRegular() {
		return nil
	}
	for _, in := range ins {
		if in.info != nil && os.SameFile(in.info, info) {
			emptied := ""
			if info.Size() == 0 {
				emptied = ", which the shell has emptied before chatsim began"
			}
			return hinted.New(fmt.Sprintf("%s goes to the file of %v%s", name, in.File, emptied), "a shell's > empties a file at once: redirect to another one")
		}
	}
	for _, out := range outs {
		if out.Path != "-" && out.info != nil && os.SameFile(out.info, info) {
			return hinted.New(fmt.Sprintf("%s goes to the file of %v", name, out.File), "each needs a file of its own")
		}
	}
	return nil
}

// identity is what a name leads to.
type identity struct {
	File
	info   os.FileInfo // nil: there is nothing yet,
	folder os.FileInfo // but this is where it would be, nil if that is not there
	base   string      // by this name
}

func identities(files []File, dash any) []identity {
	var out []identity
	for _, f := range files {
		id := identity{File: f}
		switch {
		case f.Path == "":
			continue
		case f.Path == "-":
			id.info = stat(dash)
		default:
			id.find(f.Path)
		}
		out = append(out, id)
	}
	return out
}

func (id *identity) find(path string) {
	path = target(path)
	if info, err := os.Stat(path); err == nil {
		id.info = info
		return
	}
	id.base = filepath.Base(path)
	if info, err := os.Stat(filepath.Dir(path)); err == nil {
		id.folder = info
	}
}

// same reports whether two names lead to one file. A device takes what many
// write to it.
func (id identity) same(other identity) bool {
	switch {
	case id.info != nil && other.info != nil:
		return id.info.Mode()&fs.ModeCharDevice == 0 && os.SameFile(id.info, other.info)
	case id.info != nil || other.info != nil || id.folder == nil || other.folder == nil || !os.SameFile(id.folder, other.folder):
		return false
	case id.base == other.base:
		return true
	}
	return strings.EqualFold(id.base, other.base) && ignoresCase(filepath.Dir(target(id.Path)))
}

// ignoresCase reports whether a folder takes names of upper and lower case for
// the same; it is asked with a file that is made for it.
func ignoresCase(folder string) bool {
	f, err := createBeside(filepath.Join(folder, "x"))
	if err != nil {
		return false
	}
	defer os.Remove(f.Name())
	defer f.Close()
	_, err = os.Stat(filepath.Join(folder, strings.ToUpper(filepath.Base(f.Name()))))
	return err == nil
}

// stat looks at an open file; nil if stream is none.
func stat(stream any) os.FileInfo {
	f, ok := stream.(*os.File)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	return info
}

// NameHere returns the name that an open file has in the working directory, or
// empty: what a shell's > has just made is there.
func NameHere(stream any) string {
	info := stat(stream)
	if info == nil || !info.Mode().IsRegular() {
		return ""
	}
	entries, _ := os.ReadDir(".")
	for _, e := range entries {
		if other, err := e.Info(); err == nil && os.SameFile(info, other) {
			return e.Name()
		}
	}
	return ""
}

// target follows symbolic links, also those that lead to nothing yet.
func target(path string) string {
	for range 40 { // as many as systems follow
		to, err := os.Readlink(path)
		if err != nil || strings.HasPrefix(path, "/dev/") || strings.HasPrefix(path, "/proc/") {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return path
}
