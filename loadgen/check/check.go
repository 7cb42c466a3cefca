// Package check is the judge: chatters tell it what they send and see while a
// run goes on, and it says whether everybody saw the same conversation.
//
// It keeps the canonical order of the room's public entries (group lines,
// joins, leaves) once, and for each stay of a chatter its place in that order.
// A delivery that is the next entry of the order costs one comparison and no
// lock; whatever deviates is noted and judged at the end, when the majority of
// those who hold both of two entries tells who saw them the wrong way round.
// Memory grows with what was sent and not yet seen by the slowest, and with
// deviations; never with users × lines or users × users.
//
// The package knows no socket and no clock: every time is handed in, as the
// duration since the run's start. Observations of one session come from one
// goroutine; sends and the rest may come from any.
//
// The names of the properties are those of Hadzilacos and Toueg, "A modular
// approach to fault-tolerant broadcasts and related problems" (TR 94-1425),
// and of Chockler, Keidar and Vitenberg, "Group communication specifications"
// (2001).
package check

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Name is a check's name as reports print it.
type Name string

// The checks, in the order in which reports list them.
const (
	NoCreation        Name = "no creation"         // each delivered line was sent in the run, text unaltered
	NoDuplication     Name = "no duplication"      // at most once at each receiver
	Validity          Name = "validity"            // each line comes back to its sender, or is answered by an error
	Agreement         Name = "agreement"           // each chatter has every entry of its slice
	TotalOrder        Name = "total order"         // any two receivers see their common entries in one order
	FIFOOrder         Name = "FIFO order"          // one sender's lines in the order sent
	CausalOrder       Name = "causal order"        // no line before one that its sender had seen when it was sent
	ViewOrder         Name = "view order"          // joins and leaves at one place for all, no line from outside a stay
	RosterAccuracy    Name = "roster accuracy"     // snapshot = who is present at that place; nobody put out who did nothing wrong
	LeaveCompleteness Name = "leave completeness"  // each leave once, at everybody, in time
	NameUniqueness    Name = "name uniqueness"     // no two members have one name
	NameSuffixing     Name = "name suffixing"      // the name asked for if free, else the smallest free suffix
	Confidentiality   Name = "confidentiality"     // a private line reaches its two parties only
	Authenticity      Name = "sender authenticity" // a line that claims another sender comes under its own
	Isolation         Name = "isolation"           // while one does not read, no other waits longer than the limit
	Liveness          Name = "liveness"            // deliveries go on until all is delivered
)

// Names lists all checks in report order.
func Names() []Name {
	return []Name{NoCreation, NoDuplication, Validity, Agreement, TotalOrder, FIFOOrder, CausalOrder, ViewOrder,
		RosterAccuracy, LeaveCompleteness, NameUniqueness, NameSuffixing, Confidentiality, Authenticity, Isolation, Liveness}
}

// Level is how much of each delivery is checked.
type Level uint8

// The levels, from all to nothing.
const (
	Full  Level = iota // every check
	Order              // order, loss and duplicates; no names, rosters or private lines
	Count              // how many lines each chatter that stays gets
	Off                // nothing: lines are recognised by their stamp so that they can be timed
)

var levels = [...]string{"full", "order", "count", "off"}

func (l Level) String() string { return levels[l] }

// ParseLevel reads a level's name.
func ParseLevel(s string) (Level, error) {
	for i, name := range levels {
		if s == name {
			return Level(i), nil
		}
	}
	return Full, fmt.Errorf("unknown level %q, want one of %s", s, strings.Join(levels[:], ", "))
}

// checks are those that the level evaluates.
func (l Level) checks() []Name {
	switch l {
	case Full:
		return Names()
	case Order:
		return []Name{NoDuplication, Validity, Agreement, TotalOrder, FIFOOrder, CausalOrder, ViewOrder, Liveness}
	case Count:
		return []Name{Validity, Agreement, Liveness}
	}
	return nil
}

// leaveLimit is how long everybody else may take to learn of a leave, beside
// the slowest delivery of that time.
const leaveLimit = 5 * time.Second

// isolationLimit is how long anybody may wait for a line while somebody else
// does not read: a server has evicted that one by then.
const isolationLimit = 5 * time.Second

// Config is what a judge is told before the run. The zero value judges fully.
type Config struct {
	Level Level
	Nonce string // of the run's stamps, NonceLen bytes; a line with another one is not the run's

	// Rosters says that the clients are told of joins and leaves by whole
	// rosters only, which have no place among the lines. The first roster of a
	// session follows its welcome.
	Rosters bool
	// Unable are checks that the clients cannot exercise, each with the reason.
	Unable map[Name]string

	// Retired, if set, is told of each measured line once everybody who gets
	// it has it: when the first and the last receiver read it. Called with
	// the judge's lock held: it must not call the judge.
	Retired func(l *Line, first, last time.Duration)

	// Left, if set, is told of each stay that its chatter has ended once
	// everybody who is told of its leave has been. Called like Retired.
	Left func(s *Session)

	// Slowest, if set, gives the slowest delivery around a time of the run;
	// a leave may come that much later than the limit.
	Slowest func(at time.Duration) time.Duration

	// Record, if set, is told of the run's events one after the other, from
	// level Order up. It is called with locks held: it must not call the
	// judge, nor keep the event. What is recorded is judged again by a Replay.
	Record func(*Event)
}

