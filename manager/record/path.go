package record

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"syscall"

	"chatsim/manager/lock"
)

// maxMoves limits how often one Write starts over because the file was deleted
// or truncated under it.
const maxMoves = 3

// errGone is a Write that failed because no file is open that anybody could
// find; what keeps a new one from being opened is the trouble of the path.
var errGone = errors.New("the file was deleted")

// pathFile is whatever file is found at a path: one that is moved away, deleted
// or truncated, as people rotate logs, is followed by a new one there.
//
// It only appends, and counts bytes as written when a look at the file behind
// the write finds them in a file that still has a name. A line of which one file
// holds the start is written to the next one from its start.
//
// It is owned by one goroutine.
type pathFile struct {
	path   string
	format Format
	opened func(why string) // told of each new file

	f     *os.File
	perm  fs.FileMode // of f
	size  int64       // of f after the last write, if it is a regular file
	gone  bool        // f has no name any more
	line  []byte      // the start of a line, up to what was written last
	carry []byte      // its end, which f does not hold yet

	trouble error // why what is at the path is not the file that is written; nil: it is
}

// openPath opens or makes the file at a path, and ends its last line if that
// has no end.
func openPath(path string, cfg Config) (p *pathFile, ended bool, err error) {
	p = &pathFile{path: path, format: cfg.Format, opened: cfg.Opened}
	f, err := openFile(path, 0o600)
	if err == nil {
		ended, err = p.take(f)
	}
	if err != nil {
		return nil, false, explain(path, cfg.Format, err)
	}
	return p, ended, nil
}

// take goes on with another file, which it locks and looks into. It closes it
// if it cannot be gone on with.
func (p *pathFile) take(f *os.File) (ended bool, err error) {
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() {
		if err = lock.File(f); err == nil {
			err = p.format.check(f, info.Size())
		}
		if err == nil {
			ended, err = endLine(f)
		}
	}
	if err != nil {
		f.Close()
		return false, err
	}
	p.f, p.perm, p.gone = f, info.Mode().Perm(), false
	return ended, p.begin()
}

// begin goes on behind the end of the file, with the whole of the line that was
// begun elsewhere.
func (p *pathFile) begin() error {
	info, err := p.f.Stat()
	if err != nil {
		return err
	}
	p.size, p.carry = info.Size(), append(p.carry[:0], p.line...)
	return nil
}

// openFile opens a file for reading, too, so that what it holds can be looked
// at. A pipe or device is only written: who reads a pipe itself would never
// learn that nobody else does.
func openFile(path string, perm fs.FileMode) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil || info.Mode().IsRegular() || info.IsDir():
		return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, perm)
	case info.Mode()&fs.ModeNamedPipe != 0: // without waiting for a reader
		return os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	}
	return os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
}

// Write appends b, of which n bytes are kept.
func (p *pathFile) Write(b []byte) (n int, err error) {
	for range maxMoves {
		p.follow(false)
		if p.gone {
			break
		}
		if len(p.carry) > 0 {
			n, err := p.f.Write(p.carry)
			p.size += int64(n)
			if p.carry = p.carry[n:]; err != nil {
				return 0, err
			}
		}
		before := p.size
		n, err = p.f.Write(b)
		if p.size += int64(n); p.kept(before, n) {
			p.extend(b[:n])
			return n, err
		}
		p.carry = append(p.carry[:0], p.line...)
	}
	return 0, errGone
}

// kept looks whether n bytes that were just written behind a size are there,
// and not in a file that was deleted or truncated meanwhile. In one that was
// emptied before the write they are all there is.
func (p *pathFile) kept(before int64, n int) bool {
	info, err := p.f.Stat()
	if err != nil || !info.Mode().IsRegular() || n == 0 {
		return true // nothing better is known
	}
	if links(info) == 0 {
		p.gone = true
		return false
	}
	if info.Size() >= before+int64(n) {
		return true
	}
	return info.Size() == int64(n) && len(p.line) == 0
}

// extend keeps the start of a line that b ends in.
func (p *pathFile) extend(b []byte) {
	if end := bytes.LastIndexByte(b, '\n'); end >= 0 {
		p.line, b = p.line[:0], b[end+1:]
	}
	p.line = append(p.line, b...)
}

// change is what has happened to a file since the last write.
type change string

const (
	none      change = ""
	moved     change = "moved"
	deleted   change = "deleted"
	truncated change = "truncated"
	longer    change = "longer" // somebody else has written to it
	asked     change = "asked"  // nothing that could be seen
)

// follow opens what is at the path anew if that is not the file that is open,
// and with anew also if that is no regular file. Where this fails the old one
// goes on, if it still has a name.
func (p *pathFile) follow(anew bool) {
	what, err := p.look(anew)
	switch what {
	case none:
	case truncated, longer:
		if _, err = endLine(p.f); err == nil {
			err = p.begin()
		}
	default:
		err = p.reopen()
	}
	p.trouble = explain(p.path, p.format, err)
	if err == nil && what != none && what != longer {
		p.opened(string(what))
	}
}

// look finds out what has happened to the file.
func (p *pathFile) look(anew bool) (change, error) {
	now, err := p.f.Stat()
	if err != nil {
		return none, err
	}
	regular := now.Mode().IsRegular()
	p.gone = regular && links(now) == 0
	there, err := os.Stat(p.path)
	switch {
	case p.gone:
		return deleted, nil
	case errors.Is(err, fs.ErrNotExist), err == nil && !os.SameFile(now, there):
		return moved, nil
	case err != nil:
		return none, err
	case anew && !regular:
		return asked, nil
	case regular && now.Size() < p.size:
		return truncated, nil
	case regular && now.Size() > p.size:
		return longer, nil
	}
	return none, nil
}

// reopen goes on with the file that is at the path now, and makes last what is
// in the one before.
func (p *pathFile) reopen() error {
	f, err := openFile(p.path, p.perm)
	if err != nil {
		return err
	}
	old, gone := p.f, p.gone
	if _, err := p.take(f); err != nil {
		return err
	}
	defer old.Close()
	if gone {
		return nil
	}
	if len(p.line) > 0 {
		_, _ = old.Write(newline) // else the next to open it does so
	}
	if err := old.Sync(); err != nil && syncs(err) {
		return err
	}
	return nil
}

func (p *pathFile) Sync() error  { return p.f.Sync() }
func (p *pathFile) Close() error { return p.f.Close() }

var newline = []byte("\n")

// endLine ends a last line that has no end.
func endLine(f *os.File) (ended bool, err error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], info.Size()-1); err != nil || last[0] == '\n' {
		return false, err
	}
	_, err = f.Write(newline)
	return true, err
}
