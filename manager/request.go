package manager

import (
	"cmp"
	"net/netip"
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
	log        appender
	maxUsers   int              // 0: no limit
	replicated bool             // other Managers apply the same
	remembers  bool             // names of those who have left
	scribe     *feed.Subscriber // the record; nil: none
	record     *feed.Subscriber // scribe, if it gets private lines as well; nil: it does not
	nicks      *irc.Book        // of those present; nil: IRC is not spoken

	room    room.Room
	start   uint64     // place before the first entry of this run
	now     time.Time  // when the request that is applied got its place
	stays   *stayTable // of those present, and those about to join, at the Manager whose request is applied
	own     *stayTable // likewise, at this Manager
	here    int        // users at this Manager
	hash    uint64     // of all joins and leaves, where several Managers compare them
	history history
	changes uint64         // joins and leaves: tells whether a Roster is still current
	frame   []byte         // for short frames that only the critical section can know
	formed  []byte         // what is appended in another form than it was encoded in
	tag     []byte         // of those that have their time with them
	others  []byte         // where the room's other Managers are, as a frame; empty: nowhere
	closing bool           // nobody is let in and nothing is said any more
	holds   []hold         // names of those who have left, in the order in which they get free
	bans    []ban          // in the order in which they were spoken
	masters map[*stay]bool // operators
	past    past           // names that clients of the raw dialect may still know
	over    []*stay        // whose reading ends when the critical section does
	stats   Stats
}

func newState(cfg *Config, log appender) state {
	s := state{
		log:       log,
		maxUsers:  cfg.MaxUsers,
		start:     cfg.FirstPlace,
		remembers: cfg.Detect,
		masters:   make(map[*stay]bool),
		own:       new(stayTable),
		stats: Stats{
			LoginFailures: make(map[wire.Reason]uint64),
			Evicted:       make(map[wire.Reason]uint64),
		},
	}
	s.stays = s.own
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
	AppendNewsLocked(b []byte)
	AppendFormLocked(form feed.Form, b []byte)
	OmitLocked(s *feed.Subscriber, n int)
	Read() uint32
	AppendPrivateLocked(s *feed.Subscriber, b []byte)
	SubscribeLocked(s *feed.Subscriber) bool
	FinishLocked(s *feed.Subscriber)
	DropLocked(s *feed.Subscriber) bool
}

// request is what changes the room, or is said in it: a value, which names stays by
// their ids. So it can travel, and be applied elsewhere too.
type request interface {
	// room tells what the feed must have room for before it is applied.
	room() waiting
	apply(s *state) outcome
}

// outcome is what a request has made.
type outcome struct {
	in   *admission // of a join; nil: it was refused
	done bool       // of a leave: it has ended the stay
	err  error      // the request was not carried out
}

// joinRequest asks for a name.
type joinRequest struct {
	stay    stayID
	asked   string
	returns bool         // it comes by a token:
	token   room.Token   // the one that it has; zero: none
	fresh   room.Token   // the one that it gets where that is not known
	from    netip.Prefix // its address; zero: none that can be banned
}

// admission is what a join has made.
type admission struct {
	roster room.Roster // the newcomer is last
	odd    irc.Odd     // of those in it, where IRC is spoken
	known  bool        // its token is good for the next time as well
	before recalled
	others []byte // a frame for who comes by a token; empty: none
}

func (joinRequest) room() waiting { return guestRoom }

// apply lets the user in: everybody else is told at the place of the order right
// before which its own cursor begins. The leave of a ghost, whose stay with the
// same token goes on, is told right before.
func (r joinRequest) apply(s *state) outcome {
	st := s.stays.of(r.stay)
	if st == nil && s.stays.remote {
		st = &stay{from: r.from}
		s.stays.put(st, r.stay)
	} else if st == nil {
		return outcome{err: errOver}
	}
	in, err := r.enter(s, st)
	if err != nil {
		st.home.remove(r.stay)
		return outcome{err: err}
	}
	if st.recall.Wanted() {
		in.before = s.history.recall(st.recall, s.place(), st.holder, in.known)
	}
	in.others = s.others
	return outcome{in: &in}
}

