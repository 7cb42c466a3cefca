package manager

import (
	"bytes"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/irc"
	"chatsim/manager/room"
	"chatsim/manager/wire"
	"chatsim/manager/wire/ws"
)

// The forms in which the feed has what everybody reads.
const (
	lineForm  feed.Form = iota // as in package wire
	frameForm                  // likewise, each line as a message in a frame of package ws
	ircForm                    // as in package irc
	ircTimed                   // likewise, with the time of each line before it
	bareForms = 1 << lineForm
)

// formOf returns that of what a user reads over a connection.
func formOf(peer *irc.Peer, conn feed.Conn) feed.Form {
	framed, ok := conn.(feed.Framed)
	switch {
	case peer != nil && peer.Time:
		return ircTimed
	case peer != nil:
		return ircForm
	case ok && framed.Socket() != nil:
		return frameForm
	}
	return lineForm
}

// appendFrames appends lines in frames.
func appendFrames(dst, lines []byte) []byte {
	dst, _ = ws.AppendMessages(dst, lines, false)
	return dst
}

// appendError appends an error for a user who stays.
func (st *stay) appendError(dst []byte, text string) []byte {
	if st.irc != nil {
		return irc.AppendError(dst, st.irc.Nick, text)
	}
	return wire.AppendError(dst, text)
}

// appendNotice appends what a user is told that is no error.
func (st *stay) appendNotice(dst []byte, text string) []byte {
	if st.irc != nil {
		return irc.AppendNotice(dst, nil, st.irc.Nick, []byte(text))
	}
	return wire.AppendNotice(dst, text)
}

// appendLast appends the error behind which a user's connection is closed.
func (st *stay) appendLast(dst []byte, text string) []byte {
	if st.irc != nil {
		return irc.AppendLast(dst, st.irc.Nick, text)
	}
	return wire.AppendError(dst, text)
}

// appendSlow appends that a user's lines are read later.
func (st *stay) appendSlow(dst []byte, limit float64) []byte {
	if st.irc != nil {
		return irc.AppendSlow(dst, st.irc.Nick, limit)
	}
	return wire.AppendSlow(dst, limit)
}

// tagOf returns what stands before what happened at an instant, in a form.
func tagOf(dst []byte, form feed.Form, at time.Time) []byte {
	if form == ircTimed {
		return irc.AppendTime(dst, at)
	}
	return dst
}

// otherForms has those who read another form than the first be told of what was
// just appended there as a line. inIRC appends it in the words of that.
func (s *state) otherForms(line []byte, inIRC func(dst, tag []byte) []byte) {
	read := s.log.Read()
	if read == bareForms {
		return
	}
	for form := lineForm + 1; form < feed.Forms; form++ {
		switch {
		case read&(1<<form) == 0:
			continue
		case form == frameForm:
			s.formed = appendFrames(s.formed[:0], line)
		default:
			s.tag = tagOf(s.tag[:0], form, s.now)
			s.formed = inIRC(s.formed[:0], s.tag)
		}
		s.log.AppendFormLocked(form, s.formed)
	}
}

// private appends what is for one user alone, who may be at another Manager: lines, or
// what a client of IRC is told.
func (s *state) private(st *stay, told []byte) {
	if !st.isHere() {
		return
	}
	if st.form == frameForm {
		s.formed = appendFrames(s.formed[:0], told)
		told = s.formed
	}
	s.log.AppendPrivateLocked(st.sub, told)
	if cap(s.formed) > maxKept {
		s.formed = nil
	}
}

// name has a newcomer be a member, and know its name and the nick that it has on
// IRC. It returns the nicks of those present.
func (s *state) name(st *stay, member *room.Member) irc.Odd {
	name := member.Name()
	member.Session = st
	st.member, st.name = member, name
	st.called.Store(member)
	if s.nicks == nil {
		return nil
	}
	st.nick = s.nicks.Add(name)
	if st.irc == nil {
		return nil
	}
	st.irc.Nick = st.nick
	return s.nicks.Odd()
}

// odd returns the nicks of those present that are not their names.
func (s *state) odd() irc.Odd {
	if s.nicks == nil {
		return nil
	}
	return s.nicks.Odd()
}

// lacks reports whether lines are still to be encoded in a form that is read.
func (p *publication) lacks(read uint32) bool {
	return p.lines > 0 && read&^(bareForms|p.encoded) != 0
}

