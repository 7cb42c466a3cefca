package manager

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// travelMemory bounds the lines of this Manager's users that have not come back, in
// bytes.
const travelMemory = 16 << 20

// luggage is what has not come back of what users have said. Where there is too much
// of it they wait, as where the room is full.
type luggage struct {
	memory  *semaphore.Weighted
	held    atomic.Int64  // bytes
	waiting atomic.Int32  // users
	slowed  atomic.Uint64 // times that one has waited
}

// take waits until there is room for so many bytes, or ctx is done.
func (l *luggage) take(ctx context.Context, size int64) error {
	if !l.memory.TryAcquire(size) {
		l.slowed.Add(1)
		l.waiting.Add(1)
		defer l.waiting.Add(-1)
		if err := l.memory.Acquire(ctx, size); err != nil {
			return err
		}
	}
	l.held.Add(size)
	return nil
}

func (l *luggage) give(size int64) {
	l.held.Add(-size)
	l.memory.Release(size)
}

// travelling is a request of this Manager that has not come back.
type travelling struct {
	r    request
	size int64        // of the luggage
	done chan outcome // capacity 1
}

// returned is one that has, until Flush.
type returned struct {
	t   *travelling
	out outcome
}

// make has a request travel, and waits until it is applied here.
func (p *replica) make(r request) outcome { return p.wait(p.propose(r)) }

func (p *replica) propose(r request) *travelling { return p.send(r, appendRequest(nil, r), 0) }

// send has a request travel that is encoded already.
func (p *replica) send(r request, encoded []byte, size int64) *travelling {
	t := &travelling{r, size, make(chan outcome, 1)}
	p.run.Propose(encoded, t)
	return t
}

func (p *replica) wait(t *travelling) outcome {
	select {
	case out := <-t.done:
		return out
	case <-p.run.Done():
		return p.notCarriedOut(t.r)
	}
}

// tell has whoever waits for a request know what has become of it.
func (p *replica) tell(t *travelling, out outcome) {
	if t.size > 0 {
		p.luggage.give(t.size)
	}
	t.done <- out
}

// publish has lines of a user travel, and waits until those before them are applied
// here: so the next lines are read while the last ones are under way.
func (p *replica) publish(st *stay, said *publication) error {
	encoded := appendRequest(make([]byte, 0, said.travelSize()), said)
	size := min(int64(len(encoded)), travelMemory)
	if p.luggage.take(p.ctx, size) != nil {
		return errOver
	}
	before := st.way
	st.way = p.send(said, encoded, size)
	if before == nil {
		return nil
	}
	return p.wait(before).err
}

// waitRoom waits until what users say does not wait for what others have said.
func (p *replica) waitRoom() error {
	if p.luggage.waiting.Load() == 0 {
		return nil
	}
	if err := p.luggage.memory.Acquire(p.ctx, 1); err != nil {
		return errOver
	}
	p.luggage.memory.Release(1)
	return nil
}

// settle waits until all that a user has said is applied here.
func (p *replica) settle(st *stay) error {
	before := st.way
	if st.way = nil; before == nil {
		return nil
	}
	return p.wait(before).err
}

// notCarriedOut returns the outcome of a request that is not carried out.
func (p *replica) notCarriedOut(r request) outcome {
	if _, joins := r.(joinRequest); joins {
		return outcome{err: p.refusal()}
	}
	return outcome{err: errOver}
}

// Proposed implements cluster.Host.
func (p *replica) Proposed(number uint64, tag any) { p.pending[number] = tag.(*travelling) }

// Refused implements cluster.Host.
func (p *replica) Refused(tag any) {
	t := tag.(*travelling)
	p.tell(t, p.notCarriedOut(t.r))
}
