package manager

import (
	"bytes"
	"time"

	"chatsim/manager/wire"
)

const (
	batchSize = 64 << 10 // of input at once, and of output that is published at once, in bytes
	maxShown  = 80       // bytes of an unknown name in an error: no name is longer
)

// batch is the memory for one round of reading: what came in, and the frames
// made of it in order. It is borrowed, so that idle sessions need none.
type batch struct {
	in   []byte
	text []byte // scratch
	publication
}

func newBatch(maxLine int) *batch {
	return &batch{in: make([]byte, max(batchSize, 4*maxLine))}
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
		case s.irc != nil:
			if err := s.handleIRC(b, line); err != nil {
				return nil, err
			}
		default:
			if err := s.handle(b, s.parse(line)); err != nil {
				return nil, err
			}
		}
		if s.charge(b, len(line)) {
			return data, s.publish(b)
		}
		if len(b.frames) >= batchSize {
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

// parse reads a line as what this user asks for.
func (s *session) parse(line []byte) wire.Request {
	if s.former == "" {
		return wire.ParseRequest(line, s.signs, s.name)
	}
	return wire.ParseRequest(line, s.signs, s.name, s.former)
}

// tooLong answers a line over the limit, once.
func (s *session) tooLong(b *batch) {
	b.answer(s.appendError(b.frames, wire.LineTooLong.Text()))
	s.m.seq.count(func(st *Stats) { st.LongLines++ })
}

// handle makes a step of what one line asks for.
func (s *session) handle(b *batch, req wire.Request) error {
	if s.refusing {
		s.refused++
		return nil
	}
	switch req.Kind {
	case wire.Say:
		b.say(s.name, b.clean(req.Text))
	case wire.Tell:
		b.tell(s.name, b.clean(req.Text), req.Target)
	case wire.Msg:
		name, text := s.m.recipient(req.Text)
		b.tell(s.name, b.clean(text), name)
	case wire.Who:
		if err := s.publish(b); err != nil {
			return err
		}
		return s.unlessCut(s.answerRoster(lineRoster), 1)
	case wire.Before:
		if err := s.publish(b); err != nil {
			return err
		}
		return s.unlessCut(s.answerBefore(req.Lines, lineHistory), 1)
	case wire.Do:
		return s.order(b, req.Word, string(wire.AppendText(nil, req.Text)))
	case wire.Slip:
		s.notSaid(b, string(req.Text))
	}
	return nil
}

// usage is how each command is written to this server.
var usage = map[string]string{
	"/msg":     "write /msg NAME TEXT from the first character on, with one space between",
	"/reply":   "write /msg NAME TEXT",
	"/who":     "write /who from the first character on",
	"/me":      "write /me TEXT from the first character on",
	"/help":    "write /msg NAME TEXT for one person alone, /who to see who is here, /history for what was said before, /me TEXT for what you do",
	"/quit":    "close the connection to leave",
	"/leave":   "close the connection to leave",
	"/nick":    "write /nick NAME for another name, from the first character on",
	"/history": "write /history, or /history 20 for so many lines, from the first character on",
}

// notSaid answers a line that was meant for a command.
func (s *session) notSaid(b *batch, command string) {
	how := usage[command]
	if how == "" {
		how = "an operator writes " + command + " from the first character on"
	}
	b.answer(s.appendError(b.frames, wire.NotSaid.With(how+"; a line that begins with // is text")))
	s.m.seq.count(func(st *Stats) { st.Slips++ })
}

// recipient takes the text of a /msg apart. If nobody of that name is online,
// the first word is taken for it.
func (m *Manager) recipient(msg []byte) (name, text []byte) {
	msg = bytes.TrimLeft(msg, " ")
	if name, text, ok := m.seq.lookup(msg); ok {
		return []byte(name), text
	}
	name, text, _ = bytes.Cut(msg, []byte(" "))
	return name, text
}

// clean returns a text as everybody may be shown it, until the next call.
func (b *batch) clean(text []byte) []byte {
	b.text = wire.AppendText(b.text[:0], text)
	return b.text
}

// publish has the lines of a batch said.
func (s *session) publish(b *batch) error {
	if len(b.ops) == 0 {
		return nil
	}
	defer b.reset()
	if s.m.cfg.History > 0 {
		b.at = time.Now()
	}
	if s.m.seq.full() {
		defer s.lookOut()()
	}
	if err := s.m.seq.publish(&s.stay, &b.publication); err != nil {
		return s.unlessCut(err, b.said())
	}
	return nil
}
