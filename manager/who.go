package manager

import "chatsim/manager/wire"

// rosterTries is how often a roster is encoded outside the lock and may be
// overtaken by a join or leave; in a storm of them it is encoded inside.
const rosterTries = 8

// answerBefore answers with what was said to the group before, an object a line so
// that people can read it. Lines may be said between its place and that of the
// answer: the user has those.
func (s *session) answerBefore(lines int) error {
	q := s.m.seq
	q.waitRead(&s.stay, s.askMark)
	said := q.last(lines)
	var frames []byte
	for _, line := range said {
		frames = wire.AppendHistory(frames, line.encoded())
	}
	if len(said) == 0 {
		frames = wire.AppendHistory(frames)
	}
	mark, err := q.tellBefore(&s.stay, historyAnswer{frames})
	if err == nil {
		s.askMark = mark
	}
	return err
}

// answerWho answers with the roster of the place at which the answer stands.
// One answer must be out before the next is made, so that asking cannot grow
// memory.
func (s *session) answerWho() error {
	q := s.m.seq
	q.waitRead(&s.stay, s.askMark)
	release, err := s.m.reserve(0)
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
			s.askMark = mark
		}
		if done || err != nil {
			return err
		}
	}
	return nil
}
