package manager

import (
	"cmp"
	"net/netip"
	"sync/atomic"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/irc"
	"chatsim/manager/room"
	"chatsim/manager/wire"
)

// state is what requests are applied to. Equal requests in equal order make equal
// states and equal bytes: applying one looks at no clock, no socket and nothing
// random.
//
// It is guarded by the sequencer.
type state struct {
	// Static after construction.
	log       appender
	maxUsers  int              // 0: no limit
	remembers bool             // names of those who have left
	record    *feed.Subscriber // gets private lines as well; nil: none
	nicks     *irc.Book        // of those present; nil: IRC is not spoken

	room    room.Room
	start   uint64 // place before the first entry of this run
	history history
	changes uint64         // joins and leaves: tells whether a Roster is still current
	frame   []byte         // for short frames that only the critical section can know
	tag     []byte         // of those that have their time with them
	closing bool           // nobody is let in and nothing is said any more
	holds   []hold         // names of those who have left, in the order in which they get free
	bans    []ban          // in the order in which they were spoken
	masters map[*stay]bool // operators
	past    past           // names that clients of the raw dialect may still know
	stats   Stats
}

func newState(cfg *Config, log appender) state {
	s := state{
		log:       log,
		maxUsers:  cfg.MaxUsers,
		start:     cfg.FirstPlace,
		remembers: cfg.Detect,
		masters:   make(map[*stay]bool),
		stats: Stats{
			LoginFailures: make(map[wire.Reason]uint64),
			Evicted:       make(map[wire.Reason]uint64),
		},
	}
	s.history.begin(cfg.History, s.start, cfg.Before)
	if cfg.Detect && !cfg.NoIRC {
		s.nicks = new(irc.Book)
	}
	if cfg.StrictNames {
		s.room.Keys = []func(string) string{wire.Skeleton, wire.CapitalSkeleton}
	}
	return s
}

// appender is what applying a request may do with the feed: it neither locks nor
// waits.
type appender interface {
	AppendLocked(b []byte)
	AppendFormLocked(form feed.Form, b []byte)
	OmitLocked(s *feed.Subscriber, n int)
	Read() uint32
	AppendPrivateLocked(s *feed.Subscriber, b []byte)
	SubscribeLocked(s *feed.Subscriber) bool
	FinishLocked(s *feed.Subscriber)
	DropLocked(s *feed.Subscriber) bool
}

// stay is what the sequencer knows of a session: one stay in the room.
type stay struct {
	session *session               // whose it is; static
	sub     *feed.Subscriber       // set before the join
	member  *room.Member           // set by the join and by a change of name; nil: not in yet
	from    netip.Prefix           // its address, see bannable; set before the join
	name    string                 // with member: the one that the room has given; owned by the session's goroutine
	called  atomic.Pointer[string] // the same, for any goroutine; nil: not in yet
	holder  *holder                // set with member; nil: it has no token
	may     bool                   // it is an operator's; guarded by the sequencer
	nick    string                 // set with member: what it is called on IRC, where that is spoken
	irc     *irc.Peer              // static, but for its nick, which is set by the join; nil: another dialect
	away    string                 // as one who speaks IRC says; guarded by the sequencer

	// end is who has ended the stay, nobody while it goes on. It is set once, by
	// a request; any goroutine may read it.
	end atomic.Int32
}

// gone reports whether the stay has ended.
func (st *stay) gone() bool { return st.endedBy() != nobody }

func (st *stay) endedBy() end { return end(st.end.Load()) }

// joinRequest asks for a name.
type joinRequest struct {
	stay    *stay
	asked   string
	returns bool         // it comes by a token:
	token   room.Token   // the one that it has; zero: none
	fresh   room.Token   // the one that it gets where that is not known
	from    netip.Prefix // its address; zero: none that can be banned
	recall  wire.Recall
	at      time.Time
}

// admission is what a join has made.
type admission struct {
	roster room.Roster // the newcomer is last
	odd    irc.Odd     // of those in it, where IRC is spoken
	known  bool        // its token is good for the next time as well
	ghost  *stay       // whose place it took; nil: nobody's
	before recalled
}

// apply lets the user in: everybody else is told at the place of the order right
// before which its own cursor begins. The leave of a ghost, whose stay with the
// same token goes on, is told right before.
func (r joinRequest) apply(s *state) (in admission, err error) {
	s.freeNames(r.at)
	in.known = r.token != (room.Token{}) && s.room.Knows(r.token)
	if err := s.refuses(&r, in.known); err != nil {
		return admission{}, err
	}
	if in.known {
		if m := s.room.Holder(r.token); m != nil {
			in.ghost = m.Session.(*stay)
		}
	}
	switch {
	case in.ghost != nil:
		s.leave(in.ghost, parting{by: replaced, at: r.at})
		s.stats.Returns++
	case s.maxUsers > 0 && s.room.Len() >= s.maxUsers:
		return admission{}, &refusal{wire.Full, wire.Full.Text()}
	}
	member := r.admit(s, &in)
	s.told(wire.AppendJoin(s.frame[:0], member.Name()))
	in.odd = s.name(r.stay, member)
	s.allForms(r.at, func(dst, tag []byte) []byte { return irc.AppendJoin(dst, tag, r.stay.nick) })
	s.log.SubscribeLocked(r.stay.sub)
	s.stats.Joins++
	if r.returns {
		if member.Kept == nil {
			member.Kept = new(holder)
		}
		r.stay.holder = member.Kept.(*holder)
		s.allow(r.stay, r.stay.holder.may)
	}
	if r.recall.Wanted() {
		in.before = s.history.recall(r.recall, s.place(), r.stay.holder, in.known)
	}
	return in, nil
}

