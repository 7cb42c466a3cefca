package poll

import (
	"errors"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
)

// Parking is for sockets that nothing has come to for long: it
// waits for all of them, so that none needs a goroutine meanwhile. It has one
// itself.
type Parking struct {
	// Static after NewParking.
	native *native
	wake   func(owner any)
	over   sync.WaitGroup

	mu sync.Mutex
	// Guarded by mu.
	places []place // the first is native.wake's
	free   []uint32
	closed bool // nobody parks any more
	ended  bool // by Close
}

// place is what the kernel reports, with its generation.
type place struct {
	spot *Spot // nil: free
	gen  uint32
}

// Spot is where an owner parks its socket, again and again.
type Spot struct {
	// Static.
	Socket syscall.RawConn
	Owner  any

	lot    *Parking    // set by Park
	tag    uint64      // its place and generation; owned by who has changed parked
	parked atomic.Bool // who ends it goes on with the socket
}

// NewParking returns a Parking that calls wake, which must not block, for each
// socket that has something to read, be it an end; it is not parked any more
// then. Its error is errors.ErrUnsupported where sockets need a goroutine each.
func NewParking(wake func(owner any)) (*Parking, error) {
	n, err := newNative()
	if err != nil {
		return nil, err
	}
	if n == nil {
		return nil, errors.ErrUnsupported
	}
	p := &Parking{native: n, wake: wake, places: make([]place, 1)}
	p.over.Go(p.wait)
	return p, nil
}

// Park parks a socket. From then on it is that of whoever is told that it is not
// parked any more: wake, or who calls Leave. So the caller is done with it, even
// before Park returns.
func (p *Parking) Park(s *Spot) error {
	s.lot = p
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return net.ErrClosed
	}
	s.tag = p.placeLocked(s)
	p.mu.Unlock()
	if err := s.arm(0, toRead); err != nil {
		p.vacate(s)
		return err
	}
	s.parked.Store(true) // until then it may be reported in vain
	return nil
}

// Leave ends the parking of a socket, and reports whether it was parked: then it
// is the caller's.
func (s *Spot) Leave() bool {
	if !s.parked.CompareAndSwap(true, false) {
		return false
	}
	_ = s.arm(toRead, 0) // or it is closed
	s.lot.vacate(s)
	return true
}

// Parked reports whether the socket is parked in this moment.
func (s *Spot) Parked() bool { return s.parked.Load() }

// Close forgets the sockets that are parked, and wakes nobody any more. The
// second time it does nothing.
func (p *Parking) Close() error {
	p.mu.Lock()
	again := p.ended
	p.closed, p.ended = true, true
	p.mu.Unlock()
	if again {
		return nil
	}
	p.native.wake()
	p.over.Wait()
	return p.native.close()
}

// wait is the goroutine.
func (p *Parking) wait() {
	var events []event
	var err error
	for {
		events, err = p.native.wait(events[:0], -1)
		if err != nil { // by a bug: nobody is to wait for ever
			p.wakeAll()
			return
		}
		for _, e := range events {
			if s := p.reported(e.tag); s != nil && s.Leave() {
				p.wake(s.Owner)
			}
		}
		runtime.Gosched()
		p.mu.Lock()
		closed := p.closed
		p.mu.Unlock()
		if closed {
			return
		}
	}
}

// wakeAll has nobody be parked any more.
func (p *Parking) wakeAll() {
	p.mu.Lock()
	p.closed = true
	var all []*Spot
	for _, at := range p.places {
		if at.spot != nil {
			all = append(all, at.spot)
		}
	}
	p.mu.Unlock()
	for _, s := range all {
		if s.Leave() {
			p.wake(s.Owner)
		}
	}
}

// reported returns whose place it is, nil if it is another's by now.
func (p *Parking) reported(tag uint64) *Spot {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at := p.places[uint32(tag)]; at.gen == uint32(tag>>32) {
		return at.spot
	}
	return nil
}

func (p *Parking) placeLocked(s *Spot) (tag uint64) {
	if len(p.free) == 0 {
		p.free = append(p.free, uint32(len(p.places)))
		p.places = append(p.places, place{})
	}
	i := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	p.places[i].spot = s
	return uint64(p.places[i].gen)<<32 | uint64(i)
}

func (p *Parking) vacate(s *Spot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := uint32(s.tag)
	p.places[i].spot = nil
	p.places[i].gen++
	p.free = append(p.free, i)
}

// arm changes what the kernel reports of the socket; a closed one is an error.
func (s *Spot) arm(was, want interest) (err error) {
	cerr := s.Socket.Control(func(fd uintptr) { err = s.lot.native.arm(int(fd), s.tag, was, want) })
	return errors.Join(cerr, err)
}
