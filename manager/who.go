package manager

import (
	"iter"

	"chatsim/manager/irc"
	"chatsim/manager/wire"
)

// rosterTries is how often a roster is encoded outside the lock and may be
// overtaken by a join or leave; in a storm of them it is encoded inside.
const rosterTries = 8

// historyForm is how what was said before is encoded for one user.
type historyForm func(dst []byte, said []*saying) []byte

// lineHistory returns an object a line, so that people can read it.
func lineHistory(dst []byte, said []*saying) []byte {
	for _, line := range said {
		dst = wire.AppendHistory(dst, line.append(nil))
	}
	if len(said) == 0 {
		dst = wire.AppendHistory(dst)
	}
	return dst
}

// answerBefore answers with what was said to the group before. Lines may be said
// between its place and that of the answer: the user has those.
func (s *session) answerBefore(lines int, encode historyForm) error {
	q := s.m.seq
	if err := q.settle(&s.stay); err != nil {
		return err
	}
	q.waitRead(&s.stay, s.askMark)
	mark, err := q.tellBefore(&s.stay, historyAnswer{encode(nil, q.last(lines))})
	if err == nil {
		s.askMark = mark
	}
	return err
}

// rosterForm is how a roster is encoded for one user.
type rosterForm func(dst []byte, names iter.Seq[string], odd irc.Odd) []byte

func lineRoster(dst []byte, names iter.Seq[string], _ irc.Odd) []byte {
	return wire.AppendRoster(dst, names)
}

// answerRoster answers with the roster of the place at which the answer stands.
// One answer must be out before the next is made, so that asking cannot grow
// memory.
func (s *session) answerRoster(encode rosterForm) error {
	q := s.m.seq
	if err := q.settle(&s.stay); err != nil {
		return err
	}
	q.waitRead(&s.stay, s.askMark)
	more := 0
	if s.irc != nil {
		more = q.roster().Len() * irc.WhoSize
	}
	release, err := s.m.reserve(more)
	if err != nil {
		return errOver
	}
	defer release()
	var frame []byte
	for try := range rosterTries {
		now := q.version()
		frame = encode(frame[:0], now.roster.Names(), now.odd)
		mark, done, err := q.answer(&s.stay, rosterAnswer{frame, now.changes, try == rosterTries-1, encode})
		if done {
			s.askMark = mark
		}
		if done || err != nil {
			return err
		}
	}
	return nil
}
