package loadgen

import (
	"net"
	"sync"
	"time"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/manager/poll"
)

// polled is the connection of a stay that a reader reads: a codec and a socket.
// It is the Client of that stay, but for Next: what comes goes to the reader. Its
// requests do not wait. What the connection does not take at once is written by
// a goroutine that lives for that long; until then nobody requests more, see blocks.
type polled struct {
	// Static once adopted.
	stay   *stay
	reader *reader
	conn   *poll.Conn
	freed  signal // the connection may take a request now

	out sync.Mutex // held while something is encoded and written, before mu
	// Guarded by out.
	pending []byte // not taken by the connection yet
	writing bool   // a goroutine writes it
	left    bool   // the leave is encoded

	mu sync.Mutex // held while something is encoded, and while a read is decoded
	// Guarded by mu.
	codec   dialect.Codec
	skipper dialect.Skipper // the same; nil where it is none
	waiter  dialect.Waiter  // the same; nil where it is none
	calls   *chatter.Calls  // nil where the codec asks for nothing over HTTP
	waits   bool            // a request waits until the codec lets it go
	ticks   *time.Timer     // nil where the codec knows no time
	over    bool            // the stream has ended

	// Owned by the reader.
	partial []byte // the beginning of a frame
	keeps   int64  // bytes of it and the codec's, as far as they are among those of the run
}

// request writes what a request appends to the connection.
func (p *polled) request(appends func(c dialect.Codec, dst []byte) ([]byte, error)) error {
	return p.requestBy(0, appends)
}

// requestBy is request by writes of at most so many bytes each; 0: by one.
func (p *polled) requestBy(each int, appends func(c dialect.Codec, dst []byte) ([]byte, error)) error {
	p.out.Lock()
	defer p.out.Unlock()
	buf := scratch.Get().(*[]byte)
	defer scratch.Put(buf)
	p.mu.Lock()
	b, err := appends(p.codec, (*buf)[:0])
	p.calls.LookLocked()
	due := p.waiter != nil && p.waiter.Waits()
	p.mu.Unlock()
	*buf = b
	for each > 0 && err == nil && len(b) > each {
		err = p.writeLocked(b[:each])
		b = b[each:]
	}
	if err != nil {
		return err
	}
	err = p.writeLocked(b)
	if due {
		p.conn.Again()
	}
	return err
}

// waiting reports whether the codec has frames although nothing has come.
func (p *polled) waiting() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiter != nil && p.waiter.Waits()
}

// scratch lends the memory in which a line is put together.
var scratch = sync.Pool{New: func() any {
	b := make([]byte, 0, 512)
	return &b
}}

// writeLocked writes b, or begins to. Errors are for the reader to find.
func (p *polled) writeLocked(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if !p.writing {
		n, err := p.conn.TryWrite(b)
		if err != nil || n == len(b) {
			return err
		}
		b = b[n:]
		p.writing = true
		p.reader.run.life.workers.Go(p.write)
	}
	p.pending = append(p.pending, b...)
	return nil
}

// write writes what is pending.
func (p *polled) write() {
	p.out.Lock()
	for len(p.pending) > 0 {
		b := p.pending
		p.pending = nil
		p.out.Unlock()
		_, _ = p.conn.Write(b)
		p.out.Lock()
	}
	p.writing = false
	p.out.Unlock()
	p.freed.send()
}

// blocks reports whether a request has to wait: something is still to be written, or
// the codec holds it.
func (p *polled) blocks() bool {
	writing, until := p.busy()
	return writing || !until.IsZero()
}

// busy reports whether something is still to be written, and else until when the
// codec holds the next request.
func (p *polled) busy() (writing bool, until time.Time) {
	p.out.Lock()
	writing = p.writing
	p.out.Unlock()
	if !writing {
		until = p.held()
	}
	return writing, until
}

// free waits until the stay's connection takes the next request; at once for a Client
// that waits itself.
func (s *stay) free() {
	if s.polled == nil {
		return
	}
	writing, until := s.polled.busy()
	if writing || s.polled.calls != nil {
		defer s.heldUp(s.user.run.clock.now())
	}
	for writing || !until.IsZero() {
		freed := s.polled.freed.wait()
		if writing, until = s.polled.busy(); !writing && until.IsZero() {
			return
		}
		var late <-chan time.Time
		if !until.IsZero() {
			late = time.After(time.Until(until))
		}
		select {
		case <-freed:
		case <-late:
		case <-s.done.wait():
			return
		}
	}
}

// held returns until when the next request has to wait.
func (p *polled) held() (until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		until = p.codec.Held(time.Now())
	}
	p.waits = !until.IsZero()
	return until
}

