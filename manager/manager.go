// Package manager is the chat server: it accepts connections, lets users in
// under a free name, and passes what they say to everybody in one order.
//
// It is the sockets and limits around two packages that do the thinking: room
// decides who is present under which name, feed brings bytes to readers. A join,
// a line or a leave is a request, which the sequencer applies to both in one
// critical section: that is the only place where order is made. What a session is
// made of stands at its type, in session.go; how it ends is a table, in ends.go. What
// the bytes mean is wire's.
//
// It does not know what users talk about, and keeps no accounts. What was said last
// it keeps for those who come later, where it is told to (history.go).
package manager

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"chatsim/manager/cluster"
	"chatsim/manager/feed"
	"chatsim/manager/wire"
)

// Config sets a Manager up; its zero value works.
type Config struct {
	MaxLine      int           // bytes of a client's line without '\n'; 0: wire.DefaultMaxLine
	LoginTimeout time.Duration // until the name line is complete; 0: 10 s
	Grace        time.Duration // that a reader may hold the others up; 0: 5 s
	Window       int           // bytes kept for all readers together; 0: feed.DefaultWindow
	KeepAlive    time.Duration // idle time until TCP asks whether a peer is alive; 0: 15 s
	UserTimeout  time.Duration // that sent bytes may stay unacknowledged, where the system knows that; 0: 30 s
	Logger       *slog.Logger  // nil: none

	// What a room for people has; the zero values are those of a simulation.
	Detect      bool          // the first bytes tell the line dialect, the raw one, IRC and HTTP apart
	NoRaw       bool          // but the raw one is not spoken
	NoIRC       bool          // and IRC is not
	RawWait     time.Duration // that the first bytes, and a message of the raw dialect, may lack their end; 0: 200 ms
	RawSpacing  time.Duration // between two writes to a client of the raw dialect; 0: 20 ms
	TLS         *tls.Config   // of what Serve accepts; nil: none, else nobody gets in without
	Password    string        // asked of every client before its name; empty: none
	StrictNames bool          // names that look alike count as one
	MaxUsers    int           // who may be in the room at one time; 0: no limit
	PerAddress  int           // connections from one address that is not loopback; 0: no limit
	LineRate    float64       // lines a second that a user may go on saying; 0: no limit
	LineBurst   int           // and at once
	Measure     bool          // how long bytes wait in the feed, see Stats

	OperatorPassword string        // by which a user becomes an operator, with /op; empty: nobody can
	KickTime         time.Duration // for which a user who was kicked is not let in; 0: it may come back at once
	HoldNames        time.Duration // for which the name of a user with a token is kept whose connection is lost; 0: it is free at once
	ReserveNames     bool          // names such as operator and server are refused

	History int    // lines to the group that are kept for those who come later; 0: none
	Before  []Said // what was said in earlier runs, in the order of their places
	// FirstPlace is the place before the first entry; 0: the time of the start in
	// microseconds, so that places grow from one run to the next.
	FirstPlace uint64

	// Stream is by which the room is one with those of other Managers, who have the
	// same settings; nil: it is this Manager's alone. Whoever made it closes it behind
	// Shutdown.
	Stream cluster.Stream
	Lease  time.Duration // of silence after which another Manager is taken for dead; 0: 20 s
	// Advertise is where the others have users of theirs come who have lost them; empty:
	// nowhere.
	Advertise wire.Site

	// Record is one more reader of all that is said to the group, and with
	// RecordPrivate of the private lines too. It must not wait. nil: none.
	Record        feed.Conn
	RecordPrivate bool
}

