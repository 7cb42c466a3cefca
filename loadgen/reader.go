package loadgen

import (
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/loadgen/measure"
	"chatsim/manager/poll"
	"chatsim/manager/wire"
)

const (
	// readSize is what a reader reads of a connection at once, in bytes: a busy
	// room fills it.
	readSize = 64 << 10
	// greetingReads is how many reads a newcomer's greeting may take in one turn.
	greetingReads = 16
	// atOnce is how long a reader works before others may.
	atOnce = 100 * time.Microsecond
)

// reader is a goroutine that owns the receiving side of many stays: it waits for
// all of them at once, reads what there is by one buffer, has it decoded and
// judged, and records it.
type reader struct {
	run    *run
	poller *poll.Poller
	record *measure.Reader
	buf    []byte
	frame  Frame
	now    time.Time // right after the last read
	back   []back    // of this round
}

// back is lines of the closed model that came back to a chatter, and how many it
// has still under way.
type back struct {
	to      *user
	n, left int64
}

// passOn has the next lines follow those that came back in this round. They are
// sent at once, so that a server finds many to hand on together.
func (rd *reader) passOn() {
	for _, b := range rd.back {
		rd.run.tokens.pass(b.to, b.n, b.left)
	}
	rd.back = rd.back[:0]
}

// readers are those of a run, made when the first stay needs one.
type readers struct {
	mu sync.Mutex
	// Guarded by mu.
	list []*reader
	next int

	held    atomic.Int64 // bytes of frames that are not whole, of all stays
	over    atomic.Bool
	running sync.WaitGroup
}

// of returns the reader of the next stay; an error where the system has no more
// descriptors.
func (rs *readers) of(r *run) (*reader, error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for len(rs.list) < readerCount() {
		p, err := poll.New()
		if err != nil {
			return nil, err
		}
		rd := &reader{run: r, poller: p, record: r.measure.Reader(), buf: make([]byte, 2*readSize)}
		rs.list = append(rs.list, rd)
		rs.running.Go(rd.loop)
	}
	rs.next++
	return rs.list[rs.next%len(rs.list)], nil
}

// readerCount returns how many readers a run has: with fewer, those that there are do
// not keep up at the maximum rate, where one on two processors reaches three
// quarters of what two do.
func readerCount() int { return runtime.GOMAXPROCS(0) }

// close ends the readers; no stay is under way any more.
func (rs *readers) close() {
	rs.over.Store(true)
	rs.mu.Lock()
	list := rs.list
	rs.mu.Unlock()
	for _, rd := range list {
		rd.poller.Wake()
	}
	rs.running.Wait()
}

func (rd *reader) loop() {
	defer rd.poller.Close()
	for yielded := time.Now(); ; yielded = time.Now() {
		ready, err := rd.poller.Wait(-1)
		if err != nil {
			panic(err) // of a descriptor that is ours alone
		}
		for _, c := range ready {
			rd.serve(c)
			if rd.now.Sub(yielded) > atOnce { // those who send wait, and so may the server
				runtime.Gosched()
				yielded = time.Now()
			}
		}
		rd.passOn()
		if rd.run.readers.over.Load() { // a Wake ends a Wait, also one that has something
			return
		}
		runtime.Gosched() // what the reads have made ready to run
	}
}

// serve reads what there is of a stay: once, as the others wait, but a newcomer's
// greeting whole. The roster of 9,000 users is more than one read, and a round of the
// others between two reads of it would count as the server's in the time of the join.
func (rd *reader) serve(c *poll.Conn) {
	s := c.Owner().(*stay)
	for range greetingReads {
		if more := rd.read(c, s); !more || s.session.Joined() {
			return
		}
	}
}

// read reads once, and reports whether something came and the stay goes on.
func (rd *reader) read(c *poll.Conn, s *stay) (more bool) {
	p := s.polled
	p.mu.Lock()
	over := p.over
	p.mu.Unlock()
	if over {
		return false
	}
	kept := len(p.partial)
	if len(rd.buf) < kept+readSize {
		rd.buf = make([]byte, 2*(kept+readSize))
	}
	copy(rd.buf, p.partial)
	space := rd.buf[kept : kept+readSize]
	n, err := c.Read(space)
	rd.now = time.Now()
	s.hears(space[:max(n, 0)])
	waiting := err == poll.ErrWouldBlock && p.waiting()
	if err == poll.ErrWouldBlock && !waiting {
		return false
	}
	r := rd.run
	if r.life.over.Load() {
		rd.finish(s) // what was read since is the room emptying as we close it
		return false
	}
	if n > 0 || waiting {
		err = rd.take(s, rd.buf[:kept+n], n == len(space), r.clock.at(rd.now))
	} else if err == io.EOF {
		p.mu.Lock()
		err = p.codec.End(kept)
		p.mu.Unlock()
	}
	if err != nil {
		s.end(err)
		rd.finish(s)
	}
	return n > 0 && err == nil
}