func (r joinRequest) enter(s *state, st *stay) (in admission, err error) {
	if s.closing {
		return admission{}, &refusal{wire.Shutdown, wire.Shutdown.Text()}
	}
	s.freeNames()
	in.known = r.token != (room.Token{}) && s.room.Knows(r.token)
	if err := s.refuses(&r, in.known); err != nil {
		return admission{}, err
	}
	var ghost *room.Member
	if in.known {
		ghost = s.room.Holder(r.token)
	}
	switch {
	case ghost != nil:
		s.leave(ghost.Session.(*stay), parting{by: replaced})
		s.stats.Returns++
	case s.maxUsers > 0 && s.room.Len() >= s.maxUsers:
		return admission{}, &refusal{wire.Full, wire.Full.Text()}
	}
	member := r.admit(s, &in)
	in.odd = s.name(st, member)
	s.told(wire.AppendJoin(s.frame[:0], member.Name()), func(dst, tag []byte) []byte { return irc.AppendJoin(dst, tag, st.nick) })
	if st.isHere() {
		s.log.SubscribeLocked(st.sub)
		s.here++
	}
	s.stats.Joins++
	if r.returns {
		if member.Kept == nil {
			member.Kept = new(holder)
		}
		st.holder = member.Kept.(*holder)
		s.allow(st, st.holder.may)
	}
	return in, nil
}

// place returns that of the last public entry: a line to the group, a join or a leave.
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

// leaveRequest ends a stay.
type leaveRequest struct {
	stay stayID
	by   end
	hold time.Duration // for which its name is held, if it has a token; 0: it is free
}

func (leaveRequest) room() waiting { return noRoom }

func (r leaveRequest) apply(s *state) outcome {
	st := s.stays.of(r.stay)
	if st == nil || endings[r.by].cut && s.closing {
		return outcome{} // over; or the user gets all, and the reason of that
	}
	if !s.leave(st, parting{by: r.by, held: r.hold > 0}) {
		return outcome{}
	}
	if r.hold > 0 {
		s.holdName(st.member, s.now.Add(r.hold))
	}
	return outcome{done: true}
}

// parting is how a stay ends.
type parting struct {
	by   end
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
	st.home.remove(st.id)
	st.end.Store(int32(p.by))
	if endings[p.by].dismiss && st.isHere() {
		s.over = append(s.over, st)
	}
	s.part(st, p)
	if p.held {
		s.room.LeaveHeld(st.member)
	} else {
		s.room.Leave(st.member)
	}
	s.allow(st, false)
	s.told(wire.AppendLeave(s.frame[:0], st.member.Name()), func(dst, tag []byte) []byte { return irc.AppendQuit(dst, tag, st.nick, whyOf(p.by, errLost)) })
	s.stats.Leaves++
	if s.remembers {
		s.past.add(st.member.Name())
	}
	if s.nicks != nil {
		s.nicks.Remove(st.member.Name())
	}
	return true
}

// part has the feed end what it writes to a user of this Manager.
func (s *state) part(st *stay, p parting) {
	if !st.isHere() {
		return
	}
	s.here--
	if how := &endings[p.by]; how.owed {
		s.tellLast(st, cmp.Or(p.word, how.word))
		s.log.FinishLocked(st.sub)
		return
	}
	s.log.DropLocked(st.sub)
}

// told appends the frame of a join or a leave, which inIRC appends in the words of that.
func (s *state) told(frame []byte, inIRC func(dst, tag []byte) []byte) {
	s.frame = frame
	s.changes++
	if s.replicated {
		s.hash = hashed(s.hash, frame)
	}
	s.log.AppendNewsLocked(frame)
	s.otherForms(frame, inIRC)
}

// tellLast sends a user its last error frame, if there is a word to tell.
func (s *state) tellLast(st *stay, word string) {
	if word != "" {
		s.reply(st, st.appendLast(s.frame[:0], word))
	}
}

// announcement is an encoded line of the server's own to the group, and its text.
type announcement struct{ frame, text []byte }

func (announcement) room() waiting { return anyRoom }

func (a announcement) apply(s *state) outcome {
	if s.closing {
		return outcome{err: ErrClosing}
	}
	s.log.AppendLocked(a.frame)
	s.otherForms(a.frame, func(dst, tag []byte) []byte { return irc.AppendNotice(dst, tag, irc.Channel, a.text) })
	if s.history.size > 0 {
		s.history.say(s.place(), s.now, a.frame)
	}
	s.countLines(1)
	return outcome{}
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
	s.private(st, a.frame)
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
	s.stats.Deliveries += n * uint64(s.here)
}
