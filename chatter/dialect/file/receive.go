package file

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"chatsim/chatter/dialect"
	"chatsim/manager/wire"
)

// Bare has a WebSocket frame the messages.
func (c *codec) Bare() { c.bare = true }

// Decode takes the first frame out of in.
func (c *codec) Decode(f *dialect.Frame, in []byte, _ bool) (n int, err error) {
	for {
		if ok, err := c.Queued(f); ok || err != nil {
			return n, err
		}
		message, size, err := c.first(in[n:])
		if err != nil {
			return n, err
		}
		n += size
		if ok, err := c.Take(f, message); ok || err != nil {
			return n, err
		}
	}
}

// first takes a message out of what has come.
func (c *codec) first(in []byte) (message []byte, size int, err error) {
	if c.d.Over() != Frames {
		line, _, ok := c.lines.Next(in)
		if !ok {
			return nil, 0, dialect.ErrShort
		}
		return line, len(line) + 1, nil
	}
	if len(in) < sizeBytes {
		return nil, 0, dialect.ErrShort
	}
	size = int(binary.BigEndian.Uint32(in))
	if size > dialect.DefaultFrame {
		return nil, 0, &dialect.StreamError{Frame: dialect.NewFrameError(in, fmt.Errorf("the first 4 bytes are no length of a message: %d", size))}
	}
	if size += sizeBytes; len(in) < size {
		return nil, 0, dialect.ErrShort
	}
	return in[sizeBytes:size], size, nil
}

// Skip takes a message that means the same to all clients.
func (c *codec) Skip(in []byte, raw string) (n int) {
	switch {
	case !c.d.pure || c.Waits():
		return 0
	case c.d.Over() != Frames:
		return c.lines.Skip(in, raw)
	case len(in) < sizeBytes+len(raw) || int(binary.BigEndian.Uint32(in)) != len(raw) || string(in[sizeBytes:sizeBytes+len(raw)]) != raw:
		return 0
	}
	return sizeBytes + len(raw)
}

// Take takes a whole message. One that may mean the same to all clients is left to
// Parse: most have come to another before.
func (c *codec) Take(f *dialect.Frame, message []byte) (ok bool, err error) {
	f.Frame, f.More = wire.Frame{}, false
	if len(message) == 0 {
		return false, nil
	}
	parts := c.d.parts(message)
	if c.d.pure && c.Trace == nil {
		for _, part := range parts {
			c.queue = append(c.queue, queued{frame: wire.Frame{Raw: part}})
		}
		return c.Queued(f)
	}
	c.trace("< ", message)
	steps, waiting := c.steps, len(c.queue)
	for _, part := range parts {
		if err := c.receive(part); err != nil {
			c.queue = append(c.queue, queued{err: err})
		}
	}
	if len(c.queue) == waiting && c.steps == steps {
		c.step(func() string { return nothing })
	}
	return c.Queued(f)
}

// parts returns the messages that one frame of the transport holds.
func (d *Dialect) parts(message []byte) [][]byte {
	if d.Split == "" {
		return [][]byte{message}
	}
	parts := bytes.Split(message, []byte(d.Split))
	return slices.DeleteFunc(parts, func(p []byte) bool { return len(p) == 0 })
}

// Parse does the rest for a message of which only Raw is set. Raw is kept only where
// the message is one frame and nothing else: then it is so for all.
func (c *codec) Parse(f *dialect.Frame) error {
	if f.Kind != wire.Invalid {
		return nil
	}
	raw, sent, later := f.Raw, len(c.out), c.queue
	c.queue = nil
	err := c.receive(raw)
	alone := len(c.queue) == 1 && len(c.out) == sent && !c.mine
	f.Frame = wire.Frame{Kind: wire.Unknown}
	if err == nil {
		_, err = c.Queued(f)
	}
	if alone && (f.Kind == wire.Line || f.Kind == wire.Join || f.Kind == wire.Leave) {
		f.Raw = raw
	}
	c.queue = append(c.queue, later...)
	return err
}

// receive has the file's program make frames of a message.
func (c *codec) receive(message []byte) error {
	yielded, err := c.yielded(message)
	if err != nil {
		return err
	}
	c.mine = false
	if len(yielded) == 0 {
		return c.ignore(message)
	}
	c.nothing = 0
	for _, v := range yielded {
		tagged := v.([]any)
		c.mine = c.mine || tagged[0] == true
		if err := c.apply(tagged[1]); err != nil {
			return err
		}
	}
	return nil
}

// yielded returns what receive yields for a message.
func (c *codec) yielded(message []byte) ([]any, error) {
	defer c.d.end(c.d.begin())
	input, err := c.d.decode(message)
	if err != nil {
		return nil, err
	}
	out, err := c.d.Receive.run(input, c.given("", ""))
	if err != nil {
		return nil, c.d.fail(err)
	}
	return out, nil
}

// ignore records a message of which receive makes nothing. Many of those before
// anybody is in are an error: all would wait for ever.
func (c *codec) ignore(message []byte) error {
	if c.d.ignored.Add(1) == 1 {
		c.d.mu.Lock()
		c.d.example = quote(message)
		c.d.mu.Unlock()
	}
	if c.nothing++; c.d.entered.Load() || c.nothing < maxNothing {
		return nil
	}
	return c.d.fail(c.d.Receive.wrong(0, fmt.Sprintf("receive yields nothing for %d messages, and so nobody gets in; the last one was %s", maxNothing, quote(message)),
		"something that comes has to be a {welcome: NAME}, or {ready: true}; chatsim -dialect-test shows what each message becomes"))
}

// quote returns a message as far as people want to read it.
func quote(message []byte) string {
	const shown = 200
	if len(message) > shown {
		return fmt.Sprintf("%s… (%d bytes)", bytes.ToValidUTF8(message[:shown], nil), len(message))
	}
	return string(message)
}

var errJSON = errors.New("it is no JSON")

// decode returns a message as a program has it.
func (d *Dialect) decode(message []byte) (any, error) {
	if d.Decode.text == "text" {
		return string(bytes.TrimSuffix(message, []byte("\r"))), nil
	}
	decoder := json.NewDecoder(bytes.NewReader(message))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, dialect.NewFrameError(message, fmt.Errorf("%w: %v", errJSON, err))
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, dialect.NewFrameError(message, fmt.Errorf("%w alone: more follows; see split", errJSON))
	}
	return v, nil
}
