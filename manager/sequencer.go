package manager

import (
	"context"
	"maps"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/irc"
	"chatsim/manager/room"
)

// sequencer is the place where order is made. Whatever changes the room or is
// said in it is a request: the sequencer waits until the feed takes more, applies
// the request to the state in one critical section, and returns what the session
// has to know. What each request does is in request.go.
//
// This file is the only one that takes the feed's lock. Nobody encodes, does I/O
// or waits for a peer while it is held.
type sequencer struct {
	feed    *feed.Feed // static; its lock guards state
	state   state
	replica *replica // static once the Manager is made; nil: requests are applied where they are made
}

func newSequencer(cfg *Config) *sequencer {
	f := feed.New(feed.Config{Window: cfg.Window, Grace: cfg.Grace, Measure: cfg.Measure})
	return &sequencer{feed: f, state: newState(cfg, f)}
}

// record subscribes whoever reads along: a cursor like any other, but for
// standing aside. private has it get the private lines as well.
func (q *sequencer) record(sub *feed.Subscriber, private bool) {
	q.feed.Lock()
	q.feed.SubscribeLocked(sub)
	q.feed.AsideLocked(sub)
	q.state.scribe = sub
	if private {
		q.state.record = sub
	}
	q.feed.Unlock()
	q.feed.Release(sub)
}

// waiting is what the feed must have room for before a request is applied.
type waiting uint8

const (
	noRoom    waiting = iota // nothing
	anyRoom                  // more of what is said
	guestRoom                // one more reader
)

// order has a request take its place, and returns why it was not carried out.
func (q *sequencer) order(r request) error { return q.make(r).err }

// make has a request take its place.
func (q *sequencer) make(r request) outcome {
	if q.replica != nil {
		return q.replica.make(r)
	}
	q.feed.Lock()
	defer q.unlock()
	q.waitLocked(r.room())
	q.state.now = time.Now()
	return r.apply(&q.state)
}

// waitLocked waits until the feed has room, or is closed: then the room is
// closing, as whoever applies a request sees.
func (q *sequencer) waitLocked(what waiting) {
	switch what {
	case anyRoom:
		q.feed.WaitRoomLocked()
	case guestRoom:
		q.feed.WaitGuestLocked()
	}
}

// unlock ends a critical section, and the reading of those whose stays were ended
// there from elsewhere.
func (q *sequencer) unlock() {
	over := q.state.over
	q.state.over = nil
	q.feed.Unlock()
	for _, st := range over {
		st.session.dismissed()
	}
}

// join lets a user in. Its cursor is held until release.
func (q *sequencer) join(ctx context.Context, st *stay, r joinRequest) (*admission, error) {
	if q.replica != nil {
		if err := q.replica.waitJoin(ctx); err != nil {
			return nil, err
		}
	}
	q.feed.Lock()
	q.state.own.add(st)
	q.feed.Unlock()
	r.stay = st.id
	out := q.make(r)
	return out.in, out.err
}

// progress records that a newcomer takes what is written to it.
func (q *sequencer) progress(st *stay) { q.feed.Progress(st.sub) }

// release has the feed write to a newcomer from now on.
func (q *sequencer) release(st *stay) { q.feed.Release(st.sub) }

// drop has the feed write no more to a user, who stays in the room; false: the
// feed has ended that before.
func (q *sequencer) drop(st *stay) bool {
	q.feed.Lock()
	defer q.feed.Unlock()
	return q.feed.DropLocked(st.sub)
}

// publish assigns the lines of a user their place in the order. It waits while the
// room is full; errOver means that nothing was said, as the stay is over or the
// room is closing.
func (q *sequencer) publish(st *stay, p *publication) error {
	if p.from = st.id; q.replica != nil {
		return q.replica.publish(st, p)
	}
	for {
		p.encode(st, q.feed.Read())
		if done, err := q.tryPublish(st, p); done {
			return err
		}
	}
}

// settle waits until all that a user has said has its place.
func (q *sequencer) settle(st *stay) error {
	if q.replica == nil {
		return nil
	}
	return q.replica.settle(st)
}

// tryPublish is publish, but does nothing where somebody has begun to read a
// form that is still to be encoded.
func (q *sequencer) tryPublish(st *stay, p *publication) (done bool, err error) {
	q.feed.Lock()
	defer q.unlock()
	if q.feed.WaitRoomLocked(); p.lacks(q.feed.Read()) && !st.gone() {
		return false, nil
	}
	return true, p.apply(&q.state).err
}

// full returns a hint, which takes no lock: publish would wait.
func (q *sequencer) full() bool {
	return q.feed.Full() || q.replica != nil && q.replica.luggage.waiting.Load() > 0
}

// waitRoom waits until the room takes more.
func (q *sequencer) waitRoom(st *stay) error {
	if q.replica != nil {
		if err := q.replica.waitRoom(); err != nil {
			return err
		}
	}
	q.feed.Lock()
	defer q.feed.Unlock()
	if !q.feed.WaitRoomLocked() || st.gone() {
		return errOver
	}
	return nil
}

