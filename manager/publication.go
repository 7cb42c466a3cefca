package manager

import (
	"bytes"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/room"
	"chatsim/manager/wire"
)

// publication is what one user says, encoded, and what it is answered between
// its lines: a request of many lines, which get places next to each other.
type publication struct {
	frames []byte
	ops    []op      // what to do with them, in order
	lines  uint64    // public ones in frames
	from   stayID    // who says it
	at     time.Time // of the lines; zero where nobody is told of it

	forms   [feed.Forms][]byte // the public lines in the other forms
	encoded uint32             // in which of them, a bit for each
}

// op is a step of a publication: frames[start:end], for everybody or privately.
type op struct {
	kind       opKind
	start, end int
	target     []byte // of a tell: the name, in memory of the input or of its own

	forms [feed.Forms]span // of a say: in the other forms
}

type span struct{ start, end int }

type opKind uint8

const (
	say   opKind = iota
	tell         // to target and back to the sender
	reply        // to the sender alone
)

func (*publication) room() waiting { return anyRoom }

// apply appends every step in its turn. Nothing is said where the stay is over or
// the room is closing.
func (p *publication) apply(s *state) outcome {
	st := s.stays.of(p.from)
	if st == nil || s.closing {
		return outcome{err: errOver}
	}
	place := s.place()
	for i := range p.ops {
		o := &p.ops[i]
		frames := p.frames[o.start:o.end]
		switch o.kind {
		case say:
			s.log.AppendLocked(frames)
			p.sayForms(s, st, o.forms)
			if s.history.size > 0 {
				place += s.history.say(place, p.at, frames)
			}
		case tell:
			if m := s.tell(st, o.target, frames, p.at); m != nil && s.history.size > 0 {
				s.history.tell(place, p.at, frames, st.holder, m.Session.(*stay).otherHolder(st))
			}
		case reply:
			s.private(st, frames)
		}
	}
	s.countLines(p.lines)
	return outcome{}
}

// otherHolder returns the holder of a private line's target, nil if it is the sender.
func (st *stay) otherHolder(sender *stay) *holder {
	if st == sender {
		return nil
	}
	return st.holder
}

// tell assigns a private line its place, or its sender the error there. It returns
// who got it; nil: nobody.
func (s *state) tell(st *stay, target, frame []byte, at time.Time) *room.Member {
	member := s.room.LookupBytes(target)
	if member == nil {
		s.stats.UnknownNames++
		shown := wire.AppendText(nil, target[:min(len(target), maxShown)])
		s.frame = st.appendError(s.frame[:0], wire.NoSuchUser.With(string(shown)))
		s.private(st, s.frame)
		return nil
	}
	s.stats.PrivateLines++
	s.stats.Deliveries += s.delivered(st)
	to := member.Session.(*stay)
	line := privateLine{st, to, len(target), frame, at}
	s.tellBack(line)
	if s.record != nil {
		s.log.AppendPrivateLocked(s.record, frame)
	}
	if member != st.member {
		s.stats.Deliveries += s.delivered(to)
		s.tellOne(to, line)
	}
	return member
}

// delivered counts a private line to one user, if this Manager delivers it.
func (s *state) delivered(to *stay) uint64 {
	if to.isHere() {
		return 1
	}
	return 0
}

func (p *publication) reset() {
	clear(p.ops)
	p.frames, p.ops, p.lines, p.encoded = p.frames[:0], p.ops[:0], 0, 0
	for form := range p.forms {
		p.forms[form] = p.forms[form][:0]
	}
}

// said returns how many lines it would say.
func (p *publication) said() (n int) {
	for _, o := range p.ops {
		if o.kind != reply {
			n += bytes.Count(p.frames[o.start:o.end], newline)
		}
	}
	return n
}

// answer has the sender alone get what is new in frames.
func (p *publication) answer(frames []byte) {
	start := len(p.frames)
	if p.frames = frames; len(frames) == start {
		return
	}
	p.ops = append(p.ops, op{kind: reply, start: start, end: len(frames)})
}

// say encodes a line for everybody; it is one step with those right before it.
// Text is as wire.AppendText has left it.
func (p *publication) say(sender string, text []byte) {
	start := len(p.frames)
	p.frames = wire.AppendLine(p.frames, sender, text, wire.Group)
	p.lines++
	if n := len(p.ops); n > 0 && p.ops[n-1].kind == say {
		p.ops[n-1].end = len(p.frames)
		return
	}
	p.ops = append(p.ops, op{kind: say, start: start, end: len(p.frames)})
}

// tell encodes a private line.
func (p *publication) tell(sender string, text, target []byte) {
	start := len(p.frames)
	p.frames = wire.AppendLine(p.frames, sender, text, "")
	p.frames = append(p.frames[:len(p.frames)-1], target...) // as bytes: a string would be an allocation
	p.frames = append(p.frames, '\n')
	p.ops = append(p.ops, op{kind: tell, start: start, end: len(p.frames), target: target})
}