// place is that of the last public entry: a line to the group, a join or a leave.
func (s *state) place() uint64 { return s.start + s.changes + s.stats.Lines }

// admit has the room give the user a name. One whose token is known keeps that:
// where the welcome does not arrive, it is good for the next try.
func (r joinRequest) admit(s *state, in *admission) (member *room.Member) {
	switch {
	case !r.returns:
		member, in.roster = s.room.Join(r.asked)
	case in.known:
		member, in.roster = s.room.Return(r.asked, r.token)
	default:
		member, in.roster = s.room.Return(r.asked, r.fresh)
	}
	return member
}

// calledNow is the name of the stay; empty before the join.
func (st *stay) calledNow() string {
	if name := st.called.Load(); name != nil {
		return *name
	}
	return ""
}

// leaveRequest ends a stay.
type leaveRequest struct {
	stay *stay
	by   end
	at   time.Time
	hold time.Duration // for which its name is held, if it has a token; 0: it is free
}

func (r leaveRequest) apply(s *state) bool {
	if endings[r.by].cut && s.closing {
		return false // the user gets all, and the reason of that
	}
	member := r.stay.member
	if !s.leave(r.stay, parting{by: r.by, at: r.at, held: r.hold > 0}) {
		return false
	}
	if r.hold > 0 {
		s.holdName(member, r.at.Add(r.hold))
	}
	return true
}

// parting is how a stay ends.
type parting struct {
	by   end
	at   time.Time
	word string // its last error frame; empty: the usual one
	held bool   // its name is not free yet, if it has a token
}

// leave tells everybody else at the place of the order that the user itself does
// not see any more. If it is owed what came before, the feed goes on writing
// that, and its last word.
func (s *state) leave(st *stay, p parting) bool {
	if st.member == nil || st.gone() {
		return false
	}
	st.end.Store(int32(p.by))
	if how := &endings[p.by]; how.owed {
		s.tellLast(st, cmp.Or(p.word, how.word))
		s.log.FinishLocked(st.sub)
	} else {
		s.log.DropLocked(st.sub)
	}
	if p.held {
		s.room.LeaveHeld(st.member)
	} else {
		s.room.Leave(st.member)
	}
	s.allow(st, false)
	s.told(wire.AppendLeave(s.frame[:0], st.member.Name()))
	s.stats.Leaves++
	if s.remembers {
		s.past.add(st.member.Name())
	}
	s.allForms(p.at, func(dst, tag []byte) []byte { return irc.AppendQuit(dst, tag, st.nick, whyOf(p.by, errLost)) })
	if s.nicks != nil {
		s.nicks.Remove(st.member.Name())
	}
	return true
}

// told appends the frame of a join or a leave.
func (s *state) told(frame []byte) {
	s.frame = frame
	s.changes++
	s.log.AppendLocked(frame)
}

// tellLast sends a user its last error frame, if there is a word to tell.
func (s *state) tellLast(st *stay, word string) {
	if word != "" {
		s.frame = st.appendLast(s.frame[:0], word)
		s.log.AppendPrivateLocked(st.sub, s.frame)
	}
}

// announcement is an encoded line of the server's own to the group, and its text.
type announcement struct {
	frame, text []byte
	at          time.Time
}

func (a announcement) apply(s *state) {
	s.log.AppendLocked(a.frame)
	s.allForms(a.at, func(dst, tag []byte) []byte { return irc.AppendNotice(dst, tag, irc.Channel, a.text) })
	if s.history.size > 0 {
		s.history.say(s.place(), a.at, a.frame)
	}
	s.countLines(1)
}

// historyAnswer is a history for one user alone, encoded.
type historyAnswer struct{ frames []byte }

func (a historyAnswer) apply(s *state, st *stay) {
	s.log.AppendPrivateLocked(st.sub, a.frames)
}

// rosterAnswer is an encoded roster for one user alone.
type rosterAnswer struct {
	frame []byte
	at    uint64 // the version that it shows
	last  bool   // if that is not the current one, it is encoded anew
	form  rosterForm
}

// apply reports whether the user was answered.
func (a rosterAnswer) apply(s *state, st *stay) bool {
	if s.changes != a.at {
		if !a.last {
			return false
		}
		a.frame = a.form(a.frame[:0], s.room.Roster().Names(), s.odd())
	}
	s.log.AppendPrivateLocked(st.sub, a.frame)
	return true
}

// close has everybody finish.
func (s *state) close(sessions []*session) {
	s.closing = true
	for _, o := range sessions {
		if o.member != nil && !o.gone() {
			s.tellLast(&o.stay, endings[closing].word)
			s.log.FinishLocked(o.sub)
		}
	}
}

func (s *state) countLines(n uint64) {
	s.stats.Lines += n
	s.stats.Deliveries += n * uint64(s.room.Len())
}
