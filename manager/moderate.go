package manager

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"chatsim/manager/irc"
	"chatsim/manager/room"
	"chatsim/manager/wire"
)

const (
	maxBans  = 1000 // the oldest goes for one more
	maxHolds = 1000 // names
)

// hold keeps a name for a user who has left, until an instant.
type hold struct {
	member *room.Member
	until  time.Time
}

// holdName has the name of one who has left freed later; the zero time: it is free.
func (s *state) holdName(m *room.Member, until time.Time) {
	if until.IsZero() {
		return
	}
	i, _ := slices.BinarySearchFunc(s.holds, until, func(h hold, t time.Time) int { return h.until.Compare(t) })
	s.holds = slices.Insert(s.holds, i, hold{m, until})
	if len(s.holds) > maxHolds {
		s.freeHolds(1)
	}
}

// freeNames frees the names that are held no longer than until now.
func (s *state) freeNames() {
	n := 0
	for n < len(s.holds) && !s.holds[n].until.After(s.now) {
		n++
	}
	s.freeHolds(n)
}

// freeHolds frees the first names of those that are held.
func (s *state) freeHolds(n int) {
	for _, h := range s.holds[:n] {
		s.room.Free(h.member)
	}
	s.holds = slices.Delete(s.holds, 0, n)
}

// ban keeps one out who was told to leave: by its name, by its token, and by its
// address where that was asked for.
type ban struct {
	Ban
	key   string     // skeleton of the name
	token room.Token // zero: none
}

// Ban is somebody who is not let in.
type Ban struct {
	Name  string
	From  netip.Prefix // all who come from there; the zero Prefix: nobody for that
	Until time.Time
	By    string
}

// banned returns the ban of one who asks for a name and would get another, nil if
// there is none.
func (s *state) banned(r *joinRequest) *ban {
	s.bans = slices.DeleteFunc(s.bans, func(b ban) bool { return !b.Until.After(s.now) })
	if len(s.bans) == 0 {
		return nil
	}
	asked, given := wire.Skeleton(r.asked), wire.Skeleton(s.room.Given(r.asked, r.token))
	for i := range s.bans {
		b := &s.bans[i]
		if b.key == asked || b.key == given || b.token != (room.Token{}) && b.token == r.token || b.From.IsValid() && b.From == r.from {
			return b
		}
	}
	return nil
}

// refuses returns why somebody is not let in under a name; known: with its token it
// was there before.
func (s *state) refuses(r *joinRequest, known bool) error {
	if b := s.banned(r); b != nil {
		return &refusal{wire.Kicked, wire.Kicked.With("come back in " + wire.Left(b.Until.Sub(s.now)))}
	}
	if !known && s.isMasters(r.asked) {
		return &refusal{wire.BadName, wire.BadName.With(nameOfOperator)}
	}
	return nil
}

const (
	nameOfOperator = "name is that of an operator"
	nameOfRoom     = "name is reserved for whoever runs the room"
)

// isMasters reports whether a name looks like that of an operator who is there.
func (s *state) isMasters(name string) bool {
	if len(s.masters) == 0 {
		return false
	}
	key := wire.Skeleton(name)
	for st := range s.masters {
		if wire.Skeleton(st.member.Name()) == key {
			return true
		}
	}
	return false
}

// allow has a user be an operator, or not.
func (s *state) allow(st *stay, may bool) {
	if st.may = may; may {
		s.masters[st] = true
	} else {
		delete(s.masters, st)
	}
}

// opRequest makes an operator of a user, who has said the password.
type opRequest struct{ stay stayID }

func (opRequest) room() waiting { return noRoom }

func (r opRequest) apply(s *state) outcome {
	st := s.stays.of(r.stay)
	if st == nil || s.closing {
		return outcome{err: errOver}
	}
	s.allow(st, true)
	if st.holder != nil {
		st.holder.may = true
	}
	s.reply(st, st.appendNotice(s.frame[:0], wire.YouAreOperator))
	return outcome{}
}

// reply appends a frame among a user's own.
func (s *state) reply(st *stay, frame []byte) {
	s.frame = frame
	s.private(st, frame)
}

// kickRequest puts a user out, whose token is that of nobody from then on, and keeps
// it out until an instant.
type kickRequest struct {
	name    string
	by      string        // whom everybody is told of; empty: nobody is told
	span    time.Duration // for which it is not let in; 0: it may come back at once
	ban     bool          // that is a ban, also of one who is not there
	address bool          // so is everybody who comes from its address
}