// Say sends a line to the group.
func (p *polled) Say(text []byte) error {
	return p.request(func(c dialect.Codec, dst []byte) ([]byte, error) { return c.Say(dst, text) })
}

// Tell sends a line to one name.
func (p *polled) Tell(name string, text []byte) error {
	return p.request(func(c dialect.Codec, dst []byte) ([]byte, error) { return c.Tell(dst, name, text) })
}

// LongestText returns how many bytes of text the server takes in a line.
func (p *polled) LongestText(target string) (bytes int) {
	b, ok := p.codec.(dialect.Bounded) // what a codec is does not change
	if !ok {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return b.Longest(target)
}

// TypeLines sends lines as they are.
func (p *polled) TypeLines(each int, lines ...[]byte) error {
	return p.requestBy(each, func(c dialect.Codec, dst []byte) (_ []byte, err error) {
		for _, line := range lines {
			if dst, err = c.(dialect.Typist).Type(dst, line); err != nil {
				return dst, err
			}
		}
		return dst, nil
	})
}

// Types reports whether the codec is a dialect.Typist.
func (p *polled) Types() (can, framed bool) {
	typist, ok := p.codec.(dialect.Typist) // what a codec is does not change
	return ok, ok && typist.Framed()
}

// claiming is a polled whose codec can claim another sender.
type claiming struct {
	*polled
	claimed func(sender string, text []byte) string
}

func (c claiming) Claim(sender string, text []byte) error {
	return c.request(func(d dialect.Codec, dst []byte) ([]byte, error) {
		return d.(dialect.Claimer).Claim(dst, sender, text)
	})
}

func (c claiming) ClaimedText(sender string, text []byte) string { return c.claimed(sender, text) }

// Signs returns the name that the lines carry.
func (p *polled) Signs() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, ok := p.codec.(dialect.Signer); ok {
		return s.Signs()
	}
	return p.codec.Name()
}

// Type sends bytes as they are.
func (p *polled) Type(b []byte) error {
	p.out.Lock()
	defer p.out.Unlock()
	return p.writeLocked(b)
}

// Leave begins to end the stay.
func (p *polled) Leave(kind Leave) error {
	if kind == chatter.Reset {
		p.calls.Close()
		return p.conn.Reset()
	}
	p.out.Lock()
	defer p.out.Unlock()
	p.mu.Lock()
	goodbye, shut := p.codec.Leave(nil)
	p.calls.LookLocked()
	waits := p.calls.ThenLocked(func() { p.part(goodbye, shut) })
	p.mu.Unlock()
	p.left = true
	if waits {
		return nil
	}
	return p.partLocked(goodbye, shut)
}

// part is partLocked behind the last answer over HTTP. An error is for the reader to
// find.
func (p *polled) part(goodbye []byte, shut bool) {
	p.out.Lock()
	defer p.out.Unlock()
	_ = p.partLocked(goodbye, shut)
}

// partLocked says goodbye, and ends sending if that is to be.
func (p *polled) partLocked(goodbye []byte, shut bool) error {
	if err := p.writeLocked(goodbye); err != nil || !shut {
		return err
	}
	return p.conn.CloseWrite()
}

// answered has the reader look at what came of an answer over HTTP, and writes what
// the codec has to say to that.
func (p *polled) answered() {
	p.mu.Lock()
	answer, due, waits := p.codec.Answer(nil), p.waiter.Waits(), p.waits
	p.mu.Unlock()
	p.answer(answer)
	if waits {
		p.freed.send()
	}
	if due {
		p.conn.Again()
	}
}

// answer writes what the codec has to say of itself, but behind a leave nothing.
func (p *polled) answer(b []byte) {
	p.out.Lock()
	defer p.out.Unlock()
	if !p.left && len(b) > 0 {
		_ = p.writeLocked(b)
	}
}

// tick has the codec speak where its time has come, and again when it is next to.
func (p *polled) tick() {
	p.mu.Lock()
	var out []byte
	var next time.Time
	if !p.over {
		out, next = p.codec.Tick(nil, time.Now())
		p.calls.LookLocked()
	}
	switch {
	case next.IsZero():
	case p.ticks == nil:
		p.ticks = time.AfterFunc(time.Until(next), p.tick)
	default:
		p.ticks.Reset(time.Until(next))
	}
	p.mu.Unlock()
	p.answer(out)
}

// Next is never called: the reader has the frames.
func (p *polled) Next(*Frame) error { return net.ErrClosed }

// SetReadBuffer sets how many bytes the system keeps for the reader.
func (p *polled) SetReadBuffer(bytes int) error { return p.conn.SetReadBuffer(bytes) }

// Close closes the connection.
func (p *polled) Close() error {
	p.calls.Close()
	return p.conn.Close()
}
