package manager

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"

	"chatsim/manager/room"
	"chatsim/manager/wire"
)

// newToken returns a secret that nobody can guess.
func newToken() string {
	b := make([]byte, wire.TokenLen/2)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

// hashOf is what the room keeps of a token. It is looked up by its hash, of which
// the time of a look-up may tell something: that says nothing about the token.
func hashOf(token string) room.Token { return sha256.Sum256([]byte(token)) }

// takeNameLocked has the room give the user a name. One whose token is known
// keeps it: where the welcome does not arrive, it is good for the next try. A
// ghost, whose stay with that token goes on, is put out first.
func (s *session) takeNameLocked(fresh string) (member *room.Member, roster room.Roster, ghost *session, err error) {
	r := &s.m.room
	known := s.token != "" && r.Knows(hashOf(s.token))
	if known {
		if m := r.Holder(hashOf(s.token)); m != nil {
			ghost = m.Session.(*session)
		}
	}
	switch {
	case ghost != nil:
		ghost.dismissLocked(wire.Elsewhere)
	case s.m.fullLocked():
		return nil, room.Roster{}, nil, &refusal{wire.Full, wire.Full.Text()}
	}
	if !s.returns {
		member, roster = r.Join(s.asked)
		return member, roster, nil, nil
	}
	if !known {
		s.token = fresh
	}
	member, roster = r.Return(s.asked, hashOf(s.token))
	return member, roster, ghost, nil
}

// dismissLocked ends a stay for a reason of ours. The user gets what was said
// before, and the reason; what it has not said by now is dropped. Its reading is
// to be interrupted when the lock is given up.
func (s *session) dismissLocked(reason wire.Reason) {
	m := s.m
	s.dismissed.Store(true)
	m.frame = wire.AppendError(m.frame[:0], reason.Text())
	m.feed.AppendPrivateLocked(s.sub, m.frame)
	s.leaveLocked(true)
}
