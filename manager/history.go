package manager

import (
	"bytes"
	"time"

	"chatsim/manager/wire"
)

// history is what was said last, for those who come later or come back: so many
// lines to the group, and so many private ones, which are those of the users that
// have tokens. Its zero value keeps nothing. It is guarded by the sequencer.
type history struct {
	size    int    // lines of each kind; static
	seq     uint64 // lines ever added
	public  ring
	private ring
	lost    uint64   // place of the newest line to the group that is not kept any more
	latest  *passage // that anybody asked for
}

// saying is a line that was said. It does not change, so that whoever has taken
// it can encode it without the lock.
type saying struct {
	seq   uint64
	place uint64 // of a private line: that of the public entry before it
	at    time.Time
	line  []byte   // without '\n'
	to    [2]party // of a private line: its sender and its target
}

// party is one of the two who were told a private line.
type party struct {
	who *holder // nil: one without a token, who cannot ask for it
	nth uint64  // private line of that holder, counted from 1
}

// holder is a user as far as its token goes: its stays, one after the other. It
// is guarded by the sequencer.
type holder struct {
	may  bool   // it is an operator
	told uint64 // private lines so far
	lost uint64 // the last of those that is not kept any more
}

// Said is a line to the group of an earlier run of the room.
type Said struct {
	Place uint64
	Time  time.Time
	Frame []byte // the chat line's, with or without '\n'
}

// begin has the history hold what was said in earlier runs. Without that nobody
// knows what those who were there before this run have missed.
func (h *history) begin(size int, place uint64, before []Said) {
	h.size, h.lost = size, place
	if size <= 0 {
		return
	}
	if len(before) > 0 {
		h.lost = before[0].Place - 1
	}
	for _, s := range before {
		h.addPublic(s.Place, s.Time, bytes.TrimSuffix(s.Frame, newline))
	}
}

// say adds lines to the group, encoded one behind the other; place is that of the
// entry before the first of them. It returns how many they were.
func (h *history) say(place uint64, at time.Time, frames []byte) (lines uint64) {
	for len(frames) > 0 {
		var line []byte
		line, frames, _ = bytes.Cut(frames, newline)
		lines++
		h.addPublic(place+lines, at, bytes.Clone(line))
	}
	return lines
}

func (h *history) addPublic(place uint64, at time.Time, line []byte) {
	h.seq++
	if old := h.public.push(h.size, &saying{seq: h.seq, place: place, at: at, line: line}); old != nil {
		h.lost = old.place
	}
}

// tell adds a private line; target is nil where it is the sender itself, or has no
// token.
func (h *history) tell(place uint64, at time.Time, frame []byte, sender, target *holder) {
	if sender == nil && target == nil {
		return
	}
	h.seq++
	s := &saying{seq: h.seq, place: place, at: at, line: bytes.Clone(bytes.TrimSuffix(frame, newline))}
	for i, who := range [2]*holder{sender, target} {
		if who != nil {
			who.told++
			s.to[i] = party{who, who.told}
		}
	}
	h.push(s)
}

// push adds a private line in place of the one for which there is no room any more.
func (h *history) push(s *saying) {
	if old := h.private.push(h.size, s); old != nil {
		for _, p := range old.to {
			if p.who != nil {
				p.who.lost = max(p.who.lost, p.nth)
			}
		}
	}
}

// bytes is about how much all of it takes as frames.
func (h *history) bytes() int { return h.public.bytes + h.private.bytes }

// maxAnswer is how much of a history is told at once to one who asks in the midst
// of the conversation, in bytes.
const maxAnswer = 1 << 20

// last returns the last lines to the group, so many of them or, for 0, all that
// are kept, and no more than one answer takes.
func (h *history) last(n int) []*saying {
	all := h.public.after(func(*saying) bool { return false })
	if n == 0 {
		n = len(all)
	}
	from, size := len(all), 0
	for from > max(0, len(all)-n) && size+all[from-1].size() <= maxAnswer {
		from--
		size += all[from].size()
	}
	return append([]*saying(nil), all[from:]...)
}

// isFor reports whether a private line was told to a holder.
func (s *saying) isFor(who *holder) bool {
	return who != nil && (s.to[0].who == who || s.to[1].who == who)
}

// nth returns the number of a private line among those of a holder.
func (s *saying) nth(who *holder) uint64 {
	if s.to[0].who == who {
		return s.to[0].nth
	}
	return s.to[1].nth
}

// append appends the line as a history has it.
func (s *saying) append(dst []byte) []byte { return wire.AppendSaid(dst, s.place, s.at, s.line) }

// size is about how long the line is as a history has it.
func (s *saying) size() int { return len(s.line) + 96 }

// ring holds the last lines of one kind, in the order of their places.
type ring struct {
	lines []*saying // those before first are not kept any more
	first int
	bytes int // about, as frames
}

func (r *ring) len() int { return len(r.lines) - r.first }

// push adds a line and returns the one for which there is no room any more, nil
// if there is none.
func (r *ring) push(size int, s *saying) (old *saying) {
	if r.len() == size {
		old, r.lines[r.first] = r.lines[r.first], nil
		r.first++
		r.bytes -= old.size()
	}
	if r.first > size {
		n := copy(r.lines, r.lines[r.first:])
		clear(r.lines[n:])
		r.lines, r.first = r.lines[:n], 0
	}
	r.lines = append(r.lines, s)
	r.bytes += s.size()
	return old
}

// after returns the lines from the first on for which before is false, in memory of
// the ring.
func (r *ring) after(before func(*saying) bool) []*saying {
	all := r.lines[r.first:]
	low, high := 0, len(all)
	for low < high {
		if mid := (low + high) / 2; before(all[mid]) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return all[low:]
}