// finish ends a stay of which nothing more is observed.
func (rd *reader) finish(s *stay) {
	p := s.polled
	p.mu.Lock()
	p.over, p.partial = true, nil
	p.hold(0)
	if p.ticks != nil {
		p.ticks.Stop()
	}
	p.mu.Unlock()
	p.calls.Close()
	p.freed.send()
	s.finished()
}

// take has what was read decoded and observed, and keeps the rest.
func (rd *reader) take(s *stay, in []byte, cut bool, at time.Duration) error {
	p := s.polled
	b := s.begin(at)
	b.reader = rd
	rd.record.Begin(at)
	p.mu.Lock()
	in, err := rd.decode(&b, in, cut)
	answer := p.codec.Answer(nil)
	p.calls.LookLocked()
	waits := p.waits
	p.mu.Unlock()
	rd.record.End()
	if waits {
		p.freed.send()
	}
	p.answer(answer)
	if err == nil {
		err = p.bounded(in)
	}
	b.flush()
	if err != nil {
		return err
	}
	p.keep(in)
	b.react()
	return nil
}

// decode observes the frames of what was read and returns the rest.
func (rd *reader) decode(b *batch, in []byte, cut bool) (rest []byte, err error) {
	p := b.stay.polled
	f, codec := &rd.frame, p.codec
	for {
		if n := b.skip(p.skipper, in); n > 0 {
			in = in[n:]
			continue
		}
		n, err := codec.Decode(f, in, cut)
		in = in[n:]
		switch {
		case err == dialect.ErrShort:
			b.stray(f, n, err)
			return in, nil
		case err == nil:
			err = b.observe(f, codec)
			b.stray(f, n, err)
		default:
			err = b.stay.garbage(err)
		}
		if err != nil {
			return in, err
		}
	}
}

// skip takes a frame that others have got already, byte for byte, as most are.
func (b *batch) skip(codec dialect.Skipper, in []byte) (n int) {
	if codec == nil {
		return 0
	}
	e := b.stay.session.Likely()
	if e == nil {
		return 0
	}
	if n = codec.Skip(in, e.Raw()); n > 0 {
		l := b.stay.session.PassLikely(e, b.at)
		if t := b.stay.user.run.telling; t != nil {
			t.came(b.stay, l, &Frame{Frame: wire.Frame{Raw: []byte(e.Raw())}})
		}
		if l != nil {
			b.delivered(l, len(e.Raw())+len("\n"))
		}
	}
	return n
}

// keep keeps the beginning of a frame for the next read.
func (p *polled) keep(rest []byte) {
	if len(rest) == 0 {
		if cap(p.partial) > 1<<10 {
			p.partial = nil
		}
		p.partial = p.partial[:0]
		return
	}
	p.partial = append(p.partial[:0], rest...)
}

// adopt has a reader read the client of a stay that is a codec and a connection; false for
// any other.
func (rs *readers) adopt(s *stay, c Client) bool {
	claimed := func(string, []byte) string { return "" }
	var client *chatter.Client
	switch c := c.(type) {
	case *chatter.Client:
		client = c
	case claimingClient:
		client, claimed = c.Client, claimedText // without c, which has served
	default:
		return false
	}
	r := s.user.run
	rd, err := rs.of(r)
	if err != nil {
		return false
	}
	conn, codec, unread := client.Release()
	p := &polled{stay: s, reader: rd, codec: codec}
	if http := client.HTTP(); http != nil {
		p.calls = chatter.NewCalls(http, &p.mu, s.user.run.life.workers.Go, p.answered)
	}
	p.skipper, _ = codec.(dialect.Skipper)
	p.waiter, _ = codec.(dialect.Waiter)
	if h, ok := codec.(dialect.Holder); ok {
		h.LimitFrames(r.cfg.maxFrame())
	}
	s.polled = p
	s.client = connection{Client: p, signer: p, buffered: p, lines: p}
	if _, ok := codec.(dialect.Claimer); ok {
		s.client.claimer = claiming{p, claimed}
	}
	if _, ok := codec.(dialect.Typed); ok {
		s.client.typist = p
	}
	p.mu.Lock()
	p.conn, err = rd.poller.Add(conn, slices.Clip(unread), s)
	p.mu.Unlock()
	s.inflow = p.conn
	if err != nil { // the run is at its end
		conn.Close()
	}
	return true
}
