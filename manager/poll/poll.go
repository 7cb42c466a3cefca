// Package poll waits for many connections at once on behalf of one goroutine,
// which then needs one buffer and no goroutines beside its own. A [Poller] uses
// epoll on Linux and kqueue on macOS, where it takes the descriptors of sockets
// away from package net, so that the runtime does not wait for them as well.
// Elsewhere, and for connections that are no sockets of the system, such as TLS
// and pipes, a goroutine a connection reads and feeds the Poller. Built with the
// tag portable, that is so everywhere.
//
// Waiting is level-triggered: a connection is reported for as long as it has
// something unread. So an owner may read once, however little it takes, and an
// end that arrives together with data is reported when the data is read.
//
// The package does not know what the bytes mean.
package poll

import (
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Poller waits for connections. Wait is for one goroutine, the Poller's owner;
// everything else may be called from any.
type Poller struct {
	// Static after New.
	native *native       // nil: every connection is fed by a goroutine
	roused chan struct{} // ends a Wait that blocks without native

	sleeping atomic.Bool // Wait blocks, or is about to
	woken    atomic.Bool // by Wake, since Wait has last returned

	// Owned by the owner.
	events []event
	ready  []*Conn
	round  uint64 // counts Waits

	feeders sync.WaitGroup

	mu sync.Mutex
	// Guarded by mu.
	slots  []slot
	free   []uint32
	queue  []*Conn // to be looked at by the next Wait, see Conn.queued
	closed bool
}

// slot is the place of a connection. What the kernel reports is the slot and its
// generation: a descriptor may be that of another connection by then.
type slot struct {
	conn *Conn // nil: free
	gen  uint32
}

// New returns a Poller; Close frees what it holds.
func New() (*Poller, error) {
	n, err := newNative()
	if err != nil {
		return nil, err
	}
	return newPoller(n), nil
}

func newPoller(n *native) *Poller {
	return &Poller{native: n, roused: make(chan struct{}, 1), slots: make([]slot, 1)} // the first slot is Wake's
}

// Add takes conn over: from then on only the Conn may be used. Its first Reads
// return the bytes that were read from conn already. The owner value is for the
// caller, see Conn.Owner. Add fails only after Close, and leaves conn alone then.
func (p *Poller) Add(conn net.Conn, read []byte, owner any) (*Conn, error) {
	c := &Conn{poller: p, owner: owner, addrs: addrsOf(conn), fd: -1, reading: true, piece: read}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, net.ErrClosed
	}
	c.tag = p.placeLocked(c)
	if p.native == nil || !c.take(conn) {
		c.conn, c.more = conn, make(chan struct{}, 1)
		p.feeders.Go(func() { c.feed(len(read)) })
	}
	p.mu.Unlock()
	if len(read) > 0 {
		p.enqueue(c)
	}
	return c, nil
}

// placeLocked returns a slot and its generation.
func (p *Poller) placeLocked(c *Conn) uint64 {
	if len(p.free) == 0 {
		p.free = append(p.free, uint32(len(p.slots)))
		p.slots = append(p.slots, slot{})
	}
	i := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	p.slots[i].conn = c
	return uint64(p.slots[i].gen)<<32 | uint64(i)
}

// remove frees the slot of a closed connection for others, and has Wait return
// it a last time.
func (p *Poller) remove(c *Conn) {
	i := uint32(c.tag)
	p.mu.Lock()
	p.slots[i].conn = nil
	p.slots[i].gen++
	p.free = append(p.free, i)
	p.enqueueLocked(c)
	p.mu.Unlock()
	p.Wake()
}

// Wait returns the connections that have something to read, be it their end. It
// waits for one at most for the timeout, for ever if that is negative, and ends
// early, with none, by Wake. The slice is good until the next Wait. One that was
// closed is returned once more, unless a Read has returned net.ErrClosed already.
//
// Wait blocks only where nobody else has anything to do in this moment.
func (p *Poller) Wait(timeout time.Duration) ([]*Conn, error) {
	clear(p.ready)
	p.ready = p.ready[:0]
	p.round++
	p.look()
	err := p.poll(0)
	if err == nil && len(p.ready) == 0 && timeout != 0 {
		runtime.Gosched()
		p.sleeping.Store(true)
		if p.woken.Load() {
			timeout = 0
		}
		err = p.poll(timeout)
		p.sleeping.Store(false)
		p.look()
	}
	p.woken.Store(false)
	return p.ready, err
}

// Wake ends a Wait, the next one if there is none.
func (p *Poller) Wake() {
	if p.woken.Swap(true) || !p.sleeping.Load() {
		return
	}
	if p.native == nil {
		select {
		case p.roused <- struct{}{}:
		default:
		}
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.native.wake()
	}
}

// Close closes the connections that are left, and waits for their goroutines. It
// is called by the owner, or after its last Wait; the second time it does nothing.
func (p *Poller) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	left := make([]*Conn, 0, len(p.slots))
	for _, s := range p.slots {
		if s.conn != nil {
			left = append(left, s.conn)
		}
	}
	p.mu.Unlock()
	for _, c := range left {
		_ = c.Close()
	}
	p.feeders.Wait()
	if p.native == nil {
		return nil
	}
	return p.native.close()
}

// poll adds the connections that the kernel reports.
func (p *Poller) poll(timeout time.Duration) (err error) {
	if p.native == nil {
		p.rest(timeout)
		return nil
	}
	if p.events, err = p.native.wait(p.events[:0], timeout); err != nil || len(p.events) == 0 {
		return err
	}
	p.dispatch(p.events)
	return nil
}

func (p *Poller) dispatch(events []event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range events {
		s := p.slots[uint32(e.tag)]
		if s.conn == nil || s.gen != uint32(e.tag>>32) {
			continue // of one that is closed
		}
		if e.writable {
			s.conn.isWritable()
		}
		if e.readable {
			p.report(s.conn)
		}
	}
}

// report returns c from this Wait.
func (p *Poller) report(c *Conn) {
	if c.round != p.round {
		c.round = p.round
		p.ready = append(p.ready, c)
	}
}

// rest waits for Wake.
func (p *Poller) rest(timeout time.Duration) {
	if timeout == 0 {
		return
	}
	var late <-chan time.Time
	if timeout > 0 {
		t := time.NewTimer(timeout)
		defer t.Stop()
		late = t.C
	}
	select {
	case <-p.roused:
	case <-late:
	}
}

// enqueue has the next Wait look at c.
func (p *Poller) enqueue(c *Conn) {
	p.mu.Lock()
	p.enqueueLocked(c)
	p.mu.Unlock()
	p.Wake()
}

func (p *Poller) enqueueLocked(c *Conn) {
	if !c.queued {
		c.queued = true
		p.queue = append(p.queue, c)
	}
}

// look adds the connections that have something to read of which the kernel does
// not know. They stay in the queue until they have nothing.
func (p *Poller) look() {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := p.queue[:0]
	for _, c := range p.queue {
		has, again := c.unread()
		if has {
			p.report(c)
		}
		if c.queued = again; again {
			kept = append(kept, c)
		}
	}
	clear(p.queue[len(kept):])
	p.queue = kept
}
