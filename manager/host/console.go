package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"chatsim/manager/host/outlet"
)

// console is where an operator's commands come from.
type console struct {
	io.Reader // ends when nothing more can come
	name      string
	out       io.Writer // for answers
	close     func()    // ends a read where that is possible; nil: it is not
}

// end ends the console, if there is one that can be ended.
func (c *console) end() (ended bool) {
	if c == nil || c.close == nil {
		return false
	}
	c.close()
	return true
}

// openConsole opens what Config.Console tells: a named pipe, "-" for standard
// input whatever that is, or nothing for standard input if a person may sit
// there. It is nil where there is no console.
func openConsole(path string, stdin io.Reader, answers io.Writer, w *words) (*console, error) {
	switch f, ok := stdin.(*os.File); {
	case path == "-" && ok && term.IsTerminal(int(f.Fd())), path == "" && ok && attended(f):
		return &console{Reader: &atTerminal{File: f, out: answers, words: w}, name: "the terminal", out: answers}, nil
	case path == "-":
		return &console{Reader: stdin, name: "standard input", out: answers}, nil
	case path == "":
		return nil, nil
	}
	p, err := openPipe(path)
	if err != nil {
		return nil, err
	}
	return &console{Reader: p, name: path, out: answers, close: sync.OnceFunc(p.end)}, nil
}

func isTerminal(w io.Writer) bool {
	if o, ok := w.(*outlet.Outlet); ok {
		w = o.Unwrap()
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// attended reports whether f is a terminal that this process may read from when
// it is in the foreground there. The terminal of another session is not: whoever
// sits there types for somebody else.
func attended(f *os.File) bool {
	if !term.IsTerminal(int(f.Fd())) {
		return false
	}
	_, err := inForeground(f)
	return err == nil
}

// turnCheck is how often a process in the background looks whether it is in the
// foreground again: a shell that brings it there need not tell it so.
const turnCheck = 250 * time.Millisecond

// atTerminal reads from a terminal while the process is in the foreground
// there. SIGTTIN has to be ignored: a read in the background then fails, instead
// of stopping the process with everybody in the room.
type atTerminal struct {
	*os.File
	out   io.Writer
	words *words
	known bool // a read was begun in the foreground
}

// Read waits for the foreground, and for input there.
func (t *atTerminal) Read(p []byte) (int, error) {
	for {
		front, err := inForeground(t.File)
		switch {
		case errors.Is(err, errNotOurs):
		case err != nil:
			return 0, err // it was hung up
		case !front:
			time.Sleep(turnCheck)
			continue
		}
		if !t.known {
			t.known = true
			fmt.Fprintf(t.out, t.words.Operator, commands)
		}
		n, err := t.File.Read(p)
		if err == nil || errors.Is(err, io.EOF) {
			return n, err
		}
		if front, gone := inForeground(t.File); front || gone != nil {
			return 0, err
		}
	}
}

// quiet is how long a pipe says nothing until its last line counts as whole
// even without an end.
const quiet = time.Second

// pipe is a named pipe that is held open, so that writers come and go without
// ending it.
type pipe struct {
	*os.File
	made   bool // by us
	inside bool // in a line that has not ended
}

func (p *pipe) Read(b []byte) (int, error) {
	limit := time.Time{}
	if p.inside {
		limit = time.Now().Add(quiet)
	}
	if err := p.SetReadDeadline(limit); err != nil {
		return 0, err
	}
	n, err := p.File.Read(b)
	switch {
	case n > 0:
		p.inside = b[n-1] != '\n'
	case p.inside && errors.Is(err, os.ErrDeadlineExceeded):
		p.inside = false
		return copy(b, "\n"), nil
	}
	return n, err
}

// end ends a read that waits, and removes the pipe if it was made here.
func (p *pipe) end() {
	p.Close()
	if p.made {
		os.Remove(p.Name())
	}
}

// attend has the console's commands carried out until ctx is done. What reads
// from a terminal or standard input cannot be waited for: nothing ends that.
func (h *house) attend(ctx context.Context, stop func()) {
	if h.console == nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.operate(ctx, stop)
	}()
	<-ctx.Done()
	if h.console.end() {
		<-done
	}
}