func (kickRequest) room() waiting { return noRoom }

func (r kickRequest) apply(s *state) outcome {
	member := s.room.Lookup(r.name)
	switch {
	case s.closing:
		return outcome{err: ErrClosing}
	case member == nil && (!r.ban || r.address):
		return outcome{err: ErrNoSuchUser}
	}
	b := ban{Ban: Ban{Name: r.name, Until: s.now.Add(r.span), By: r.by}, key: wire.Skeleton(r.name)}
	var st *stay
	if member != nil {
		st = member.Session.(*stay)
		b.Name, b.key, b.token = member.Name(), wire.Skeleton(member.Name()), member.Token()
		if r.address {
			if b.From = st.from; !b.From.IsValid() {
				return outcome{err: ErrSharedAddress}
			}
		}
	}
	if r.span > 0 {
		s.bans = append(s.bans, b)
		s.bans = s.bans[max(0, len(s.bans)-maxBans):]
	}
	if st != nil {
		s.putOut(st, r.span)
	}
	if r.by != "" {
		text := fmt.Sprintf(wire.WasRemoved, b.Name, r.by)
		if r.ban {
			text = fmt.Sprintf(wire.WasBanned, b.Name, r.by, wire.Span(r.span))
		}
		s.announce(text)
	}
	return outcome{}
}

// putOut ends the stay of one who is told to leave.
func (s *state) putOut(st *stay, span time.Duration) {
	s.room.Void(st.member)
	word := ""
	if span > 0 {
		word = wire.Kicked.With("come back in " + wire.Span(span))
	}
	s.leave(st, parting{by: kicked, word: word})
	s.stats.Evicted[wire.Kicked]++
}

// announce says a text to the group in the server's name.
func (s *state) announce(text string) {
	announcement{wire.AppendLine(nil, wire.Server, []byte(text), wire.Group), []byte(text)}.apply(s)
}

// unbanRequest lets those in again who were banned under a name.
type unbanRequest struct{ name, by string }

func (unbanRequest) room() waiting { return noRoom }

func (r unbanRequest) apply(s *state) outcome {
	key, n := wire.Skeleton(r.name), len(s.bans)
	s.bans = slices.DeleteFunc(s.bans, func(b ban) bool { return b.key == key || b.From.IsValid() && b.From.String() == r.name })
	if len(s.bans) == n {
		return outcome{err: ErrNotBanned}
	}
	if r.by != "" && !s.closing {
		s.announce(fmt.Sprintf(wire.WasUnbanned, r.name, r.by))
	}
	return outcome{}
}

// bannedNow returns those who are not let in.
func (s *state) bannedNow(now time.Time) (of []Ban) {
	for _, b := range s.bans {
		if b.Until.After(now) {
			of = append(of, b.Ban)
		}
	}
	return of
}

// nickRequest has a user be called otherwise: it leaves and comes in at one place.
type nickRequest struct {
	stay  stayID
	asked string
}

func (nickRequest) room() waiting { return anyRoom }

// apply tells the user its new name before the leave and the join, which it sees as
// all others do.
func (r nickRequest) apply(s *state) outcome {
	st := s.stays.of(r.stay)
	if st == nil || s.closing {
		return outcome{err: errOver}
	}
	was := st.member
	if r.asked == was.Name() {
		return outcome{err: ErrSameName}
	}
	s.freeNames()
	join := joinRequest{asked: r.asked, from: st.from}
	if err := s.refuses(&join, st.may && wire.Skeleton(r.asked) == wire.Skeleton(was.Name())); err != nil {
		return outcome{err: err}
	}
	member := s.room.Rename(was, r.asked)
	nick := st.nick
	if s.nicks != nil {
		s.nicks.Remove(was.Name())
	}
	s.name(st, member)
	welcome := wire.AppendWelcome(s.frame[:0], member.Name())
	if st.token != "" {
		welcome = wire.AppendWelcomeToken(s.frame[:0], member.Name(), st.token)
	}
	s.reply(st, welcome)
	s.told(wire.AppendLeave(s.frame[:0], was.Name()), func(dst, tag []byte) []byte { return irc.AppendQuit(dst, tag, nick, "is now "+st.nick) })
	s.told(wire.AppendJoin(s.frame[:0], member.Name()), func(dst, tag []byte) []byte { return irc.AppendJoin(dst, tag, st.nick) })
	s.stats.Leaves++
	s.stats.Joins++
	if s.remembers {
		s.past.add(was.Name())
	}
	return outcome{}
}
