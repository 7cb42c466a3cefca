package loadgen

import (
	"context"
	"sync"
	"time"

	"chatsim/chatter/dialect"
)

// puller reads a stay whose Client no reader can read.
type puller struct {
	stay *stay
	gate gate
}

// read observes all that comes until the stream ends.
func (p *puller) read() {
	s, r := p.stay, p.stay.user.run
	defer s.finished()
	var f Frame
	for {
		p.gate.pass(r.life.ctx)
		if err := p.next(&f); err != nil {
			s.end(err)
			return
		}
		if r.life.over.Load() {
			return // what was read since is the room emptying as we close it
		}
		if err := p.batch(&f); err != nil {
			s.end(err)
			return
		}
	}
}

// batch observes a frame and those that come without waiting.
func (p *puller) batch(f *Frame) error {
	s, r := p.stay, p.stay.user.run
	if f.At.IsZero() { // the Client does not tell
		f.At = time.Now()
	}
	b := s.begin(r.clock.at(f.At))
	b.batch = r.measure.Begin(b.at)
	defer r.measure.Add(b.batch)
	defer b.flush()
	for {
		if err := b.observe(f, s.client.parser); err != nil {
			return err
		}
		b.stray(f, 0, nil)
		if !f.More {
			break
		}
		if err := p.next(f); err != nil {
			return err
		}
	}
	b.flush()
	if s.session.Endless() {
		return s.garbage(dialect.NewFrameError(nil, r.ending.overfeeds(errEndless)))
	}
	b.react()
	return nil
}

// next waits for a frame, parsed only if the client cannot do without.
func (p *puller) next(f *Frame) error {
	s := p.stay
	var err error
	if parser := s.client.parser; parser != nil {
		err = parser.NextRaw(f)
	} else {
		err = s.client.Next(f)
	}
	if err != nil {
		err = s.garbage(err)
	}
	return err
}

// gate is the inflow of a stay whose Client no reader can read.
type gate struct {
	mu   sync.Mutex
	shut chan struct{} // closed when the stay reads on; nil: it reads. Guarded by mu.
}

// Pause has the next pass wait.
func (g *gate) Pause() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut == nil {
		g.shut = make(chan struct{})
	}
}

// Resume ends Pause.
func (g *gate) Resume() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut != nil {
		close(g.shut)
		g.shut = nil
	}
}

// pass waits while the gate is shut, at most until the run's life is over.
func (g *gate) pass(life context.Context) {
	g.mu.Lock()
	shut := g.shut
	g.mu.Unlock()
	if shut != nil {
		select {
		case <-shut:
		case <-life.Done():
		}
	}
}
