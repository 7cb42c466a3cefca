// Package feed broadcasts: entries are appended once, already encoded, to one
// log, and every subscriber is a cursor on it that is written everything since
// its last write. Total order holds by construction, memory is bounded by one
// window for all subscribers together, and a subscriber that holds the others
// up is evicted with a reason, never silently skipped.
//
// [Log] is the deterministic core; [Feed] is the shell around it that adds
// sockets, a clock and goroutines. The package does not know what the bytes
// mean, who is present or what an entry is for.
package feed

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"chatsim/manager/socket"
)

// Config sets a Feed up; its zero value works.
type Config struct {
	Window  int           // bytes kept for all subscribers together; 0: DefaultWindow
	Grace   time.Duration // how long a subscriber may hold the others up; 0: 5 s
	Writers int           // goroutines that write to sockets; 0: 1, more gained nothing on 2 cores
	Measure bool          // how long entries wait, see Stats.Waits
}

// Feed is a Log with sockets at its cursors.
//
// Its lock is exported, so that a caller can make a change of its own and the
// append that announces it in one critical section: that is where order is
// made. Nobody does I/O, encodes or waits for a peer while holding it.
type Feed struct {
	// Static after New.
	grace   time.Duration
	tick    time.Duration // between looks at blocked subscribers
	glance  time.Duration // and where the window is about to be full
	start   time.Time     // instants of the Log count from here
	stop    chan struct{} // closed when the goroutines shall end
	empty   chan struct{} // closed when closed and without subscribers
	pressed chan struct{} // has watch look at once

	goroutines sync.WaitGroup

	full atomic.Bool   // the window; changed under mu
	read atomic.Uint32 // see Read; changed under mu

	mu sync.Mutex
	// Guarded by mu. Every subscriber is on one of the three lists.
	log      *Log
	idle     list // caught up
	ready    list // something to write, in the order in which they are served
	busy     list // someone writes for it: a writer, resume, or its owner (held)
	subs     int
	ended    []ending // to be told when the lock is given up
	work     sync.Cond
	sleeping int // writers that wait for work and were not yet woken
	room     sync.Cond
	watching bool // watch is running
	closed   bool // nothing is appended any more
	stopped  bool
	stats    Stats
	times    *times // nil: not measured
	haste    haste
}

// Stats counts since New, but for the first three, which are of the moment.
type Stats struct {
	Subscribers int
	Blocked     int // of those, whose connection takes no more for now
	Retained    int // bytes
	Writes      uint64
	Bytes       uint64
	Parks       uint64    // writes that had to wait for a full connection
	Ended       [5]uint64 // subscriptions ended by the feed, by Reason
	Panics      uint64    // in connections and callbacks, contained

	// With Config.Measure only.
	Waits   Histogram     // of the oldest byte in each write, from its append on
	Behind  int           // bytes that the slowest subscriber still lacks
	Lagging time.Duration // how long the oldest of them has been waiting
}

// Conn is what a subscriber is written to, such as a net.Conn. A socket of
// package net is written to by its file descriptor and without blocking;
// a Framed one too; anything else by a goroutine of its own for the time of each write.
type Conn interface {
	io.Writer
	SetWriteDeadline(time.Time) error
}

// Framed is a Conn whose socket is written frames, and between them frames of its own. Its
// subscribers read a form that has frames, while Write may take another.
type Framed interface {
	Conn

	// Socket returns the socket that TryWrite is for; nil: there is only Write.
	Socket() syscall.RawConn

	// TryWrite writes what the socket takes at once of b, which are frames, or a part of
	// them cut anywhere, and of its own frames where one of b ends. What is whole ends
	// where a frame does, and has only what all get. TryWrite returns how many bytes of b
	// are written, and whether own ones wait for the socket, which the next call writes
	// first.
	TryWrite(fd uintptr, b []byte, whole bool) (n int, rest bool, err error)
}