// leave ends a stay; false: it was over already, or never began.
//
// Where requests travel, one whom the feed has put out is not waited for: the feed
// itself calls then.
func (q *sequencer) leave(r leaveRequest) bool {
	if q.replica != nil && (r.by == stalled || r.by == slow) {
		q.replica.propose(r)
		return true
	}
	return q.make(r).done
}

// bans returns those who are not let in.
func (q *sequencer) bans(now time.Time) []Ban {
	q.feed.Lock()
	defer q.feed.Unlock()
	return q.state.bannedNow(now)
}

// may reports whether a user is an operator.
func (q *sequencer) may(st *stay) bool {
	q.feed.Lock()
	defer q.feed.Unlock()
	return st.may
}

// roster returns the roster of now.
func (q *sequencer) roster() room.Roster { return q.version().roster }

// version is the roster of one moment.
type version struct {
	roster  room.Roster
	odd     irc.Odd // of those in it
	changes uint64  // tells answer whether it is still current
}

// version returns the roster of now.
func (q *sequencer) version() version {
	q.feed.Lock()
	defer q.feed.Unlock()
	return version{q.state.room.Roster(), q.state.odd(), q.state.changes}
}

// waitRead waits until the feed has written everything up to a mark to a user, or
// writes to it no more.
func (q *sequencer) waitRead(st *stay, mark int64) {
	q.feed.Lock()
	defer q.feed.Unlock()
	q.feed.WaitConsumedLocked(st.sub, mark)
}

// answer assigns an encoded roster its place among a user's own lines, and returns
// the mark at which it is written; none if the roster is not current any more.
func (q *sequencer) answer(st *stay, a rosterAnswer) (mark int64, done bool, err error) {
	q.feed.Lock()
	defer q.feed.Unlock()
	if !q.feed.WaitRoomLocked() || st.gone() || q.state.closing {
		return 0, false, errOver
	}
	if !a.apply(&q.state, st) {
		return 0, false, nil
	}
	return q.feed.OwedLocked(st.sub), true, nil
}

// last returns the last lines to the group that are kept, so many of them or, for
// 0, all.
func (q *sequencer) last(lines int) []*saying {
	q.feed.Lock()
	defer q.feed.Unlock()
	return q.state.history.last(lines)
}

// tellBefore assigns an encoded history its place among a user's own lines, and
// returns the mark at which it is written.
func (q *sequencer) tellBefore(st *stay, a historyAnswer) (mark int64, err error) {
	q.feed.Lock()
	defer q.feed.Unlock()
	if !q.feed.WaitRoomLocked() || st.gone() || q.state.closing {
		return 0, errOver
	}
	a.apply(&q.state, st)
	return q.feed.OwedLocked(st.sub), nil
}

// historySize is about how many bytes all of the history takes for one user.
func (q *sequencer) historySize() int {
	q.feed.Lock()
	defer q.feed.Unlock()
	return q.state.history.bytes()
}

// find returns who has a nick on IRC.
func (q *sequencer) find(nick []byte) irc.Found {
	q.feed.Lock()
	defer q.feed.Unlock()
	return q.state.find(nick)
}

// setAway records why a user is away; empty: it is back.
func (q *sequencer) setAway(st *stay, why string) {
	q.feed.Lock()
	defer q.feed.Unlock()
	st.away = why
}

// lookup finds the user whose name, and a space behind it, a text begins with.
func (q *sequencer) lookup(text []byte) (name string, rest []byte, ok bool) {
	q.feed.Lock()
	defer q.feed.Unlock()
	member, rest := q.state.room.LookupPrefix(text)
	if member == nil {
		return "", nil, false
	}
	return member.Name(), rest, true
}

// knownPrefix returns the length of the longest name of a user, or of one who has
// left not long ago, that b begins with.
func (q *sequencer) knownPrefix(b []byte) int {
	q.feed.Lock()
	defer q.feed.Unlock()
	return q.state.knownPrefix(b)
}

// count changes a counter of what is no request.
func (q *sequencer) count(change func(*Stats)) {
	q.feed.Lock()
	defer q.feed.Unlock()
	change(&q.state.stats)
}

// stats returns the counters as they are now, but for the connections.
func (q *sequencer) stats() Stats {
	q.feed.Lock()
	st := q.state.stats
	st.LoginFailures = maps.Clone(st.LoginFailures)
	st.Evicted = maps.Clone(st.Evicted)
	st.Online = q.state.room.Len()
	q.feed.Unlock()
	st.Feed = q.feed.Stats()
	st.Panics += st.Feed.Panics
	return st
}

// close lets nobody in any more and has nothing more said. Everybody gets a last
// frame behind what was said so far.
func (q *sequencer) close(sessions []*session) {
	if q.replica != nil {
		q.replica.leave()
	}
	q.feed.Lock()
	defer q.feed.Unlock()
	q.state.close(sessions)
}

// drain waits until everybody has got everything, or ctx is done.
func (q *sequencer) drain(ctx context.Context) error { return q.feed.Close(ctx) }
