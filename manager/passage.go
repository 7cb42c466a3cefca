package manager

import (
	"sync"

	"chatsim/manager/wire"
)

// recalled is what one user is told of the history.
type recalled struct {
	passage *passage
	mark    wire.Mark
	missing bool
}

// passage is a run of lines of a history, encoded by the first who needs that, once
// for all who are told the same: a thousand who come in at one time.
type passage struct {
	first, last uint64    // seq of lines to the group that follow one another; 0: others are among them
	lines       []*saying // until they are encoded

	once  sync.Once
	start []byte // all but what wire.AppendHistoryEnd appends
}

// recall returns what a user asks for, whose cursor begins behind a place. known
// reports that its token was known: else the private lines that it counts are of
// another holder.
func (h *history) recall(r wire.Recall, place uint64, who *holder, known bool) recalled {
	var out recalled
	if out.mark.Place = place; who != nil {
		out.mark.Private = who.told
	}
	public := h.public.after(func(s *saying) bool { return r.Lines == 0 && s.place <= r.Since.Place })
	if r.Lines > 0 {
		public = public[max(0, len(public)-r.Lines):]
	} else {
		out.missing = h.lost > r.Since.Place || known && who.lost > r.Since.Private || h.size == 0 && place > r.Since.Place
	}
	private := h.alone(r, public, who, known)
	if len(private) > 0 {
		out.passage = &passage{lines: merged(public, private)}
	} else {
		out.passage = h.pass(public)
	}
	return out
}

// alone returns the private lines that a user is told beside those to the group.
func (h *history) alone(r wire.Recall, public []*saying, who *holder, known bool) (lines []*saying) {
	if who == nil || who.told == 0 {
		return nil
	}
	from := uint64(0)
	if r.Lines > 0 && len(public) > 0 && len(public) < h.public.len() {
		from = public[0].seq
	}
	for _, s := range h.private.after(func(s *saying) bool { return s.seq < from || r.Lines == 0 && s.place < r.Since.Place }) {
		if s.isFor(who) && (r.Lines > 0 || !known || s.nth(who) > r.Since.Private) {
			lines = append(lines, s)
		}
	}
	return lines
}

// merged returns lines of both kinds in the order in which they were said.
func merged(public, private []*saying) []*saying {
	lines := make([]*saying, 0, len(public)+len(private))
	for _, s := range private {
		for len(public) > 0 && public[0].seq < s.seq {
			lines = append(lines, public[0])
			public = public[1:]
		}
		lines = append(lines, s)
	}
	return append(lines, public...)
}

// pass returns lines to the group, which are in memory of the ring, as a passage:
// the one that was asked for last, if that has just these.
func (h *history) pass(public []*saying) *passage {
	p := &passage{}
	if len(public) > 0 {
		p.first, p.last = public[0].seq, public[len(public)-1].seq
	}
	if h.latest != nil && p.first == h.latest.first && p.last == h.latest.last {
		return h.latest
	}
	p.lines = append(p.lines, public...)
	h.latest = p
	return p
}

// historyPiece is how much of a history is put into one frame, in bytes.
const historyPiece = 32 << 10

// encode makes start of the lines.
func (p *passage) encode() {
	total := 0
	for _, s := range p.lines {
		total += s.size()
	}
	said := make([]byte, 0, total)
	piece := make([][]byte, 0, len(p.lines)) // of one frame
	p.start = make([]byte, 0, total+total/8)
	size := 0
	for _, s := range p.lines {
		from := len(said)
		said = s.append(said)
		line := said[from:]
		if size+len(line) > historyPiece && size > 0 {
			p.start = wire.AppendHistory(p.start, piece...)
			piece, size = piece[:0], 0
		}
		piece = append(piece, line)
		size += len(line)
	}
	p.start = wire.AppendHistoryStart(p.start, piece...)
	p.lines = nil
}

// appendFrames appends the history as frames.
func (r *recalled) appendFrames(dst []byte) []byte {
	r.passage.once.Do(r.passage.encode)
	return wire.AppendHistoryEnd(append(dst, r.passage.start...), r.mark, r.missing)
}

// historyAnswer is a history for one user alone, encoded.
type historyAnswer struct{ frames []byte }

func (a historyAnswer) apply(s *state, st *stay) {
	s.private(st, a.frames)
}