// Subscriber is one connection's place in a Feed, for one stay.
type Subscriber struct {
	// Static after NewSubscriber.
	conn  Conn
	raw   syscall.RawConn // nil: only conn.Write
	frame Framed          // what writes to raw; nil: the feed itself
	onEnd func(Reason, error)

	// Guarded by Feed.mu.
	cursor Cursor
	links  links
	state  state
	held   bool  // working, by its owner
	form   Form  // static after NewSubscriber
	mark   int64 // someone waits until so many bytes were consumed; 0: nobody

	queued int // bytes last seen in the socket's queue; owned by watch
}

type state uint8

const (
	outside state = iota // not subscribed, or not any more
	listed               // idle or ready
	working              // busy
)

// New starts a Feed. Close stops it.
func New(cfg Config) *Feed {
	if cfg.Grace <= 0 {
		cfg.Grace = 5 * time.Second
	}
	f := &Feed{
		grace:   cfg.Grace,
		tick:    min(cfg.Grace/16, 250*time.Millisecond),
		glance:  max(cfg.Grace/200, time.Millisecond),
		start:   time.Now(),
		stop:    make(chan struct{}),
		empty:   make(chan struct{}),
		pressed: make(chan struct{}, 1),
		log:     NewLog(cfg.Window),
		haste:   newHaste(),
	}
	f.noteReadLocked() // nobody else has it yet
	f.idle.init()
	f.ready.init()
	f.busy.init()
	f.work.L, f.room.L = f, f
	if cfg.Measure {
		f.times = &times{}
	}
	for range max(cfg.Writers, 1) {
		f.goroutines.Go(newWriter(f).run)
	}
	return f
}

// NewSubscriber prepares a subscription of conn. onEnd is called once if the
// feed ends it, from any goroutine and without the lock; it must not block. The
// feed never closes conn: what its peer has sent may still be read.
func NewSubscriber(conn Conn, onEnd func(Reason, error)) *Subscriber {
	return NewFormSubscriber(conn, 0, onEnd)
}

// NewFormSubscriber is NewSubscriber for entries in another form than the first.
func NewFormSubscriber(conn Conn, form Form, onEnd func(Reason, error)) *Subscriber {
	s := &Subscriber{conn: conn, form: form, raw: socket.Raw(conn), onEnd: onEnd}
	if framed, ok := conn.(Framed); ok {
		if s.raw = framed.Socket(); s.raw != nil {
			s.frame = framed
		}
	}
	s.links.sub, s.cursor.owner = s, s
	return s
}

// under returns the socket that s is written to, raw or below; nil: unknown.
func (s *Subscriber) under() syscall.RawConn {
	if s.raw != nil {
		return s.raw
	}
	return socket.Raw(socket.Under(s.conn))
}

// now returns the instant for the Log.
func (f *Feed) now() time.Duration { return time.Since(f.start) }

// Stats returns the counters as they are now.
func (f *Feed) Stats() Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	st := f.stats
	st.Subscribers, st.Blocked, st.Retained = f.subs, f.log.Blocked(), f.log.Retained()
	if f.times != nil {
		st.Waits = f.times.waits
		st.Behind, st.Lagging = f.slowestLocked()
	}
	return st
}

// Close lets everybody have what was appended, takes no more, and stops the
// feed when all is written or ctx is done; then those who lack something end as
// Closed, and the context's error is returned. It waits for all goroutines.
func (f *Feed) Close(ctx context.Context) error {
	f.Lock()
	if !f.closed {
		f.closed = true
		f.haste.urge()
		f.room.Broadcast()
		if f.subs == 0 {
			close(f.empty)
		}
		for s := range f.idle.all() {
			f.settleLocked(s)
		}
		for s := range f.ready.all() {
			f.log.Finish(&s.cursor)
		}
	}
	f.Unlock()
	var err error
	select {
	case <-f.empty:
	case <-ctx.Done():
		err = ctx.Err()
	}
	f.Lock()
	for _, l := range []*list{&f.idle, &f.ready, &f.busy} {
		for s := range l.all() {
			f.endLocked(s, Closed, err)
		}
	}
	if !f.stopped {
		f.stopped = true
		close(f.stop)
		f.sleeping = 0
		f.work.Broadcast()
	}
	f.Unlock()
	f.goroutines.Wait()
	return err
}
