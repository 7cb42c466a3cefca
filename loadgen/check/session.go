package check

import (
	"sync/atomic"
	"time"

	"chatsim/manager/wire"
)

// Session is one stay of a chatter: a connection that it dialled, as sender
// and as receiver.
type Session struct {
	// Static after Dial.
	judge   *Judge
	sender  *sender
	Chatter int    // the chatter's number in the run
	Asked   string // the name it asked for
	dialled time.Duration
	floor   int64 // its join cannot be before this place
	number  int   // of the dials that are recorded

	// Owned by the goroutine that observes.
	name     string // as the welcome said
	chunk    *chunk // of place c
	start    int64  // its slice begins here: the place after its join
	c        int64  // the next place; meaningless before its join has one
	marked   int64  // places before it have their reading times
	bound    bool
	queue    []waiting // seen before its own join had a place
	blind    bool      // the queue was full: what came cannot be judged
	snapshot []byte    // its roster, each name ended by '\n', until it is compared
	detours  detours
	filled   int64          // the last entry that came late,
	filledAt int64          // and the session's place then
	mistaken []int64        // places of leaves that came early, and then once more
	open     []gapSeat      // private lines since the last public entry
	garbled  map[string]int // lines by name that came in a form that cannot be told
	tally    totals
	told     *counts       // of the tally, what went into Judge.interim
	toldAt   int64         // the Interim that it was for
	lastOwn  int           // highest own sequence number that came back
	privates int64         // deliveries of measured private lines
	newest   time.Duration // the latest send of a line that came
	got      int64         // group lines that came, at level Count
	said     string        // the server's last error that is no answer to a private line
	refusals []refusal     // errors whose lines may yet come back
	answers  int64         // lines that errors have answered
	lastWord int64         // what had been seen when an error last answered a line
	parted   bool          // one did after the session had begun to leave
	taped    bool          // what happens is part of a step that is recorded
	tapedC   int64         // up to here the last pass that is recorded went

	// Any goroutine.
	pos       atomic.Int64 // c as of the last Flush
	unsettled atomic.Int64 // lines sent and neither come back nor answered
	joined    atomic.Bool
	closing   atomic.Int64 // when it began to leave, +1; 0 while it stays
	closeKind atomic.Uint32
	stall     atomic.Int64 // when it first stopped reading, +1; 0: never
	ended     atomic.Bool
	done      atomic.Bool  // ended, and nobody touches what the observing goroutine owned
	leaveSeen atomic.Int64 // when the last receiver learned of its leave

	// Guarded by Judge.mu.
	member     *member
	hash       uint64 // of its snapshot
	count      int
	hasRoster  bool
	pubs       int32    // group lines sent
	pubNext    int32    // of those, the highest that has a place, +1
	pubPlace   int64    // and that place
	startLines int64    // measured lines before its slice
	whole      *listing // its last one, where there is nothing else
	falseLeave int64    // place of a leave that was told although it had not left, +1
	sentBefore [2]int64 // at level Count: lines of the run sent at its dial and at its roster,

	refusedBefore int64 // and refused at its roster
}

// Dial notes that a chatter is about to connect and ask for a name.
func (j *Judge) Dial(chatter int, asked string, at time.Duration) *Session {
	s := &Session{judge: j, sender: j.chatters.get(chatter), Chatter: chatter, Asked: asked, dialled: at, lastOwn: -1, filledAt: -1}
	defer j.tape.dial(s)()
	j.mu.Lock()
	defer j.mu.Unlock()
	s.floor = j.order.len
	s.pos.Store(s.floor)
	s.sentBefore[0] = j.publicBack.Load()
	j.sessions = append(j.sessions, s)
	j.unbound[s] = struct{}{}
	return s
}

// Send notes that the session is about to write a line, and gives its record.
// A chatter's lines must be noted in the order in which they are written.
func (s *Session) Send(n Note) *Line {
	if t := s.judge.tape; t != nil {
		return t.send(s, n)
	}
	return s.send(n)
}

func (s *Session) send(n Note) *Line {
	l := &Line{Note: n, Session: s, Seen: s.pos.Load()}
	l.place.Store(-1)
	if l.Private() {
		l.priv = new(private)
	}
	j := s.judge
	j.mu.Lock()
	j.totals.sent++
	if !l.Private() {
		l.pub = s.pubs
		s.pubs++
		j.publicSent++
	}
	a := age{horizon: j.horizon, forget: n.Actual - 30*time.Second}
	j.mu.Unlock()
	if j.cfg.Level >= Count {
		a.horizon = -1
	}
	s.unsettled.Add(1)
	s.sender.add(l, a)
	return l
}

// Unsettled is how many of the session's lines have neither come back nor
// been answered. Any goroutine may ask.
func (s *Session) Unsettled() int { return int(s.unsettled.Load()) }

// Joined says whether the session knows its assigned name and who was there.
// Only then may it send. Any goroutine may ask.
func (s *Session) Joined() bool { return s.joined.Load() }

// Name is the session's assigned name once it has joined. Any goroutine may ask.
func (s *Session) Name() string { return s.assigned() }

// Said is the last error that the server sent, for the goroutine that
// observes, and for all after Ended.
func (s *Session) Said() string { return s.said }

