package manager

import "chatsim/manager/wire"

// rosterTries is how often a roster is encoded outside the lock and may be
// overtaken by a join or leave; in a storm of them it is encoded inside.
const rosterTries = 8

// answerWho answers with the roster of the place at which the answer stands.
// One answer must be out before the next is made, so that asking cannot grow
// memory.
func (s *session) answerWho() error {
	q := s.m.seq
	q.waitRead(&s.stay, s.whoMark)
	release, err := s.m.reserve()
	if err != nil {
		return errOver
	}
	defer release()
	var frame []byte
	for try := range rosterTries {
		roster, at := q.version()
		frame = wire.AppendRoster(frame[:0], roster.Names())
		mark, done, err := q.answer(&s.stay, rosterAnswer{frame, at, try == rosterTries-1})
		if done {
			s.whoMark = mark
		}
		if done || err != nil {
			return err
		}
	}
	return nil
}
