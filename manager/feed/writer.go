package feed

import (
	"cmp"
	"fmt"
	"runtime"
	"sync"
	"time"

	"chatsim/manager/socket"
)

const (
	writeSize = 64 << 10 // most bytes in one write to a socket: 16 to 64 KiB are best
	pieceSize = 16 << 10 // and in one to a connection that can only block
)

var (
	scratches = sync.Pool{New: func() any { return new([writeSize]byte) }}
	pieces    = sync.Pool{New: func() any { return new([pieceSize]byte) }}
	pushers   = sync.Pool{New: func() any {
		p := &pusher{}
		p.fn = p.push
		return p
	}}
)

// writer serves the ready subscribers in turn, each with one write of everything
// since its last one, and never waits for any of them.
//
// After each turn around it rests, and lets everybody else run.
type writer struct {
	*Feed
	attempt
	turn
	scratch []byte
	timer   *time.Timer // of rests
}

func newWriter(f *Feed) *writer {
	w := &writer{Feed: f, attempt: attempt{feed: f}, scratch: make([]byte, writeSize), timer: time.NewTimer(time.Hour)}
	w.attempt.fn = w.attempt.try
	return w
}

func (w *writer) run() {
	awake.Add(1)
	defer awake.Add(-1)
	w.mu.Lock()
	defer w.timer.Stop()
	for w.beginLocked(); !w.stopped; {
		switch {
		case w.served > 0 && (w.ready.empty() || w.served >= w.subs):
			leisure := w.leisureLocked()
			w.pauseLocked()
			w.lingerLocked(leisure)
			w.beginLocked()
		case w.ready.empty():
			w.waitLocked()
		default:
			w.served++
			w.serveLocked(w.ready.first())
		}
	}
	w.Unlock()
}

// serveLocked makes one write for s, giving the lock up for its time.
func (w *writer) serveLocked(s *Subscriber) {
	s.state = working
	w.busy.push(s)
	if s.raw == nil {
		w.parkLocked(s, w.now())
		return
	}
	b := w.log.Next(&s.cursor, w.scratch)
	if len(b) == 0 { // all that came was not for it
		w.settleLocked(s)
		return
	}
	w.cut = w.cut || len(b) == writeSize
	whole := false
	if s.frame != nil {
		b, whole = s.cursor.whole(b, w.log.apart)
	}
	w.Unlock()
	n, rest, err := w.write(s, b, whole)
	now := w.now()
	w.mu.Lock()
	w.wroteLocked(s, n, now)
	switch {
	case s.state == outside:
	case err != nil:
		w.endLocked(s, Broken, err)
	case n < len(b) || rest:
		w.parkLocked(s, now)
	default:
		w.settleLocked(s)
	}
}

// wroteLocked books n bytes written for s.
func (f *Feed) wroteLocked(s *Subscriber, n int, now time.Duration) {
	if n > 0 {
		f.stats.Writes++
		f.stats.Bytes += uint64(n)
	}
	if s.state == outside {
		return
	}
	if f.times != nil && n > 0 {
		f.times.waited(s.form, s.cursor.pos, s.cursor.track.end, now)
	}
	f.log.Advance(&s.cursor, n, now)
	if s.mark > 0 && s.cursor.delivered >= s.mark {
		s.mark = 0
		f.room.Broadcast()
	}
	f.madeRoomLocked()
}

// settleLocked puts s where it belongs once nobody writes for it.
func (f *Feed) settleLocked(s *Subscriber) {
	f.log.Unblock(&s.cursor)
	if f.closed {
		f.log.Finish(&s.cursor)
	}
	s.state = listed
	switch {
	case f.log.Done(&s.cursor):
		f.endLocked(s, Finished, nil)
	case f.log.Pending(&s.cursor) > 0:
		f.ready.push(s)
	default:
		f.idle.push(s)
	}
}

// parkLocked leaves s to a goroutine that waits for its connection.
func (f *Feed) parkLocked(s *Subscriber, now time.Duration) {
	f.stats.Parks++
	f.blockLocked(s, now)
	f.goroutines.Add(1)
	go parked{f, s}.resume()
}