// Judge judges one run.
type Judge struct {
	// Static after construction.
	cfg  Config
	tape *tape // nil where nothing is recorded

	chatters   table        // senders by chatter number
	publicBack atomic.Int64 // group lines that came back to their senders
	refused    atomic.Int64 // see Refused
	stalledAt  atomic.Int64 // when somebody last began not to read, +1; 0: nobody ever did
	stallEnd   atomic.Int64 // and when that one went on
	asked      atomic.Int64 // how often Interim was called

	publicRefused atomic.Int64 // group lines that were answered by an error

	mu sync.Mutex
	// Guarded by mu.
	order       canon
	fold        fold
	sessions    []*Session            // all stays but those that were dismissed
	past        *ending               // what the dismissed ones came to
	unbound     map[*Session]struct{} // stays whose joins have no place yet
	strays      []*Session            // over without their rosters, and their joins may yet be told
	over        []*Session            // got their places after they had ended, and are to be settled
	totals      totals
	interim     counts // beside the totals, of sessions that are not among them: as of when each last told
	horizon     int64  // everybody has seen the order up to here
	horizonNext int64  // where that is looked at again
	publicSent  int64  // at level Count
	gaps        gaps

	// What was found, and what is heard at the end.
	found      map[foundKey]*found
	foundOrder []*found
	uncounted  map[Name]int64 // violations beyond those kept
	hearings   []hearing
	apart      []apart
	doubles    []double
	suspects   []suspect
	server     member          // whose lines the server says in its own name; it never joins
	misfits    []*Session      // whose roster or name is not what it should be
	pinned     int64           // members who left after this place are needed for those
	tainted    map[string]bool // names whose presence is itself in doubt
	phantoms   map[int64]bool  // places of entries that should not have been
	kept       map[int64]entry // entries that somebody saw out of their turn
	rosters    map[uint64]*listing
	detours    int      // stretches that came late, over all sessions
	windows    []window // set at the end
}

// New makes a judge for one run.
func New(cfg Config) *Judge {
	j := &Judge{cfg: cfg, unbound: make(map[*Session]struct{}), fold: newFold(), pinned: math.MaxInt64,
		found: make(map[foundKey]*found), uncounted: make(map[Name]int64),
		tainted: make(map[string]bool), phantoms: make(map[int64]bool), kept: make(map[int64]entry)}
	if cfg.Record != nil && cfg.Level < Count {
		j.tape = &tape{record: cfg.Record}
		j.tape.put(Event{Kind: EventBegan, Level: cfg.Level, Nonce: cfg.Nonce, Rosters: cfg.Rosters, Unable: cfg.Unable})
	}
	j.past = &ending{judge: j, stalled: make(map[*Session]bool), lost: make(map[int64][]*Session)}
	return j
}

// What a server without any order may cost: what comes after is only counted.
const (
	maxFound    = 10_000  // defects kept
	maxHearings = 10_000  // accusations that wait for the end
	maxDetours  = 100_000 // stretches that came late
	maxKept     = 100_000 // entries kept behind the slowest
	maxMisfits  = 256     // rosters kept
)

// totals are sums over all sessions.
type totals struct {
	counts
	late []lateLeave
}

func (t *totals) add(o *totals) {
	t.counts.add(&o.counts)
	t.late = append(t.late, o.late...)
}

// counts are how often there was something to compare.
type counts struct {
	deliveries int64 // of measured lines
	observed   int64 // of any line of the run
	entries    int64 // public entries that receivers saw in their place
	views      int64 // joins and leaves that receivers saw
	snapshots  int64
	suffixes   int64
	joins      int64 // joins that got a place
	fifo       int64 // lines compared with their sender's line before
	causal     int64 // lines whose senders had seen something before they sent them
	claims     int64 // lines that claimed another sender
	isolated   int64 // deliveries while somebody did not read
	private    int64 // deliveries of private lines
	sent       int64
}

func (t *counts) add(o *counts) { t.plus(o, 1) }

// plus adds o so many times.
func (t *counts) plus(o *counts, times int64) {
	t.deliveries += times * o.deliveries
	t.observed += times * o.observed
	t.entries += times * o.entries
	t.views += times * o.views
	t.snapshots += times * o.snapshots
	t.suffixes += times * o.suffixes
	t.joins += times * o.joins
	t.fifo += times * o.fifo
	t.causal += times * o.causal
	t.claims += times * o.claims
	t.isolated += times * o.isolated
	t.private += times * o.private
	t.sent += times * o.sent
}

// of is how often a check that does not wait for the end had something to
// compare.
func (t *counts) of(c Name) int64 {
	switch c {
	case NoCreation, NoDuplication:
		return t.observed
	case Validity:
		return t.sent
	case TotalOrder:
		return t.entries + t.private
	case FIFOOrder:
		return t.fifo
	case CausalOrder:
		return t.causal
	case ViewOrder:
		return t.views
	case RosterAccuracy:
		return t.snapshots
	case NameUniqueness:
		return t.joins
	case NameSuffixing:
		return t.suffixes
	case Confidentiality:
		return t.private
	case Authenticity:
		return t.claims
	case Isolation:
		return t.isolated
	}
	return 0
}

// lateLeave is a leave that a receiver learned of after the limit.
type lateLeave struct {
	of, at *Session
	took   time.Duration
	when   time.Duration
}
