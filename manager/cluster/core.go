package cluster

import "time"

const alone = 3 * time.Second // of a moving stream without a Manager, until the room begins anew

// Config sets a Core up.
type Config struct {
	Machine  Machine
	Settings []byte        // of a room that begins here
	Lease    time.Duration // of silence after which a life is taken for dead; 0: 20 s
	Grace    time.Duration // that a life may hold the others up; 0: 5 s
	MaxBatch int           // bytes of a message; 0: 64 KiB
	Address  string        // where users find this Manager, as the others tell theirs; empty: they do not
	Speaks   byte          // newest version that this Manager speaks; 0: the newest there is
	NewID    func() ID     // random
}

// Core is one Manager's side of the protocol, for one caller at a time. All times are
// those of the caller's clock since any instant.
type Core struct {
	cfg Config
	m   Machine

	synced bool      // it has the room
	fatal  error     // it cannot go on
	ended  bool      // it has left in order
	last   uint64    // place of the newest message that was taken
	seen   time.Time // when the stream stored that one
	active uint64    // place of the newest message of a life
	skip   uint64    // place up to which the room that was restored is
	at     time.Time // of the newest request, never going back

	newcomer newcomer
	knocks   knocker
	lives    roll
	votes    ballot
	pulse    pulse
	pace     pace
	out      outbox
	message  []byte // that Publish has returned last

	broken fault // of tests: what this Core does wrong
	stats  Stats
}

// Stats counts what a Core has met.
type Stats struct {
	Garbage, Republished, Resets, Buried, Slow uint64

	Lives uint64 // of this Manager
}

// NewCore returns the Core of a Manager that is about to read the stream; Begin is
// next.
func NewCore(cfg Config) *Core {
	if cfg.Lease <= 0 {
		cfg.Lease = 20 * time.Second
	}
	if cfg.MaxBatch <= 0 {
		cfg.MaxBatch = 64 << 10
	}
	if cfg.Grace <= 0 {
		cfg.Grace = 5 * time.Second
	}
	if cfg.Speaks == 0 {
		cfg.Speaks = newest
	}
	c := &Core{cfg: cfg, m: cfg.Machine, lives: newRoll(cfg.Address), pace: pace{speaks: cfg.Speaks}}
	c.lives.own = cfg.NewID()
	return c
}

// Ready reports whether its users may come in: it has the room, and its life has
// begun for all.
func (c *Core) Ready() bool { return c.synced && c.lives.begun() }

// Status returns what it knows, but what a Runner does.
func (c *Core) Status() Status {
	return Status{Stats: c.stats, Ready: c.Ready(), Peers: len(c.lives.alive), Place: c.last, Silence: c.pulse.silence, Err: c.fatal,
		Known: c.lives.known, Behind: c.pace.behind(&c.lives), HeldUp: c.pace.heldUp()}
}

// Takes reports whether a request may be proposed now.
func (c *Core) Takes() bool { return c.pace.takes(uint64(c.out.size), len(c.lives.alive)) }

// Begin has the Core expect the messages behind a place: of a stream that is another
// one than before, or has nothing yet of what comes next.
func (c *Core) Begin(now time.Duration, place uint64, why error) {
	c.lose(now, why)
	c.newcomer = newcomer{start: place}
	c.last, c.active, c.skip = place, 0, 0
	c.knocks.control = nil
}

// lose ends this Manager's life, and what it knows of the room.
func (c *Core) lose(now time.Duration, why error) {
	c.synced = false
	c.lives.forget()
	c.votes = nil
	c.renew(now, why)
}

// renew begins another life.
func (c *Core) renew(now time.Duration, why error) {
	c.lives.own = c.cfg.NewID()
	c.out = outbox{next: 1}
	c.pulse.renew(now)
	if why != nil {
		c.m.Live(c.lives.own, why)
	}
	c.pace.measure(&c.lives)
	c.pace.catching, c.knocks.last = c.synced, now-knockEvery
}

// appendFields appends what this Manager says of itself with each hello and heartbeat.
func (c *Core) appendFields(dst []byte) []byte {
	return appendAddress(appendUintField(dst, appliedField, c.pace.sum), c.cfg.Address)
}

// got has the Core have the room as of a place.
func (c *Core) got(now time.Duration, place uint64) {
	c.synced, c.knocks.control, c.skip = true, nil, place
	waiting := c.newcomer.kept()
	c.renew(now, nil)
	c.m.Live(c.lives.own, nil)
	for _, m := range waiting {
		if m.Seq > place && c.synced {
			c.apply(now, m)
		}
	}
}

// Propose has a request of the Machine travel, which the Core keeps; its number in
// this life is returned.
func (c *Core) Propose(request []byte) (number uint64) { return c.out.add(user, request) }

// Leave has this Manager's life end in order. Nothing may be proposed behind it.
func (c *Core) Leave() { c.out.add(bye, nil) }

// Tick is told that time passes, at least every 100 ms.
func (c *Core) Tick(now time.Duration) {
	step := c.pulse.tick(now)
	switch {
	case !c.synced:
		c.ask(now)
		return
	case c.pace.catching:
		c.knocks.knock(now, c.lives.own, c.pace.sum)
		return
	}
	c.out.tick(now, c)
	if c.pulse.silence += step; c.pulse.silence >= c.cfg.Lease {
		c.Begin(now, c.last, ErrCut)
		return
	}
	if c.pulse.beats(now) {
		place, hash := c.votes.newest()
		c.out.add(heartbeat, c.appendFields(appendHeartbeat(nil, place, hash)))
	}
}

// ask has a Manager that does not have the room find out whether anybody has it.
func (c *Core) ask(now time.Duration) {
	if n := &c.newcomer; n.quiet < alone && (n.start > 0 || c.active > 0) {
		c.knocks.knock(now, c.lives.own, c.pace.sum)
	} else if c.knocks.due(now) {
		c.knocks.last = now
		c.knocks.control = appendReset(nil, c.lives.own, c.last, c.cfg.Settings)
	}
}
