package chatter

import (
	"time"

	"chatsim/chatter/dialect"
	"chatsim/manager/wire"
)

// Next waits for the next frame and reads it into f. It returns io.EOF after the
// last one where the server has closed in order, io.ErrUnexpectedEOF where
// that was in the middle of a frame, a *FrameError for what is no frame, a
// *dialect.CallError for a request over HTTP that was of no use, and
// otherwise the error of the connection. It does not allocate for chat lines.
func (c *Client) Next(f *Frame) error {
	if err := c.NextRaw(f); err != nil {
		return err
	}
	return c.Parse(f)
}

// NextRaw is Next without the understanding, where the dialect can do without: it
// sets f.Raw, At and More, and leaves the rest to Parse. Whoever knows what bytes
// are due need not parse those that are equal.
func (c *Client) NextRaw(f *Frame) error {
	for {
		err := c.decode(f)
		f.At = c.in.at
		if err != dialect.ErrShort {
			return err
		}
		if err := c.fill(); err != nil {
			if c.in.isWoken(err) {
				continue
			}
			f.Kind, f.Raw, f.At, f.More = wire.Invalid, nil, c.in.at, false
			return err
		}
	}
}

// decode takes a frame out of what was read.
func (c *Client) decode(f *Frame) error {
	if c.in.err != nil {
		return dialect.ErrShort // fill returns it
	}
	c.mu.Lock()
	n, err := c.codec.Decode(f, c.in.buf[c.in.start:c.in.end], c.in.full)
	c.calls.LookLocked()
	waits := c.waits
	c.mu.Unlock()
	c.freed.free(waits)
	c.in.start += n
	if err != nil {
		f.Kind, f.Raw, f.More = wire.Invalid, nil, false
		if !goesOn(err) {
			_ = c.say(c.answer) // the goodbye, where it can be said
			return c.in.fail(err)
		}
	}
	return err
}

// goesOn reports whether the stream goes on behind an error.
func goesOn(err error) bool {
	switch err.(type) {
	case *FrameError, *dialect.CallError:
		return true
	}
	return err == dialect.ErrShort
}

// freeing has room for one: the codec may let a request go now.
type freeing chan struct{}

// free has a request that waits have another look at the codec.
func (f freeing) free(waits bool) {
	if waits {
		select {
		case f <- struct{}{}:
		default:
		}
	}
}

// fill reads on, once what the codec has to answer is written.
func (c *Client) fill() error {
	if err := c.say(c.answer); err != nil {
		return c.in.fail(err)
	}
	err := c.in.fill()
	if err == errEnded {
		c.mu.Lock()
		err = c.codec.End(c.in.end - c.in.start)
		c.mu.Unlock()
		return c.in.fail(err)
	}
	return err
}

// say writes what the codec appends of itself. Behind a leave nothing is said.
func (c *Client) say(appends func(dst []byte) []byte) error {
	c.mu.Lock()
	out := appends(nil)
	c.calls.LookLocked()
	c.mu.Unlock()
	if len(out) == 0 {
		return nil
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.left {
		return nil
	}
	_, err := c.conn.Write(out)
	return err
}

// tick has the codec speak where its time has come, and again when it is next to.
func (c *Client) tick() {
	_ = c.say(func(dst []byte) []byte { // an error is for Next to find
		out, next := c.codec.Tick(dst, time.Now())
		select {
		case <-c.closed:
			return nil
		default:
		}
		switch {
		case next.IsZero():
		case c.ticks == nil:
			c.ticks = time.AfterFunc(time.Until(next), c.tick)
		default:
			c.ticks.Reset(time.Until(next))
		}
		return out
	})
}

// Parse does the rest of Next for a frame that NextRaw has set last.
func (c *Client) Parse(f *Frame) error {
	if f.Kind != wire.Invalid {
		return nil // it is parsed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.codec.Parse(f)
	if err == nil && f.Kind == wire.Welcome && len(f.Token) > 0 {
		c.token = string(f.Token)
	}
	return err
}