// encode encodes the public lines in those forms that are read.
func (p *publication) encode(st *stay, read uint32) {
	if read == bareForms {
		return
	}
	if p.encoded == 0 {
		p.at = time.Now()
	}
	p.encodeForms(st, read)
}

func (p *publication) encodeForms(st *stay, read uint32) {
	for form := lineForm + 1; form < feed.Forms; form++ {
		if read&(1<<form) != 0 && p.encoded&(1<<form) == 0 {
			p.encodeForm(st, form)
			p.encoded |= 1 << form
		}
	}
}

func (p *publication) encodeForm(st *stay, form feed.Form) {
	tag := tagOf(nil, form, p.at)
	out := p.forms[form]
	for i := range p.ops {
		o := &p.ops[i]
		if o.kind != say {
			continue
		}
		start, lines := len(out), p.frames[o.start:o.end]
		if form == frameForm {
			out = appendFrames(out, lines)
		} else {
			out = appendSaid(out, tag, st, lines)
		}
		o.forms[form] = span{start, len(out)}
	}
	p.forms[form] = out
}

// appendSaid appends lines to the group that a user has said as IRC has them.
func appendSaid(dst, tag []byte, st *stay, lines []byte) []byte {
	for line := range bytes.Lines(lines) {
		dst = irc.AppendSaid(dst, tag, st.nick, irc.Channel, textOf(line, st.name, len(wire.Group)))
	}
	return dst
}

// textOf returns the text in a line that was encoded here, of a sender to a target
// whose name has so many bytes.
func textOf(line []byte, sender string, target int) []byte {
	return line[len(" :")+len(sender) : len(line)-len("@@\n")-len(sender)-target]
}

// sayForms appends what say has appended in the other forms. A client of IRC is
// told of what it says itself only if it wants that.
func (p *publication) sayForms(s *state, st *stay, spans [feed.Forms]span) {
	for form := lineForm + 1; p.encoded>>form != 0; form++ {
		if p.encoded&(1<<form) == 0 {
			continue
		}
		lines := p.forms[form][spans[form].start:spans[form].end]
		if form == frameForm {
			sayFrames(s.log, lines)
			continue
		}
		s.log.AppendFormLocked(form, lines)
		if st.form == form && st.irc != nil && st.isHere() && !st.irc.Echo {
			s.log.OmitLocked(st.sub, len(lines))
		}
	}
}

// sayFrames appends frames, many of them in pieces: the feed knows where each piece ends,
// and ends what it writes there.
func sayFrames(log appender, frames []byte) {
	for len(frames) > 0 {
		n := 0
		for n < len(frames) && n < feed.EntrySize {
			n += ws.FrameSize(frames[n:])
		}
		log.AppendFormLocked(frameForm, frames[:n])
		frames = frames[n:]
	}
}

// privateLine is an encoded line from one user to another.
type privateLine struct {
	from, to *stay
	target   int // bytes of the target's name in the frame
	frame    []byte
	at       time.Time
}

// tellBack has the sender of a private line know that it was said. A client of
// IRC is told of that only if it wants it, and whether the other is away.
func (s *state) tellBack(l privateLine) {
	st := l.from
	if st.irc == nil || st.irc.Echo || st == l.to {
		s.tellOne(st, l)
	}
	if st.irc != nil && l.to.away != "" {
		s.frame = st.irc.AppendAway(s.frame[:0], irc.Found{Nick: l.to.nick, Away: l.to.away})
		s.private(st, s.frame)
	}
}

// tellOne has one of the two parties get a private line.
func (s *state) tellOne(st *stay, l privateLine) {
	if st.irc == nil {
		s.private(st, l.frame)
		return
	}
	s.tag = tagOf(s.tag[:0], st.form, l.at)
	s.frame = irc.AppendSaid(s.frame[:0], s.tag, l.from.nick, l.to.nick, textOf(l.frame, l.from.name, l.target))
	s.private(st, s.frame)
}

// find returns who has a nick.
func (s *state) find(nick []byte) irc.Found {
	name, ok := s.nicks.Name(string(nick))
	if !ok {
		return irc.Found{}
	}
	st := s.room.Lookup(name).Session.(*stay)
	return irc.Found{Nick: st.nick, Name: name, Away: st.away}
}