// LeaveNotice is how long it took until the last of the others knew that the
// session had left; false if it has not left or nobody was told.
func (s *Session) LeaveNotice() (time.Duration, bool) {
	_, at := s.left()
	seen := time.Duration(s.leaveSeen.Load())
	return seen - at, seen != 0 && s.closing.Load() != 0 && Leave(s.closeKind.Load()) != Evicted
}

// Flush ends a batch of observations that were read at one time. Nothing else
// depends on where batches end.
func (s *Session) Flush(at time.Duration) {
	if n := s.judge.asked.Load(); n != s.toldAt {
		s.tell(n)
	}
	if !s.bound {
		return
	}
	for s.marked < s.c {
		ch := s.chunk
		if ch == nil || s.marked < ch.base {
			ch = s.judge.chunkAt(s.marked)
		}
		if ch == nil { // forgotten: nobody is waiting for it
			s.marked = s.c
			break
		}
		to := min(s.c, ch.base+chunkLen)
		if s.stall.Load() == 0 { // else it is late by its own will
			ch.mark(s.marked-ch.base, to-ch.base, at)
		}
		s.marked = to
	}
	s.pos.Store(s.c)
}

func (j *Judge) chunkAt(place int64) *chunk {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.order.at(place)
}

// Observe takes one frame that the session received at at. For the delivery
// of a line of the run that is as it should be, or that only came out of
// order, it gives the line; else nil.
func (s *Session) Observe(f *wire.Frame, at time.Duration) *Line {
	if s.judge.cfg.Level >= Count {
		return s.observeStamp(f)
	}
	if f.Kind == wire.Line && !f.Private && s.bound {
		if e := s.expected(); e != nil && e.kind == wire.Line && e.text == string(f.Text) && e.name == string(f.Sender) {
			s.passed(e, at)
			return e.line
		}
	}
	if t := s.judge.tape; t != nil {
		return t.observe(s, f, at)
	}
	return s.observe(f, at)
}

// Pass is Observe for a frame that was not parsed yet: if its bytes are those
// in which the entry that is next came to the first who got it, it is taken and
// its line given, nil for a join or leave. Otherwise nothing has happened, and
// it is for Observe.
func (s *Session) Pass(raw []byte, at time.Duration) (l *Line, ok bool) {
	if !s.bound || len(raw) == 0 || s.judge.cfg.Level >= Count {
		return nil, false
	}
	e := s.expected()
	if e == nil || e.raw != string(raw) {
		return nil, false
	}
	s.passed(e, at)
	if e.line == nil {
		s.viewed(e, at)
	}
	return e.line, true
}

// lastSeen is the place of the public entry that the session saw last.
func (s *Session) lastSeen() int64 {
	if s.filledAt == s.c {
		return s.filled
	}
	return s.c - 1
}

// hadSeen says whether the session had seen the entry at a place when it stood at c.
func (s *Session) hadSeen(place, c int64) bool {
	return s.bound && place >= s.start && s.detours.had(place, c)
}

// behind is the place up to which the session has seen all that it will see.
func (s *Session) behind() int64 {
	if len(s.detours.missing) > 0 {
		return s.lastSeen()
	}
	return s.c - 1
}

// expected gives the entry that comes next for the session, nil if the order
// does not go that far yet.
func (s *Session) expected() *entry {
	ch := s.chunk
	if ch == nil || s.c-ch.base >= chunkLen {
		if ch = s.judge.chunkAt(s.c); ch == nil {
			return nil
		}
		s.chunk = ch
	}
	if i := s.c - ch.base; i < ch.n.Load() {
		return &ch.entries[i]
	}
	return nil
}

// passed moves the session past the entry that it expected and got.
func (s *Session) passed(e *entry, at time.Duration) {
	s.c++
	s.tally.entries++
	if len(s.open) != 0 {
		end := s.tapePass(at)
		s.closeGap(s.c - 1)
		end()
	}
	if e.line != nil {
		s.delivered(e.line, at)
	}
}

// viewed notes that the entry that the session passed is a join or a leave.
func (s *Session) viewed(e *entry, at time.Duration) {
	s.tally.views++
	s.learned(e, at)
}

// delivered counts a line of the run at this receiver.
func (s *Session) delivered(l *Line, at time.Duration) {
	s.tally.observed++
	if l.Measured {
		s.tally.deliveries++
		if l.priv != nil {
			s.privates++
		}
	}
	if l.Actual > s.newest {
		s.newest = l.Actual
	}
	if l.Session == s {
		s.own(l)
	}
	if since := s.judge.stalledAt.Load(); since != 0 {
		s.isolate(l, since-1, at)
	}
}

// own notes that the session's own line came back.
func (s *Session) own(l *Line) {
	if l.refused.Load() != 0 {
		s.returned(l)
	}
	s.settle(l)
	if l.priv != nil {
		if l.Claims != "" {
			s.tally.claims++
		}
		s.tally.fifo++
		if l.Seq < s.lastOwn {
			s.judge.violate(FIFOOrder, violation{key: key{line: l}, at: s, line: l,
				sentence: "a private line came back to its sender after a line sent later"})
		}
	}
	s.lastOwn = max(s.lastOwn, l.Seq)
	if len(s.refusals) != 0 {
		s.confirm(l.Seq)
	}
}

// settle notes that nothing is to be waited for any more.
func (s *Session) settle(l *Line) {
	if l.answered.CompareAndSwap(false, true) {
		s.unsettled.Add(-1)
		if l.priv == nil {
			s.judge.publicBack.Add(1)
		}
	}
}
