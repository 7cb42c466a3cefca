package cluster

import (
	"time"
)

const (
	beatEvery   = time.Second            // between two heartbeats, if the first has come back
	knockEvery  = 500 * time.Millisecond // likewise, of one that does not have the room
	alone       = 3 * time.Second        // of a moving stream without a Manager, until the room begins anew
	maxStep     = 2 * time.Second        // of silence that counts at once: a Manager that was stopped has heard nothing
	maxBuffered = 64 << 20               // bytes that wait for a snapshot
	maxFenced   = 4096                   // lives that are remembered
	maxHashes   = 16                     // places whose hashes are remembered
	maxAddress  = 512                    // bytes of an address
	maxKnown    = 128                    // addresses that are remembered
)

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

	id     ID
	synced bool      // it has the room
	fatal  error     // it cannot go on
	ended  bool      // it has left in order
	last   uint64    // place of the newest message that was taken
	seen   time.Time // when the stream stored that one
	skip   uint64    // place up to which the room that was restored is
	at     time.Time // of the newest request, never going back
	pace   pace

	// While it does not have the room.
	start    uint64 // the place before the first message that is known
	moving   bool   // a knock has come back
	waiting  []Message
	bytes    int           // in waiting
	quiet    time.Duration // that the stream has moved without a Manager
	control  []byte        // a knock or a reset, to be published
	knocks   uint64        // that were made
	knocked  time.Duration // when the last of those was made
	returned time.Duration // when the last of those came back

	lives  map[ID]*life
	fenced map[ID]uint64 // and the place at which each was
	moves  uint64        // of what Others returns, at least
	known  []string      // addresses of lives, also of those that are over, in the order in which they were told
	active uint64        // place of the newest message of a life
	hashes []vote

	out     outbox
	message []byte        // that Publish has returned last
	beating bool          // a heartbeat is under way
	beat    time.Duration // when the last one was made
	heard   time.Duration // when the last one came back
	ticked  time.Duration
	silence time.Duration // without anything that came back

	broken fault // of tests: what this Core does wrong
	stats  Stats
}

// Stats counts what a Core has met.
type Stats struct {
	Garbage, Republished, Resets, Buried, Slow uint64

	Lives uint64 // of this Manager
}

// life is what is known of a Manager.
type life struct {
	next   uint64 // number of its next request
	last   uint64 // place of its last one
	silent time.Duration
	speaks byte // newest version of the protocol
	lag
	address string // where its users find it; empty: it has not said
}

// vote is what the living say of the room at one place.
type vote struct {
	place, hash  uint64
	same, differ int
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
	return &Core{cfg: cfg, m: cfg.Machine, id: cfg.NewID(), lives: make(map[ID]*life), fenced: make(map[ID]uint64)}
}

// ID returns the present life.
func (c *Core) ID() ID { return c.id }

// Synced reports whether this Manager has the room.
func (c *Core) Synced() bool { return c.synced }

// Ready reports whether its users may come in: it has the room, and its life has
// begun for all.
func (c *Core) Ready() bool { return c.synced && c.lives[c.id] != nil }

// Err is why this Manager cannot go on; nil: it can.
func (c *Core) Err() error { return c.fatal }

// Last returns the place of the newest message that was taken.
func (c *Core) Last() uint64 { return c.last }

// Peers returns how many Managers live.
func (c *Core) Peers() int { return len(c.lives) }

// Silence returns for how long nothing of this Manager has come back, while it has the
// room.
func (c *Core) Silence() time.Duration { return c.silence }

// Stats returns the counters.
func (c *Core) Stats() Stats { return c.stats }

// Keeps tells how many bytes the stream keeps; 0: it is not known, and nobody is waited
// for.
func (c *Core) Keeps(bytes int64) { c.pace.keeps = uint64(max(bytes, 0)) }

// Begin has the Core expect the messages behind a place: of a stream that is another
// one than before, or has nothing yet of what comes next.
func (c *Core) Begin(now time.Duration, place uint64, why error) {
	c.lose(now, why)
	c.start, c.last, c.active = place, place, 0
	c.waiting, c.bytes, c.quiet = nil, 0, 0
	c.knocked, c.moving, c.skip = now-knockEvery, false, 0
	c.control = nil
}

// lose ends this Manager's life, and what it knows of the room.
func (c *Core) lose(now time.Duration, why error) {
	c.synced = false
	c.moves++
	clear(c.lives)
	clear(c.fenced)
	c.hashes = nil
	c.renew(now, why)
}

// renew begins another life.
func (c *Core) renew(now time.Duration, why error) {
	c.id = c.cfg.NewID()
	c.out = outbox{next: 1}
	c.beating, c.beat, c.heard, c.silence = false, now, now, 0
	if why != nil {
		c.m.Live(c.id, why)
	}
	c.measure()
	c.pace.catching, c.knocked = c.synced, now-knockEvery
}

// hello has this life begin for all.
func (c *Core) hello() {
	c.pace.said = c.pace.sum
	c.out.add(hello, c.appendFields(appendUintField(nil, speaksField, uint64(c.cfg.Speaks))))
	c.stats.Lives++
}

// appendFields appends what this Manager says of itself with each hello and heartbeat.
func (c *Core) appendFields(dst []byte) []byte {
	return appendAddress(appendUintField(dst, appliedField, c.pace.sum), c.cfg.Address)
}

// got has the Core have the room as of a place.
func (c *Core) got(now time.Duration, place uint64) {
	c.synced, c.control, c.skip = true, nil, place
	waiting := c.waiting
	c.waiting, c.bytes = nil, 0
	c.renew(now, nil)
	c.m.Live(c.id, nil)
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
	step := min(now-c.ticked, maxStep)
	c.ticked = now
	if !c.synced {
		c.ask(now)
		return
	}
	if c.pace.catching {
		c.knock(now)
		return
	}
	c.out.tick(now, c)
	if c.silence += step; c.silence >= c.cfg.Lease {
		c.Begin(now, c.last, ErrCut)
		return
	}
	if !c.beating && now-c.beat >= beatEvery {
		c.beating, c.beat = true, now
		place, hash := uint64(0), uint64(0)
		if n := len(c.hashes); n > 0 {
			place, hash = c.hashes[n-1].place, c.hashes[n-1].hash
		}
		c.out.add(heartbeat, c.appendFields(appendHeartbeat(nil, place, hash)))
	}
}

// ask has a Manager that does not have the room find out whether anybody has it.
func (c *Core) ask(now time.Duration) {
	if c.quiet < alone && (c.start > 0 || c.active > 0) {
		c.knock(now)
	} else if c.control == nil && now-c.knocked >= knockEvery {
		c.knocked = now
		c.control = appendReset(nil, c.id, c.last, c.cfg.Settings)
	}
}

// knock publishes what tells, when it comes back, that the stream moves, and that this
// Manager has read all that was published before; false: it is too early for another one.
func (c *Core) knock(now time.Duration) bool {
	if c.control != nil || now-c.knocked < knockEvery {
		return false
	}
	c.knocked = now
	c.knocks++
	c.control = appendSum(appendKnock(appendHeader(nil, oldest, knock, c.id), c.knocks, c.pace.sum))
	return true
}
