package loadgen

import (
	"context"

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
	return u.box.ifRemains(func(s *stay) {
		if b := s.client.buffered; b != nil {
			_ = b.SetReadBuffer(stallBuffer)
		}
		s.session.Stall(u.run.clock.now())
		s.inflow.Pause()
	})
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
