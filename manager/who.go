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

// showBefore answers with the last lines that were said to the group.
func (r round) showBefore(lines int, encode historyForm) error {
	if err := r.publish(); err != nil {
		return err
	}
	return r.unlessCut(r.answerBefore(lines, encode), 1)
}

// answerBefore answers with what was said to the group before. Lines may be said
// between its place and that of the answer: the user has those.
func (r round) answerBefore(lines int, encode historyForm) error {
	q := r.m.seq
	if err := q.settle(&r.stay); err != nil {
		return err
	}
	q.waitRead(&r.stay, r.askMark)
	mark, err := q.tellBefore(&r.stay, historyAnswer{encode(nil, q.last(lines))})
	if err == nil {
		r.askMark = mark
	}
	return err
}

// rosterForm is how a roster is encoded for one user.
type rosterForm func(dst []byte, names iter.Seq[string], odd irc.Odd) []byte

func lineRoster(dst []byte, names iter.Seq[string], _ irc.Odd) []byte {
	return wire.AppendRoster(dst, names)
}

// showRoster answers with the roster behind all that was said before.
func (r round) showRoster(encode rosterForm) error {
	if err := r.publish(); err != nil {
		return err
	}
	return r.unlessCut(r.answerRoster(encode), 1)
}

// answerRoster answers with the roster of the place at which the answer stands.
// One answer must be out before the next is made, so that asking cannot grow
// memory.
func (r round) answerRoster(encode rosterForm) error {
	q := r.m.seq
	if err := q.settle(&r.stay); err != nil {
		return err
	}
	q.waitRead(&r.stay, r.askMark)
	release, err := r.m.reserve(q.roster().Len() * r.dialect.traits().whoSize)
	if err != nil {
		return errOver
	}
	defer release()
	var frame []byte
	for try := range rosterTries {
		now := q.version()
		frame = encode(frame[:0], now.roster.Names(), now.odd)
		mark, done, err := q.answer(&r.stay, rosterAnswer{frame, now.changes, try == rosterTries-1, encode})
		if done {
			r.askMark = mark
		}
		if done || err != nil {
			return err
		}
	}
	return nil
}
