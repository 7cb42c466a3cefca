// Package ledger records what chatters send and see while a run goes on. It
// emits facts: an entry came twice, a line was altered, two places contradict
// each other. What a fact means for which promise, and who is to blame, is for
// the rules of package check.
//
// The ledger keeps the order of the room's public entries (group lines, joins,
// leaves) once, and for each session its way through that order. A delivery
// that is the next entry costs one comparison and no lock; whatever deviates is
// kept for the end. Memory grows with what was sent and not yet seen by the
// slowest, and with deviations; never with users × lines or users × users.
//
// The package knows no socket and no clock: every time is handed in, as the
// duration since the run's start. Observations of one session come from one
// goroutine; sends and the rest may come from any.
//
// # Locks
//
// In the order in which they are taken:
//
//	recorder.mu       over every step that is recorded, if any
//	Ledger.mu         the order, members, facts
//	chunk.mu, private.mu, gaps.mu, sender.mu   each alone, or with Ledger.mu held
//
// The fast path (Pass, and Observe of the next entry) takes none of them.
package ledger

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Views is how a client is told of joins and leaves.
type Views uint8

const (
	Ordered      Views = iota // each at its place among the lines
	WholeRosters              // by rosters of all that are there, some time after
	NoViews                   // not at all: a client knows when it is in itself
)

// Capabilities is what a client can show of a room. The zero value is a client
// of chatsim's line protocol, which can show all.
type Capabilities struct {
	// Protocol is what the client speaks, for people.
	Protocol string
	Views    Views
	// Sets is set where the rosters that newcomers get are in no order.
	Sets bool
	// OwnSuffix is set where a taken name is refused, and the client asks for
	// another.
	OwnSuffix bool
	// NoClaims is set where no line can claim another sender.
	NoClaims bool
	// Limits says, for people, how servers limit what one client says, and what
	// lifts that; empty: nothing is known of it.
	Limits string
	// NoPrivate is set where a line goes to all who are there.
	NoPrivate bool
	// BySender is set where the lines of each sender have an order, and those of
	// several have none.
	BySender bool
	// AtMostOnce is set where the protocol promises that a line comes once or not at
	// all: one that is lost is counted, and no violation.
	AtMostOnce bool
	// Texts is what texts may not hold: it does not come back as it was said.
	Texts Texts
	// CutsLeaves is set where a leave may cut off what is under way to whoever
	// leaves, as a WebSocket's closing handshake does. Nobody leaves by a half-close
	// then: what that is nobody promises.
	CutsLeaves bool
	// Silent is set where nothing tells a client that its line was taken, which it
	// takes to be said when it is sent. Such lines are counted and not timed.
	Silent bool
	// Servers is how many servers have the room, if each has an order of its own: they
	// are linked, and tell one another in turn what their clients do. 0 or 1: there is
	// one order.
	Servers int
	// OneByOne has one chatter at a time join: only the order in which they do
	// tells them which name of a roster is whose.
	OneByOne bool
}

// Texts is what a protocol, or its servers, do to texts.
type Texts struct {
	Forbids string // characters that are no text
	Trims   bool   // spaces and tabs at the end are lost
	Max     int    // bytes; 0: no limit is known
	NoName  bool   // an @ and a name at the end are taken for the address
}

// Speaks returns the protocol's name.
func (c Capabilities) Speaks() string {
	if c.Protocol == "" {
		return "chatsim's line protocol"
	}
	return c.Protocol
}

// Config is what a ledger is told before the run. The zero value records all.
type Config struct {
	Level        Level
	Nonce        string // of the run's stamps, NonceLen bytes; a line with another one is not the run's
	Capabilities Capabilities
	// Grace is how long the server lets one who does not read hold up the others; 0:
	// nobody knows.
	Grace time.Duration

	// Retired, if set, is told of each measured line once everybody who gets
	// it has it: when the first and the last receiver read it. Called with
	// the ledger's lock held: it must not call the ledger.
	Retired func(l *Line, first, last time.Duration)

	// Left, if set, is told of each stay that its chatter has ended once
	// everybody who is told of its leave has been. Called like Retired.
	Left func(s *Session)

	// Slowest, if set, returns the slowest delivery around a time of the run;
	// a leave may come that much later than the limit.
	Slowest func(at time.Duration) time.Duration

	// Record, if set, is told of the run's events one after the other, from
	// level Order up. It is called with locks held: it must not call the
	// ledger, nor keep the event. What is recorded is judged again by a Replay.
	Record func(*Event)
}

