package cluster

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	tickEvery = 50 * time.Millisecond
	askEvery  = time.Second // for a snapshot
	maxEvents = 256         // that are taken before what came of them is published
)

// Stream is how a Runner reaches the stream of its room.
type Stream interface {
	// Publish begins to store a message, and keeps no part of it. One that may not
	// have been stored is an Event.
	Publish(data []byte) error
	// Events are what the stream tells.
	Events() <-chan Event
	// Ask has one of the other Managers send a snapshot, which is an Event.
	Ask()
	// Answer has those who ask for a snapshot come here, as Events, or not.
	Answer(on bool)
	// Close ends it; no Event comes any more.
	Close()
}

// Event is one thing that a Stream tells.
type Event struct {
	Message  Message               // Seq 0: none
	Begin    bool                  // the next Message is the one behind Place, for Why
	Place    uint64                // likewise
	Why      error                 // likewise; nil: the first time
	Keeps    int64                 // likewise: bytes that the stream keeps; 0: not known
	Failed   bool                  // a message was perhaps not stored
	Snapshot []byte                // of another Manager
	Asked    func(snapshot []byte) // another Manager wants one
	Fatal    error                 // the Stream cannot go on
}

// Host is the Machine of a Runner, and has requests of its own carried out.
type Host interface {
	Machine
	// Proposed is told that a request of Propose travels under a number of this
	// life.
	Proposed(number uint64, tag any)
	// Refused is told that it does not: the life in which it was proposed is over.
	Refused(tag any)
	// Others is told where the users of the other Managers find those, sorted, whenever
	// that changes.
	Others(addresses []string)
}

// Runner runs a Core over a Stream. Its goroutine alone calls the Host.
type Runner struct {
	// Static after NewRunner.
	core   *Core
	host   Host
	stream Stream
	began  time.Time
	wake   chan struct{}
	done   chan struct{}

	status atomic.Pointer[Status]

	mu       sync.Mutex
	proposed []proposal    // guarded by mu
	leaving  bool          // likewise
	ready    bool          // likewise
	gate     chan struct{} // likewise; closed while ready

	// Owned by the goroutine.
	id        ID
	waiting   []proposal // that were proposed, until the Core takes them
	asked     time.Duration
	answering bool
	left      bool
	moves     uint64   // of the Core, when it was asked for others last
	others    []string // that the host was told of
	err       error    // why Run has ended; for all behind done
}

type proposal struct {
	request []byte
	tag     any
}

// Status is what a Runner's Core knows.
type Status struct {
	Stats
	Ready   bool
	Peers   int
	Place   uint64
	Silence time.Duration // since something of this Manager has come back, while it has the room
	Err     error
	Behind  uint64 // bytes of the stream that the slowest Manager has not applied
	HeldUp  bool   // what users say waits for it
	Held    int64  // bytes of what users have said that has not come back
	Slowed  uint64 // times that one has waited as that was too much

	// Where users find the other Managers that live, sorted, and have found Managers of
	// the room, also those that are gone.
	Others, Known []string
}

// NewRunner returns the Runner of a Core whose Machine is the host; Run is next.
func NewRunner(core *Core, host Host, stream Stream) *Runner {
	r := &Runner{core: core, host: host, stream: stream, began: time.Now(), wake: make(chan struct{}, 1), done: make(chan struct{}), gate: make(chan struct{})}
	r.status.Store(&Status{})
	return r
}

// Propose has a request travel; the host is told what becomes of it. Requests keep
// their order.
func (r *Runner) Propose(request []byte, tag any) {
	r.mu.Lock()
	r.proposed = append(r.proposed, proposal{request, tag})
	r.mu.Unlock()
	r.poke()
}

// Leave has this Manager's life end in order; Done tells when that is known.
func (r *Runner) Leave() {
	r.mu.Lock()
	r.leaving = true
	r.mu.Unlock()
	r.poke()
}

func (r *Runner) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Done is closed when Run has ended.
func (r *Runner) Done() <-chan struct{} { return r.done }

// Err is why Run has ended, behind Done.
func (r *Runner) Err() error { return r.err }

