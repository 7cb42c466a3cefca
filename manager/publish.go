package manager

import (
	"bytes"

	"chatsim/manager/wire"
)

const (
	batchSize = 64 << 10 // of input at once, and of output that is published at once, in bytes
	maxShown  = 80       // bytes of an unknown name in an error: no name is longer
)

// batch is the memory for one round of reading: what came in, and the frames
// made of it in order. It is borrowed, so that idle sessions need none.
type batch struct {
	in    []byte
	out   []byte // encoded frames
	ops   []op   // what to do with them
	text  []byte // scratch
	lines uint64 // public ones in out
}

// op is a step of a batch: the frames out[start:end], for everybody or
// privately.
type op struct {
	kind       opKind
	start, end int
	target     []byte // of a tell: the name, in memory of in or of its own
}

type opKind uint8

const (
	say   opKind = iota
	tell         // to target and back to the sender
	reply        // to the sender alone
)

func newBatch(maxLine int) *batch {
	return &batch{in: make([]byte, max(batchSize, 4*maxLine))}
}

func (b *batch) reset() {
	clear(b.ops)
	b.out, b.ops, b.lines = b.out[:0], b.ops[:0], 0
}

// consume publishes the whole lines of data in order and returns what is left,
// the beginning of a line. Parsing and encoding need no lock.
func (s *session) consume(b *batch, data []byte) (rest []byte, err error) {
	if s.raw != nil {
		return s.consumeRaw(b, data, false)
	}
	for {
		line, after, ok := bytes.Cut(data, newline)
		if !ok {
			break
		}
		data = after
		switch {
		case s.skipping:
			s.skipping = false
		case len(line) > s.m.cfg.MaxLine:
			s.tooLong(b)
		default:
			if err := s.handle(b, wire.ParseRequest(line, s.signs, s.name)); err != nil {
				return nil, err
			}
		}
		if s.charge(b, len(line)) {
			return data, s.publish(b)
		}
		if len(b.out) >= batchSize {
			if err := s.publish(b); err != nil {
				return nil, err
			}
		}
	}
	if !s.skipping && len(data) > s.m.cfg.MaxLine {
		s.skipping = true
		s.tooLong(b)
	}
	if s.skipping {
		data = nil
	}
	return data, s.publish(b)
}

var newline = []byte("\n")

// tooLong answers a line over the limit, once.
func (s *session) tooLong(b *batch) {
	b.reply(wire.LineTooLong.Text())
	s.m.count(func(st *Stats) { st.LongLines++ })
}

// handle makes a step of what one line asks for.
func (s *session) handle(b *batch, req wire.Request) error {
	if s.refusing {
		s.refused++
		return nil
	}
	switch req.Kind {
	case wire.Say:
		b.say(s.name, req.Text)
	case wire.Tell:
		b.tell(s.name, req.Text, req.Target)
	case wire.Msg:
		name, text := s.m.recipient(req.Text)
		b.tell(s.name, text, name)
	case wire.Who:
		if err := s.publish(b); err != nil {
			return err
		}
		return s.unlessCut(s.answerWho(), 1)
	case wire.Slip:
		s.notSaid(b, string(req.Text))
	}
	return nil
}

// usage is how each command is written to this server.
var usage = map[string]string{
	"/msg":   "write /msg NAME TEXT from the first character on, with one space between",
	"/reply": "write /msg NAME TEXT",
	"/who":   "write /who from the first character on",
	"/me":    "write /me TEXT from the first character on",
	"/help":  "write /msg NAME TEXT for one person alone, /who to see who is here, /me TEXT for what you do",
	"/quit":  "close the connection to leave",
}

// notSaid answers a line that was meant for a command.
func (s *session) notSaid(b *batch, command string) {
	b.reply(wire.NotSaid.With(usage[command] + "; a line that begins with // is text"))
	s.m.count(func(st *Stats) { st.Slips++ })
}

// reply has the sender told why a line of it goes no further.
func (b *batch) reply(why string) {
	start := len(b.out)
	b.out = wire.AppendError(b.out, why)
	b.ops = append(b.ops, op{kind: reply, start: start, end: len(b.out)})
}

// say encodes a line for everybody; it is one step with those right before it.
func (b *batch) say(sender string, text []byte) {
	start := len(b.out)
	b.text = wire.AppendText(b.text[:0], text)
	b.out = wire.AppendLine(b.out, sender, b.text, wire.Group)
	b.lines++
	if n := len(b.ops); n > 0 && b.ops[n-1].kind == say {
		b.ops[n-1].end = len(b.out)
		return
	}
	b.ops = append(b.ops, op{kind: say, start: start, end: len(b.out)})
}

// tell encodes a private line.
func (b *batch) tell(sender string, text, target []byte) {
	start := len(b.out)
	b.text = wire.AppendText(b.text[:0], text)
	b.out = wire.AppendLine(b.out, sender, b.text, "")
	b.out = append(b.out[:len(b.out)-1], target...) // as bytes: a string would be an allocation
	b.out = append(b.out, '\n')
	b.ops = append(b.ops, op{kind: tell, start: start, end: len(b.out), target: target})
}

// recipient takes the text of a /msg apart. If nobody of that name is online,
// the first word is taken for it.
func (m *Manager) recipient(msg []byte) (name, text []byte) {
	msg = bytes.TrimLeft(msg, " ")
	m.feed.Lock()
	defer m.feed.Unlock()
	if member, text := m.room.LookupPrefix(msg); member != nil {
		return []byte(member.Name()), text
	}
	name, text, _ = bytes.Cut(msg, []byte(" "))
	return name, text
}

// publish is the critical section in which the lines of a batch get their place
// in the order.
func (s *session) publish(b *batch) error {
	if len(b.ops) == 0 {
		return nil
	}
	defer b.reset()
	f := s.m.feed
	if f.Full() {
		defer s.lookOut()()
	}
	f.Lock()
	defer f.Unlock()
	if !f.WaitRoomLocked() || s.left || s.m.closing {
		return s.unlessCut(errOver, b.said())
	}
	for i := range b.ops {
		o := &b.ops[i]
		frames := b.out[o.start:o.end]
		switch o.kind {
		case say:
			f.AppendLocked(frames)
		case tell:
			s.tellLocked(o.target, frames)
		case reply:
			f.AppendPrivateLocked(s.sub, frames)
		}
	}
	s.m.countLinesLocked(b.lines)
	return nil
}

// said is how many lines a batch would say.
func (b *batch) said() (n int) {
	for _, o := range b.ops {
		if o.kind != reply {
			n += bytes.Count(b.out[o.start:o.end], newline)
		}
	}
	return n
}

// tellLocked gives a private line its place, or its sender the error there.
func (s *session) tellLocked(target, frame []byte) {
	m := s.m
	member := m.room.LookupBytes(target)
	if member == nil {
		m.stats.UnknownNames++
		shown := wire.AppendText(nil, target[:min(len(target), maxShown)])
		m.frame = wire.AppendError(m.frame[:0], wire.NoSuchUser.With(string(shown)))
		m.feed.AppendPrivateLocked(s.sub, m.frame)
		return
	}
	m.stats.PrivateLines++
	m.stats.Deliveries++
	m.feed.AppendPrivateLocked(s.sub, frame)
	if m.cfg.RecordPrivate {
		m.feed.AppendPrivateLocked(m.record, frame)
	}
	if member != s.member {
		m.stats.Deliveries++
		m.feed.AppendPrivateLocked(member.Session.(*session).sub, frame)
	}
}