// Ledger records one run.
type Ledger struct {
	// Static after construction.
	cfg Config
	rec *recorder // nil where nothing is recorded

	senders       senders      // by chatter number
	publicBack    atomic.Int64 // group lines that came back to their senders
	publicRefused atomic.Int64 // group lines that were answered by an error
	refused       atomic.Int64 // see Refused
	stalls        atomic.Pointer[stalls]
	asked         atomic.Int64 // how often Ask was called
	calmest       atomic.Int64 // the longest wait while all read so far, in nanoseconds

	mu *sync.Mutex // of all linked ledgers; taken after recorder.mu, before those of chunks, lines and senders
	// Guarded by mu.
	order    order
	members  membership
	arrivals arrivals
	presence
	links
	forerunners
	sessions    []*Session // all stays but those that were dismissed
	totals      Totals
	interim     Totals // beside the totals, of sessions that are not among them: as of when each last told
	horizon     int64  // everybody has seen the order up to here
	horizonNext int64  // where that is looked at again
	publicSent  int64
	gaps        gaps
	facts       Facts
	server      Member          // whose lines the server says in its own name; it never joins
	pinned      int64           // members who left after this place are needed at the end
	doubted     map[string]bool // names whose presence is itself in doubt
	retracted   map[int64]bool  // places of entries that should not have been
	listings    listings
	deviations  int // spans that came late, over all sessions
}

// presence is how many were in the room, and how they fared.
type presence struct {
	dials  int
	bound  int           // sessions of the run that are in the room,
	atOnce int           // and how many they were at most
	here   int           // sessions that are in and whose streams have not ended
	leftBy [kinds]int64  // stays that their chatters have ended
	calm   time.Duration // the longest that anybody waited for a line while all read, of stays that are counted
	putOut bool          // the server has ended the stay of somebody who read
}

// forerunners are those who were there before the run, as far as that is known.
type forerunners struct {
	first    *Session       // whose snapshot says who they were
	ahead    map[string]int // names that it lacks, and how many others have
	compared int            // the others
}

// maxDeviations bounds the spans that came late.
const maxDeviations = 100_000

// New makes a ledger for one run, or several that are linked, of which it returns the
// first: Servers has all.
func New(cfg Config) *Ledger {
	if cfg.Capabilities.Servers > 1 && cfg.Level < Count {
		return newLinked(cfg)
	}
	l := newLedger(cfg, new(sync.Mutex))
	l.servers = []*Ledger{l}
	begin(&recorder{ledgers: l.servers}, &cfg)
	return l
}

func newLedger(cfg Config, mu *sync.Mutex) *Ledger {
	return &Ledger{cfg: cfg, mu: mu, pinned: math.MaxInt64, members: membership{byName: make(map[string]*Member)},
		arrivals: arrivals{waiting: make(map[*Session]struct{})}, doubted: make(map[string]bool), retracted: make(map[int64]bool), forerunners: forerunners{ahead: make(map[string]int)}}
}

// begin has the recorder told of the run, where it is recorded.
func begin(rec *recorder, cfg *Config) {
	if cfg.Record == nil || cfg.Level >= Count {
		return
	}
	rec.record = cfg.Record
	for _, o := range rec.ledgers {
		o.rec = rec
	}
	cfg.Record(&Event{Kind: EventBegan, Level: cfg.Level, Nonce: cfg.Nonce, Capabilities: cfg.Capabilities, Grace: cfg.Grace})
}

// Ask has each session tell what it has counted once it ends its next batch.
func (l *Ledger) Ask() { l.asked.Add(1) }

// SoFar returns what was told and found so far, and whether an entry came to a
// session out of its turn. Any goroutine may ask.
func (l *Ledger) SoFar() (t Totals, found Facts, deviates bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t = l.totals
	t.plus(&l.interim, 1)
	found.Beyond = l.facts.Beyond
	for _, f := range l.facts.List {
		seen := *f
		seen.Seen = slices.Clone(f.Seen)
		found.List = append(found.List, &seen)
	}
	return t, found, len(l.order.kept) > 0
}