// WaitReady waits until users may come in.
func (r *Runner) WaitReady(ctx context.Context) error {
	r.mu.Lock()
	gate := r.gate
	r.mu.Unlock()
	select {
	case <-gate:
		return nil
	case <-r.done:
		return cmp.Or(r.err, context.Canceled)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// setReady opens or closes the gate.
func (r *Runner) setReady(ready bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case ready && !r.ready:
		close(r.gate)
	case !ready && r.ready:
		r.gate = make(chan struct{})
	}
	r.ready = ready
}

// Status returns what is known now.
func (r *Runner) Status() Status { return *r.status.Load() }

// Run runs until ctx is done, this Manager has left, or it cannot go on.
func (r *Runner) Run(ctx context.Context) (err error) {
	defer func() {
		r.err = err
		close(r.done)
	}()
	defer r.refuse()
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			r.core.Tick(r.now())
			r.wants()
			now := r.core.Status()
			now.Others = r.others
			r.status.Store(&now)
		case <-r.wake:
		case e := <-r.stream.Events():
			if err := r.take(e); err != nil {
				return err
			}
		}
		r.propose()
		if err := r.publish(); err != nil {
			return err
		}
		if r.left && r.core.ended {
			return nil
		}
	}
}

// tellOthers tells the host where the other Managers are, if that has changed.
func (r *Runner) tellOthers() {
	if r.moves == r.core.lives.moves {
		return
	}
	r.moves = r.core.lives.moves
	if others := r.core.lives.others(); !slices.Equal(others, r.others) {
		r.others = others
		r.host.Others(others)
	}
}

func (r *Runner) now() time.Duration { return time.Since(r.began) }

// take takes an event, and those that have come behind it.
func (r *Runner) take(e Event) error {
	for n := 0; ; n++ {
		if e.Fatal != nil {
			return e.Fatal
		}
		r.event(e)
		if n == maxEvents || r.core.fatal != nil {
			return r.core.fatal
		}
		select {
		case e = <-r.stream.Events():
		default:
			return nil
		}
	}
}

func (r *Runner) event(e Event) {
	now := r.now()
	switch {
	case e.Begin:
		r.core.pace.keep(e.Keeps)
		r.core.Begin(now, e.Place, e.Why)
	case e.Message.Seq > 0:
		r.core.Take(now, e.Message)
	case e.Failed:
		r.core.Failed(now)
	case e.Snapshot != nil:
		_ = r.core.Install(now, e.Snapshot) // another one is asked for
	case e.Asked != nil:
		if b, err := r.core.Snapshot(); err == nil && b != nil {
			e.Asked(b)
		}
	}
}

// wants asks for a snapshot, or offers them.
func (r *Runner) wants() {
	if now := r.now(); r.core.Wants() && now-r.asked >= askEvery {
		r.asked = now
		r.stream.Ask()
	}
	if on := r.core.synced; on != r.answering {
		r.answering = on
		r.stream.Answer(on)
	}
}

// propose hands what was proposed to the Core, once its life has begun. What was
// proposed in a life that is over is refused.
func (r *Runner) propose() {
	if r.id != r.core.lives.own {
		if r.id != (ID{}) {
			r.refuse()
		}
		r.id = r.core.lives.own
	}
	if !r.core.Ready() {
		r.setReady(false)
		return
	}
	r.tellOthers()
	r.setReady(true)
	r.mu.Lock()
	r.waiting = append(r.waiting, r.proposed...)
	clear(r.proposed)
	r.proposed = r.proposed[:0]
	leaving := r.leaving
	r.mu.Unlock()
	n := 0
	for ; n < len(r.waiting) && (leaving || r.core.Takes()); n++ {
		r.host.Proposed(r.core.Propose(r.waiting[n].request), r.waiting[n].tag)
	}
	r.waiting = slices.Delete(r.waiting, 0, n)
	if leaving && !r.left {
		r.left = true
		r.core.Leave()
	}
}

func (r *Runner) refuse() {
	r.mu.Lock()
	proposed := append(r.waiting, r.proposed...)
	r.waiting, r.proposed = nil, nil
	r.mu.Unlock()
	for _, p := range proposed {
		r.host.Refused(p.tag)
	}
}

func (r *Runner) publish() error {
	for b := r.core.Publish(r.now()); b != nil; b = r.core.Publish(r.now()) {
		if err := r.stream.Publish(b); err != nil {
			r.core.Failed(r.now())
			return nil // it is published again
		}
	}
	return r.core.fatal
}
