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
	input []byte
	text  []byte // scratch
	publication
}

func newBatch(maxLine int) *batch {
	return &batch{input: make([]byte, max(batchSize, 4*maxLine))}
}

// round is what a session does with one round of its input: each method is one
// thing that a user may ask for, whatever the dialect it comes in. What it is
// answered stands among its own lines.
type round struct {
	*session
	b *batch
}

// lineHandler carries out what one line asks for, without its '\n'.
type lineHandler interface {
	line(r round, line []byte) error
}

// lines carries out the whole lines of data in order and returns what is left,
// the beginning of a line. Parsing and encoding need no lock.
func (r round) lines(data []byte, of lineHandler) (rest []byte, err error) {
	for {
		line, after, ok := bytes.Cut(data, newline)
		if !ok {
			break
		}
		data = after
		switch {
		case r.skipping:
			r.skipping = false
		case len(line) > r.m.cfg.MaxLine:
			r.tooLong()
		default:
			if err := of.line(r, line); err != nil {
				return nil, err
			}
		}
		if r.charge(len(line)) {
			return data, r.publish()
		}
		if err := r.publishFull(); err != nil {
			return nil, err
		}
	}
	if !r.skipping && len(data) > r.m.cfg.MaxLine {
		r.skipping = true
		r.tooLong()
	}
	if r.skipping {
		data = nil
	}
	return data, r.publish()
}

var newline = []byte("\n")

// tooLong answers a line over the limit, once.
func (r round) tooLong() {
	r.b.answer(r.appendError(r.b.frames, wire.LineTooLong.Text()))
	r.m.seq.count(func(st *Stats) { st.LongLines++ })
}

// charge counts a line of so many bytes against the flood limit, and reports
// whether the next has to wait for that. The first time the user is told of the
// limit.
func (r round) charge(bytes int) (slowed bool) {
	if r.refusing || !r.limit.spend(bytes) {
		return false
	}
	if !r.limit.told {
		r.limit.told = true
		r.b.answer(r.appendSlow(r.b.frames, r.m.cfg.LineRate))
	}
	return true
}

// refuses counts a line that is not said any more, and reports whether it is so.
func (r round) refuses() bool {
	if r.refusing {
		r.refused++
	}
	return r.refusing
}

// handle makes a step of what one line asks for.
func (r round) handle(req wire.Request) error {
	if r.refuses() {
		return nil
	}
	switch req.Kind {
	case wire.Say:
		r.b.say(r.name, r.b.clean(req.Text))
	case wire.Tell:
		r.b.tell(r.name, r.b.clean(req.Text), req.Target)
	case wire.Msg:
		name, text := r.recipient(req.Text)
		r.b.tell(r.name, r.b.clean(text), name)
	case wire.Who:
		return r.showRoster(lineRoster)
	case wire.Before:
		return r.showBefore(req.Lines, lineHistory)
	case wire.Do:
		return r.order(req.Word, string(wire.AppendText(nil, req.Text)))
	case wire.Slip:
		r.notSaid(string(req.Text))
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
func (r round) notSaid(command string) {
	how := usage[command]
	if how == "" {
		how = "an operator writes " + command + " from the first character on"
	}
	r.b.answer(r.appendError(r.b.frames, wire.NotSaid.With(how+"; a line that begins with // is text")))
	r.m.seq.count(func(st *Stats) { st.Slips++ })
}

// recipient takes the text of a /msg apart. If nobody of that name is online,
// the first word is taken for it.
func (r round) recipient(msg []byte) (name, text []byte) {
	msg = bytes.TrimLeft(msg, " ")
	if name, text, ok := r.m.seq.lookup(msg); ok {
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
func (r round) publish() error {
	b := r.b
	if len(b.ops) == 0 {
		return nil
	}
	defer b.reset()
	if r.m.cfg.History > 0 {
		b.at = time.Now()
	}
	if r.m.seq.full() {
		defer r.peer.start(r.session)()
	}
	if err := r.m.seq.publish(&r.stay, &b.publication); err != nil {
		return r.unlessCut(err, b.said())
	}
	return nil
}

// publishFull has the lines of a batch said that is as large as they may be.
func (r round) publishFull() error {
	if len(r.b.frames) < batchSize {
		return nil
	}
	return r.publish()
}