func (c *Config) setDefaults() {
	setDefault(&c.MaxLine, wire.DefaultMaxLine)
	setDefault(&c.LoginTimeout, 10*time.Second)
	setDefault(&c.Grace, 5*time.Second)
	setDefault(&c.Window, feed.DefaultWindow)
	setDefault(&c.KeepAlive, 15*time.Second)
	setDefault(&c.UserTimeout, 30*time.Second)
	setDefault(&c.RawWait, 200*time.Millisecond)
	setDefault(&c.RawSpacing, 20*time.Millisecond)
	if c.FirstPlace == 0 {
		c.FirstPlace = StartPlace(time.Now())
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
}

// StartPlace returns the place before the first entry of a room that starts at an
// instant.
func StartPlace(at time.Time) uint64 { return uint64(at.UnixMicro()) }

func setDefault[T int | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}

// rosterMemory bounds the rosters that are being written at one time, in bytes.
const rosterMemory = 16 << 20

// Manager serves one room.
type Manager struct {
	// Static after New.
	cfg     Config
	log     *slog.Logger
	seq     *sequencer          // makes the order
	rosters *semaphore.Weighted // bytes of rosters under way
	turns   turns               // of greetings
	batches sync.Pool           // of *batch
	readers sync.Pool           // of *reader
	floods  *floods             // nil: lines are not limited
	began   time.Time
	ctx     context.Context // done when draining
	cancel  context.CancelFunc

	endReplica context.CancelFunc // nil: there are no other Managers

	draining   atomic.Bool // set under mu
	hurry      atomic.Bool // the shutdown waits for nobody any more
	cutOff     atomic.Bool // and somebody had not got everything
	goroutines sync.WaitGroup
	ahead      atomic.Int64 // bytes that sessions have read before their turn
	lot        lot          // where quiet sessions are parked

	addresses addresses
	guesses   guesses
	opGuesses guesses // of the operators' password

	web *visits // where HTTP is spoken

	mu sync.Mutex
	// Guarded by mu, which is never held together with the sequencer's lock.
	sessions  map[*session]struct{}
	inner     int // of them, whose connection is that of another one too
	listeners map[net.Listener]struct{}
}

// Stats counts since New, but for the first three, which are of the moment.
type Stats struct {
	Connections    int // logged in or not
	Online         int
	Feed           feed.Stats
	Joins          uint64
	Leaves         uint64
	Returns        uint64 // joins that took the place of a stay that went on, with its token
	Lines          uint64 // to the group
	Deliveries     uint64 // of lines, one for each user online at their place
	PrivateLines   uint64 // delivered
	UnknownNames   uint64 // private lines to names that were not online
	LongLines      uint64
	LeftUnsaid     uint64                 // lines of users who left before the flood limit or a full room let them through
	Slips          uint64                 // lines that looked like a command
	LoginFailures  map[wire.Reason]uint64 // of connections that never joined
	Dropouts       uint64                 // of those, without a word from us
	Evicted        map[wire.Reason]uint64
	WrongPasswords uint64 // at any door
	AcceptErrors   uint64
	Panics         uint64 // of sessions, contained
}

// New starts a Manager with nobody in it; Shutdown stops it.
func New(cfg Config) *Manager {
	cfg.setDefaults()
	m := &Manager{
		cfg:       cfg,
		log:       cfg.Logger,
		began:     time.Now(),
		seq:       newSequencer(&cfg),
		rosters:   semaphore.NewWeighted(rosterMemory),
		turns:     newTurns(),
		sessions:  make(map[*session]struct{}),
		listeners: make(map[net.Listener]struct{}),
		addresses: newAddresses(cfg.PerAddress),
		guesses:   newGuesses(cfg.Logger),
		opGuesses: newGuesses(cfg.Logger),
		web:       newVisits(),
	}
	m.readers.New = func() any { return new(reader) }
	m.batches.New = func() any { return newBatch(cfg.MaxLine) }
	m.ctx, m.cancel = context.WithCancel(context.Background())
	if cfg.LineRate > 0 {
		m.floods = newFloods(cfg.LineRate, cfg.LineBurst)
	}
	if cfg.Record != nil {
		m.startRecord()
	}
	if cfg.Stream != nil {
		m.startReplica()
	}
	return m
}

// age returns the time since the Manager began.
func (m *Manager) age() time.Duration { return time.Since(m.began) }

// Stats returns the counters as they are now.
func (m *Manager) Stats() Stats {
	m.mu.Lock()
	connections := len(m.sessions) - m.inner
	m.mu.Unlock()
	st := m.seq.stats()
	st.Connections = connections
	return st
}

// startRecord subscribes the record: whoever reads along is a cursor like any
// other.
func (m *Manager) startRecord() {
	sub := feed.NewSubscriber(m.cfg.Record, func(r feed.Reason, err error) {
		if r != feed.Finished {
			m.log.Error("the record has ended", "reason", r.String(), "error", err)
		}
	})
	m.seq.record(sub, m.cfg.RecordPrivate)
}
