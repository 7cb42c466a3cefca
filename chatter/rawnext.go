package chatter

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"chatsim/manager/wire"
)

// rawBuffer is what is read at once, in bytes.
const rawBuffer = 16 << 10

// maxRosters is how many rosters may lack the user's name before it takes the
// one that it asked for: one that was on its way when the user came may be
// older than its join.
const maxRosters = 3

// Next waits for the next frame and reads it into f; f.More is never set. It
// ends as Client's Next does. What a server told to others and to whoever was
// there, before it told this user of its own join, is skipped.
func (c *Raw) Next(f *Frame) error {
	for {
		f.Raw, f.At, f.More = nil, c.at, false
		n, err := c.in.Parse(&f.Frame, c.unread, c.full)
		switch {
		case n == 0:
			if err := c.fill(); err != nil {
				f.Kind, f.At = wire.Invalid, c.at
				return err
			}
			continue
		case err != nil:
			bad := c.unread[:n]
			c.unread = c.unread[n:]
			return &FrameError{Frame: bytes.Clone(bad[:min(n, maxQuote)]), Len: n, Err: err}
		case f.Kind == wire.Roster && c.in.Given == "" && c.finds(f.Names):
			f.Frame = wire.Frame{Kind: wire.Welcome, Names: [][]byte{[]byte(c.in.Given)}}
			return nil // the roster is next
		}
		c.unread = c.unread[n:]
		if c.in.Given != "" || f.Kind == wire.Error {
			c.returned(f)
			return nil
		}
	}
}

// finds looks for the user's own name in a roster: it is the last of those that
// it may have got, as a roster is in order of joining.
func (c *Raw) finds(names [][]byte) bool {
	c.rosters++
	name := ""
	for _, n := range names {
		if c.mayBe(string(n)) {
			name = string(n)
		}
	}
	if name == "" && c.rosters == maxRosters {
		name = c.asked
	}
	if name == "" {
		return false
	}
	c.in.Given = name
	c.name.Store(&name)
	return true
}

// mayBe says whether a name is the one asked for, or that with a suffix.
func (c *Raw) mayBe(name string) bool {
	suffix, ok := strings.CutPrefix(name, c.asked)
	if !ok || suffix == "" {
		return ok
	}
	k, err := strconv.Atoi(suffix)
	return err == nil && k > 1 && suffix[0] != '+' && suffix[0] != '0'
}

// returned lets what waits for a claim go on.
func (c *Raw) returned(f *Frame) {
	cl := c.claim.Load()
	if cl != nil && f.Kind == wire.Line && strings.HasPrefix(string(f.Text), cl.text) && c.claim.CompareAndSwap(cl, nil) {
		close(cl.back)
	}
}

// fill waits for more bytes behind the unread ones.
func (c *Raw) fill() error {
	if c.err != nil {
		return c.err
	}
	if len(c.unread) > len(c.buf)/2 || c.buf == nil {
		larger := make([]byte, max(rawBuffer, 2*len(c.buf)))
		c.unread = larger[:copy(larger, c.unread)]
		c.buf = larger
	} else {
		c.unread = c.buf[:copy(c.buf, c.unread)]
	}
	n, err := c.conn.Read(c.buf[len(c.unread):])
	c.at = time.Now()
	c.unread = c.buf[:len(c.unread)+n]
	c.full = len(c.unread) == len(c.buf)
	switch {
	case n > 0:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return err
	case err == io.EOF && len(c.unread) > 0:
		err = io.ErrUnexpectedEOF
	}
	c.buf, c.unread, c.err = nil, nil, err
	return err
}