// Refused returns how many measured lines were refused so far: answered by an
// error, but for those whose target was said not to be there.
func (l *Ledger) Refused() int64 { return l.refused.Load() }

// End is how a run ended.
type End struct {
	Required  []string // the checks that the run must exercise, by their names
	Advancing bool     // deliveries still came when the drain limit cut the run
	Cut       bool     // the drain limit, or somebody, cut the run
	BrokeOff  bool     // of a recording: the run went on, and what is missing may have come
}

// Config returns what the ledger was told before the run.
func (l *Ledger) Config() Config { return l.cfg }

// close takes what is left, and returns what all came to, but for what is known of all
// linked servers together.
func (l *Ledger) close() *Closed {
	for _, s := range l.sessions {
		if !s.Bound && l.cfg.Level < Count && (l.cfg.Capabilities.Views != Ordered || !s.Over()) {
			start{s, 0, true}.settle()
		}
		s.gap.close(math.MaxInt64 - 1)
		s.refusals.finish()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gaps.settleLocked(l, math.MaxInt64)
	for _, s := range l.sessions {
		if s.Member == nil && s.HasRoster && l.cfg.Level < Count && l.cfg.Capabilities.Views == Ordered {
			l.members.misspelt(s).spelledLocked(s)
		}
		l.addLocked(s)
	}
	for _, f := range l.facts.List {
		if f.Kind == LateLeave && l.cfg.Slowest != nil {
			f.Slowest = l.cfg.Slowest(f.When)
		}
	}
	for _, ch := range l.order.chunks {
		ch.retire(l.cfg.Retired)
	}
	return &Closed{Ledger: l, Level: l.cfg.Level, Can: l.cfg.Capabilities, Facts: &l.facts, Totals: &l.totals, Sessions: l.sessions, Members: l.members.log, First: l.first, Doubted: l.doubted,
		Retracted: l.retracted, Len: l.order.len, AtOnce: l.atOnce, Abroad: l.abroad, Calm: l.calm, PublicRefused: l.publicRefused.Load()}
}

// addLocked takes a stay's counts over.
func (l *Ledger) addLocked(s *Session) {
	l.totals.plus(&s.Totals, 1)
	l.calm = max(l.calm, s.calm)
	if s.told != nil {
		l.interim.plus(s.told, -1)
	}
	if !s.Stays() && l.cfg.Left != nil {
		l.cfg.Left(s)
	}
}

// dismissLocked forgets the stays that are over and of which everybody knows
// that they are. Where anything was ever out of order their versions of it may
// count, and all are kept.
func (l *Ledger) dismissLocked(horizon int64) {
	l.links.dismiss(horizon)
	if len(l.order.kept) > 0 || !l.facts.straight() {
		return
	}
	l.sessions = slices.DeleteFunc(l.sessions, func(s *Session) bool {
		switch {
		case s.Over() && outside(s, horizon):
			l.addLocked(s)
			return true
		case !s.done.Load() || !straight(s, horizon):
			return false
		}
		l.splitLocked(s, s.gap.seal(s.Next)) // what it saw last stands before what it would have seen next
		entries, due := s.Due()
		s.Totals.Spans += entries
		s.Totals.Expected += due
		s.Totals.Left++
		l.addLocked(s)
		if s.How().Abrupt() {
			s.sender.takeAlong(s)
		}
		return true
	})
}

// outside reports whether a session that is over has not come in, and whether no join
// before horizon can be its own: whoever was turned away leaves nothing behind.
func outside(s *Session, horizon int64) bool {
	return s.How() != Lost && !s.HasRoster && s.Member == nil && len(s.Garbled) == 0 && len(s.open) == 0 && len(s.waiting) == 0 && horizon > s.pos.Load()+chunkLen
}

// straight reports whether the end of a stay is beyond doubt, as that of one whose
// server may be found alive is not: its leave stands
// before horizon, and the way there had no deviation.
func straight(s *Session, horizon int64) bool {
	left := s.Member.Left()
	return !s.Stays() && s.How() != Lost && left != 0 && left < horizon && !s.Member.Unannounced && s.falseLeave == 0 && s.snapshot == nil &&
		len(s.Missing) == 0 && len(s.Late) == 0 && len(s.Garbled) == 0 && s.Next <= left && (s.Cut() || s.Next == left)
}