// contain makes an error of a panic in a connection's methods.
func (f *Feed) contain(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			f.mu.Lock()
			f.stats.Panics++
			f.mu.Unlock()
			err = fmt.Errorf("panic in a connection: %v", p)
		}
	}()
	return do()
}

func (f *Feed) wrote(s *Subscriber, n int) {
	now := f.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wroteLocked(s, n, now)
}

// parked is a subscriber that is left to a goroutine of its own.
type parked struct {
	*Feed
	sub *Subscriber
}

// resume writes for it as soon as its connection takes something.
func (f parked) resume() {
	s := f.sub
	defer f.goroutines.Done()
	err := f.contain(func() error {
		if s.raw == nil {
			return f.copyOut()
		}
		p := pushers.Get().(*pusher)
		defer func() {
			p.feed, p.sub, p.err = nil, nil, nil
			pushers.Put(p)
		}()
		p.feed, p.sub = f.Feed, s
		if err := s.raw.Write(p.fn); err != nil {
			return err
		}
		return p.err
	})
	f.Lock()
	defer f.Unlock()
	switch {
	case s.state == outside:
	case err != nil:
		f.endLocked(s, Broken, err)
	default:
		f.settleLocked(s)
	}
}

// copyOut writes all that is pending by blocking writes. As in write, one
// that has little to take along lets everybody else run first who has something
// to do: on busy processors there are several times as much then.
func (f parked) copyOut() error {
	scratch := pieces.Get().(*[pieceSize]byte)
	defer pieces.Put(scratch)
	for {
		if f.pending() < pieceSize {
			runtime.Gosched()
		}
		b := f.next(scratch[:])
		if len(b) == 0 {
			return nil
		}
		n, err := f.sub.conn.Write(b)
		f.wrote(f.sub, n)
		if err != nil {
			return err
		}
	}
}

func (f parked) pending() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.Pending(&f.sub.cursor)
}

// next is Log.Next under the lock, empty for one that is out.
func (f parked) next(scratch []byte) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.Next(&f.sub.cursor, scratch)
}

// attempt is a writer's write(2) that never waits, with its callback made once.
type attempt struct {
	feed *Feed
	fn   func(fd uintptr) bool
	sub  *Subscriber
	b    []byte
	all  bool // b is whole, see Framed
	n    int
	rest bool
	err  error
}

// write writes what s's socket takes at once; n < len(b) means that it is full, as does
// a rest of the connection's own.
func (a *attempt) write(s *Subscriber, b []byte, whole bool) (n int, rest bool, err error) {
	a.sub, a.b, a.all, a.n, a.rest, a.err = s, b, whole, 0, false, nil
	err = a.feed.contain(func() error { return s.raw.Write(a.fn) })
	return a.n, a.rest, cmp.Or(err, a.err)
}

func (a *attempt) try(fd uintptr) bool {
	a.n, a.rest, a.err = a.sub.try(fd, a.b, a.all)
	return true
}

// try writes what the socket takes at once of b.
func (s *Subscriber) try(fd uintptr, b []byte, whole bool) (n int, rest bool, err error) {
	if s.frame != nil {
		return s.frame.TryWrite(fd, b, whole)
	}
	if len(b) > 0 {
		n, err = socket.Write(fd, b)
	}
	return n, false, err
}

// pusher is a write that waits for its socket, without holding memory
// meanwhile.
type pusher struct {
	fn   func(fd uintptr) bool
	feed *Feed
	sub  *Subscriber
	err  error
}

// push is called when the socket may be writable; false makes it wait. It ends
// after one whole write: the writer goes on from there.
//
// Many may be called at once, when a stall is over, and queue for the lock: only
// who has it takes a scratch, and gives it back before queueing again.
func (p *pusher) push(fd uintptr) bool {
	f := p.feed
	f.mu.Lock()
	scratch := scratches.Get().(*[writeSize]byte)
	b := f.log.Next(&p.sub.cursor, scratch[:])
	f.mu.Unlock()
	n, rest, err := p.sub.try(fd, b, false)
	p.err = err
	scratches.Put(scratch)
	if n > 0 {
		f.wrote(p.sub, n)
	}
	return p.err != nil || n == len(b) && !rest
}
