package loadgen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/manager/hinted"
	"chatsim/manager/wire"
)

// Killer kills the server at a door, without a word to anybody.
type Killer func(ctx context.Context, door int) error

// Lease returns for how long the servers of a room of this process wait for one that is
// silent: short enough for the others to learn of its death soon after the load, and
// long enough for a busy machine.
func (c Config) Lease() time.Duration {
	return min(max(c.withDefaults().Duration/4, 5*time.Second), 20*time.Second)
}

// losses are the servers of a run that have died, or may. A connection that ends at
// the door of one is no eviction, if all others there end as well.
type losses struct {
	// Static.
	stage      *stage
	departures *departures
	addrs      []Door        // all that there are
	limit      time.Duration // within which the others are to learn of those who were there

	until atomic.Int64 // leaves of those whose servers have died may be told until then

	mu sync.Mutex
	// Guarded by mu.
	doors  []doorway
	all    []*loss
	killed map[int]bool // doors whose servers the run has killed
	silences
}

// doorway is what is known of a door.
type doorway struct {
	may     bool           // its server may die
	present map[*stay]bool // connections that came in there and have not ended
	loss    *loss          // the last one, nil: none
	left    []*stay        // connections that have just ended, of those who had left
}

// loss is a server that has died.
type loss struct {
	door    int
	at      time.Duration
	killed  bool           // by the run
	lost    []*stay        // those who had not begun to leave,
	others  []*stay        // and those who had
	pending map[*stay]bool // who were there then too, and whose connections have not ended
	back    int
	backAt  time.Duration // when the last of those came in
	silence time.Duration // the longest in which nobody got a line, until the next loss
}

// dead reports whether the server has died, as far as is known yet.
func (in *loss) dead() bool { return in.killed || len(in.pending) == 0 }

// newLosses returns those of a run, whose servers may die where it declares that.
func newLosses(cfg *Config, at *stage, d *departures) *losses {
	l := &losses{stage: at, departures: d, addrs: cfg.Doors, limit: cfg.LossLimit, killed: make(map[int]bool)}
	if cfg.LossLimit == 0 || cfg.Story != nil {
		return l
	}
	l.doors = make([]doorway, len(cfg.Doors))
	for i := range l.doors {
		l.doors[i] = doorway{may: cfg.ExpectLoss, present: make(map[*stay]bool)}
	}
	return l
}

// there records that a stay has come in at a door.
func (l *losses) there(s *stay) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.door < len(l.doors) {
		l.doors[s.door].present[s] = true
	}
}

// may reports whether the server at a door may die, or has.
func (l *losses) may(door int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return door < len(l.doors) && l.doors[door].may
}

// justNow is how long ago a chatter may have begun to leave whose server has died
// meanwhile.
const justNow = 2 * time.Second

// endOf records that the connection of a stay has ended, which has left or was about
// to. It returns the loss of which that is a part, nil where there is none.
func (l *losses) endOf(s *stay, left bool, at time.Duration) *loss {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.door >= len(l.doors) {
		return nil
	}
	d := &l.doors[s.door]
	delete(d.present, s)
	open := d.loss != nil && d.loss.pending[s]
	if open {
		delete(d.loss.pending, s)
	}
	switch {
	case !d.may:
		return nil
	case left && !open:
		d.left = append(slices.DeleteFunc(d.left, func(o *stay) bool { _, since := o.session.Left(); return at-since > justNow }), s)
		return nil
	case !open:
		d.loss = &loss{door: s.door, at: at, killed: l.killed[s.door], pending: make(map[*stay]bool)}
		for o := range d.present {
			if !o.hasStalled() {
				d.loss.pending[o] = true
			}
		}
		l.all = append(l.all, d.loss)
		d.loss.others = append(d.loss.others, d.left...) // the server may have been dead by then
		d.left = nil
	}
	if left {
		d.loss.others = append(d.loss.others, s)
	} else {
		d.loss.lost = append(d.loss.lost, s)
	}
	return d.loss
}

// loses has the judge know that a stay ends by the death of its server, if it does,
// and its chatter come back elsewhere. left tells that it had begun to leave.
func (s *stay) loses(left bool) bool {
	r, u := s.user.run, s.user
	now := r.clock.now()
	left = left || !s.session.Joined()
	in := r.losses.endOf(s, left, now)
	if in == nil {
		return false
	}
	r.traffic.moves(now)
	raise(&r.losses.until, int64(now+r.cfg.LossLimit+ledger.MaxStandstill))
	if !s.session.Lose(now, r.cfg.LossLimit) || left {
		return false // it was about to go anyway, or has not come in
	}
	r.departures.left(check.Lost)
	if !r.stage.is(Drains) {
		u.way.on(in)
	}
	return true
}

// returned records that a chatter whom a loss has put out is in again.
func (l *losses) returned(in *loss, at time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	in.back++
	in.backAt = max(in.backAt, at)
}

// explain reports whether somebody could not come in at a door because its server has
// died, or may have.
func (l *losses) explain(door int, err error) bool {
	if err == nil || !l.may(door) {
		return false
	}
	var refused *refusedError
	if errors.As(err, &refused) {
		reason, _ := wire.ParseReason([]byte(refused.said))
		return reason == wire.Shutdown || reason == wire.Moved
	}
	return slices.ContainsFunc([]error{syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, io.EOF, io.ErrUnexpectedEOF, errSilent},
		func(e error) bool { return errors.Is(err, e) })
}

// victim chooses a server of those that live, and records that it is killed, or with
// anyOf that another may be instead; false where no other would be left.
func (l *losses) victim(choose func(alive int) int, anyOf bool) (door int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var alive []int
	for i := range l.doors {
		if !l.killed[i] {
			alive = append(alive, i)
		}
	}
	if len(alive) < 2 {
		return 0, false
	}
	door = alive[choose(len(alive))]
	l.killed[door] = true
	for i := range l.doors {
		if anyOf || i == door {
			l.doors[i].may = true
		}
	}
	return door, true
}

// kill has the nth server die that the scenario kills.
func (l *load) kill(n int) {
	r := l.run
	door, ok := r.losses.victim(func(alive int) int { return r.script.Killed(n, alive) }, r.cfg.KillsAny)
	if !ok {
		return
	}
	r.life.workers.Go(func() {
		if err := r.cfg.Kill(r.life.ctx, door); err != nil && r.life.ctx.Err() == nil {
			r.troubles.add(fmt.Sprintf("the server at %s was to be killed: %v", r.cfg.Doors[door].Addr, err))
		}
	})
}

// validateLosses looks whether servers can die.
func (c *Config) validateLosses() error {
	kills := c.Scenario.Kills()
	switch {
	case kills > 0 && (c.Kill == nil || c.LossLimit == 0):
		return hinted.New(fmt.Sprintf("scenario %s kills a server of the room, and nothing is said of how", c.Scenario.Name), toKill)
	case kills > 0 && kills >= len(c.Doors), c.ExpectLoss && len(c.Doors) < 2:
		return hinted.New(fmt.Sprintf("where a server dies its chatters come back at another, and of %d there is none left", len(c.Doors)), toKill)
	}
	return nil
}

// toKill is what a run needs in which a server dies.
const toKill = "write -managers 3, or -target localhost:9999,localhost:9998 -kill-cmd COMMAND"
