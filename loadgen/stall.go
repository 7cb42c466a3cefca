package loadgen

import (
	"context"
	"sync"

	"chatsim/loadgen/pace"
)

// stallBuffer is the receive buffer of a chatter who stalls, in bytes: with the
// usual one the kernel would read megabytes for it, with a smaller one it could
// not catch up afterwards.
const stallBuffer = 64 << 10

// stalls has one of those who talk stop reading in the windows of its role.
func (c *cast) stalls(ctx context.Context) {
	r := c.run
	pacer := pace.New()
	defer pacer.Stop()
	for _, t := range c.turns {
		if !r.clock.until(ctx, pacer, r.stage.begin+t.Acts.From) {
			return
		}
		s := r.users[r.script.Staller()].stall()
		r.clock.until(ctx, pacer, r.stage.begin+t.Acts.To) // the end of the load ends it too
		if s != nil {
			s.resume()
		}
	}
}

// stall has the user stop reading and returns its stay; nil if it is not there.
func (u *user) stall() *stay {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.stay
	if s == nil || !u.remainsLocked() {
		return nil
	}
	if b := s.client.buffered; b != nil {
		_ = b.SetReadBuffer(stallBuffer)
	}
	s.session.Stall(u.run.clock.now())
	s.inflow.Pause()
	return s
}

func (s *stay) resume() {
	s.session.Resume(s.user.run.clock.now())
	s.inflow.Resume()
}

// inflow is what comes to a stay, as far as it can be held up.
type inflow interface {
	Pause()
	Resume()
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
