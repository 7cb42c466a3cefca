package file

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/itchyny/gojq"

	"chatsim/chatter/dialect"
)

// codec is a client that speaks as the file says: it has the file's programs make
// messages, and frames of messages.
type codec struct {
	dialect.Base
	user
	inbox
	view
	caller // before the stream
	errand // beside it

	bare    bool // the messages are a WebSocket's
	lines   dialect.Lines
	out     []byte    // answers
	pending pendings  // requests that may yet be answered
	nothing int       // messages in a row of which receive has made nothing, before anybody was in
	next    time.Time // when every is due
	left    bool
	mine    bool // what came of the last message may be so for this client alone
}

// pending is a request that the server may answer by its reference.
type pending struct {
	ref      string
	to, text string
}

const (
	maxPending = 4096
	maxNothing = 20
	maxMessage = 16 << 20 // bytes
	sizeBytes  = 4        // before a message, where the transport is frames
)

// Codec returns the codec of one client.
func (d *Dialect) Codec(c Client) dialect.Codec {
	if c.Room == "" {
		c.Room = d.Room
	}
	of := &codec{user: user{Client: c, d: d, name: c.Asked, state: map[string]any{}, values: make([]any, len(variables))}}
	of.inbox.user, of.caller.user = &of.user, &of.user
	of.view.inbox, of.errand.view = &of.inbox, &of.view
	return of
}

func (c *codec) Login(dst []byte) ([]byte, error) {
	c.choose()
	c.begun = true
	return c.append(dst, &c.d.Login, "", "")
}

func (c *codec) Say(dst, text []byte) ([]byte, error) {
	return c.append(dst, &c.d.Say, string(text), "")
}

func (c *codec) Tell(dst []byte, target string, text []byte) ([]byte, error) {
	if !c.d.Private() {
		return dst, dialect.ErrPrivate
	}
	return c.append(dst, &c.d.Tell, string(text), target)
}

// Leave says what the file has for it, and ends sending.
func (c *codec) Leave(dst []byte) (out []byte, shut bool) {
	if !c.left {
		dst, _ = c.append(dst, &c.d.Leave, "", "") // an error is kept
	}
	c.left = true
	return dst, true
}

// End takes the end behind a goodbye for an orderly one, wherever it comes.
func (c *codec) End(rest int) error {
	if c.left {
		return io.EOF
	}
	return c.Base.End(rest)
}

func (c *codec) Answer(dst []byte) []byte {
	dst = append(dst, c.out...)
	c.out = c.out[:0]
	return dst
}

func (c *codec) Tick(dst []byte, now time.Time) (out []byte, next time.Time) {
	if c.d.Every.Seconds == 0 || c.left {
		return dst, time.Time{}
	}
	if !c.next.IsZero() && !now.Before(c.next) && !c.asksFor(&c.d.Every.Send) {
		dst, _ = c.append(dst, &c.d.Every.Send, "", "")
	}
	if c.next.IsZero() || !now.Before(c.next) {
		c.next = now.Add(time.Duration(c.d.Every.Seconds * float64(time.Second)))
	}
	return dst, c.next
}

// append appends the messages that a program yields.
func (c *codec) append(dst []byte, p *program, text, to string) ([]byte, error) {
	if p.code == nil {
		return dst, nil
	}
	began := c.d.begin()
	yielded, err := p.run(nil, c.given(text, to))
	c.d.end(began)
	if err != nil {
		return dst, c.d.fail(err)
	}
	if c.d.binds && text != "" {
		c.pending.add(pending{fmt.Sprint(c.ref), to, text})
	}
	if c.d.says && text != "" {
		c.put(lineOf(c.name, to, text))
	}
	for _, v := range yielded {
		if dst, err = c.emit(dst, p, v, text); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// emit sends a value that a program yields: a request over HTTP, or a message.
func (c *codec) emit(dst []byte, p *program, v any, text string) ([]byte, error) {
	if asked, ok := requestIn(v); ok {
		return dst, c.request(p, asked, text)
	}
	return c.message(p, dst, v)
}

// pendings are requests that may yet be answered, the oldest first.
type pendings []pending

// add adds a request. The oldest of too many is forgotten.
func (ps *pendings) add(p pending) {
	if *ps = append(*ps, p); len(*ps) > maxPending {
		*ps = slices.Delete(*ps, 0, 1)
	}
}

// answered returns the request of a reference, which is answered now.
func (ps *pendings) answered(ref any) (pending, bool) {
	text := fmt.Sprint(ref)
	i := slices.IndexFunc(*ps, func(p pending) bool { return p.ref == text })
	if i < 0 {
		return pending{}, false
	}
	p := (*ps)[i]
	*ps = slices.Delete(*ps, i, i+1)
	return p, true
}

// message appends a message, framed as the transport has it.
func (c *codec) message(p *program, dst []byte, v any) ([]byte, error) {
	var b []byte
	if text, ok := v.(string); ok && c.d.Decode.text == "text" {
		b = []byte(text)
	} else if c.d.Decode.text == "text" {
		return dst, c.d.fail(p.wrong(0, fmt.Sprintf("%s yields %s, and with decode: text a message is a string", p.key, gojq.Preview(v)), "add | tojson"))
	} else {
		var err error
		if b, err = gojq.Marshal(v); err != nil {
			return dst, c.d.fail(p.wrong(0, p.key+": "+err.Error(), ""))
		}
	}
	if why := tooLong(b); why != "" {
		return dst, c.d.fail(p.wrong(0, p.key+" yields "+why, "does it repeat or add up more than it is to?"))
	}
	c.trace("> ", b)
	switch {
	case c.bare:
		return append(append(dst, b...), dialect.EndOfMessage), nil
	case c.d.Over() == Frames:
		return append(binary.BigEndian.AppendUint32(dst, uint32(len(b))), b...), nil
	case bytes.IndexByte(b, '\n') >= 0:
		return dst, c.d.fail(p.wrong(0, fmt.Sprintf("%s yields %s: a message that is a line holds no line break", p.key, gojq.Preview(v)), "with transport: frames, or ws, it may"))
	}
	return append(append(dst, b...), '\n'), nil
}
