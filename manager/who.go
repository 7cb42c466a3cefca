package manager

import "chatsim/manager/wire"

// rosterTries is how often a roster is encoded outside the lock and may be
// overtaken by a join or leave; in a storm of them it is encoded inside.
const rosterTries = 8

// answerWho answers with the roster of the place at which the answer stands.
// One answer must be out before the next is made, so that asking cannot grow
// memory.
func (s *session) answerWho() error {
	m := s.m
	m.feed.Lock()
	m.feed.WaitConsumedLocked(s.sub, s.whoMark)
	m.feed.Unlock()
	release, err := m.reserve()
	if err != nil {
		return errOver
	}
	defer release()
	var frame []byte
	for try := range rosterTries {
		m.feed.Lock()
		roster, at := m.room.Roster(), m.changes
		m.feed.Unlock()
		frame = wire.AppendRoster(frame[:0], roster.Names())
		if done, err := s.answerIfCurrent(frame, at, try == rosterTries-1); done || err != nil {
			return err
		}
	}
	return nil
}

// answerIfCurrent appends a roster if nobody has joined or left since it was
// taken; last makes sure that there is an answer.
func (s *session) answerIfCurrent(frame []byte, at uint64, last bool) (done bool, err error) {
	m := s.m
	m.feed.Lock()
	defer m.feed.Unlock()
	if !m.feed.WaitRoomLocked() || s.left || m.closing {
		return false, errOver
	}
	if m.changes != at {
		if !last {
			return false, nil
		}
		frame = wire.AppendRoster(frame[:0], m.room.Roster().Names())
	}
	m.feed.AppendPrivateLocked(s.sub, frame)
	s.whoMark = m.feed.OwedLocked(s.sub)
	return true, nil
}
