package ledger

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Note is what a chatter knows of a line that it is about to write.
type Note struct {
	Seq      int    // its number in its chatter's sequence, as in the stamp
	Text     string // as it must come back
	Target   string // the name a private line is for, empty for the group
	Claims   string // the name that it claims as its sender's, empty if none
	Intended time.Duration
	Actual   time.Duration // right before the write
	Measured bool
	Due      Answer // what answers it
}

// Answer is what the protocol has a line answered by.
type Answer uint8

// What answers a line. An error that its target is not there always may.
const (
	EitherWay Answer = iota // it comes back, or an error answers it, which Refused counts
	ComesBack               // an error is no answer
	MayRefuse               // likewise either, and that it was refused is no news

)

// Line is one line that was sent: the send table's record of it.
type Line struct {
	// Static once sent.
	Note
	Session *Session // the stay that sent it
	Seen    int64    // how far its sender had seen the order before the write
	Pub     int32    // its number among its stay's group lines

	place    atomic.Int64 // in the canonical order, -1 until it has one; a private line has none
	answered atomic.Bool  // its sender got it back, or an error for it
	unsaid   atomic.Bool  // its stay ended abruptly while it was under way, or nobody was there to get it
	refused  atomic.Int32 // bits, see isRefused
	priv     *private     // of a private line
	said     *Line        // at its sender's server, where this stands for it at another; else nil
	told     bool         // when it was read at linked servers; guarded by Ledger.mu
	crossed  bool         // an error has met it on a link, see crosses; owned by its stay
}

// Place returns the line's place in the order, -1 if it has none (yet).
func (l *Line) Place() int64 { return l.place.Load() }

// Answered reports whether the line's sender got it back, or an error for it.
func (l *Line) Answered() bool { return l.answered.Load() }

// Refused reports whether the line was answered by an error. Any goroutine may ask.
func (l *Line) Refused() bool { return l.refused.Load() != 0 }

// Private reports whether the line is for one name only.
func (l *Line) Private() bool { return l.Target != "" }

// spoofed reports whether the line came out as that of the name that it claimed,
// with its whole text or with what stood before the claim.
func (l *Line) spoofed(sender, text []byte) bool {
	return l.Claims != "" && l.Claims == string(sender) && strings.HasPrefix(l.Text, string(text))
}

// age is how far a run has come, by which lines can be forgotten.
type age struct {
	horizon int64         // everybody has seen the order up to here; -1 where none is kept
	forget  time.Duration // lines sent before this time are old
	late    bool          // one who has seen the order up to a place may get a line from before that yet
}

// oldAfter is after how long a line is old.
const oldAfter = 30 * time.Second

// unsaidFor is how long a line is remembered that its stay took along.
const unsaidFor = 5 * time.Minute

// settled reports whether nothing is to be expected of the line any more.
func (l *Line) settled(a age) bool {
	if l.said != nil {
		return l.arrived(a)
	}
	if !l.answered.Load() {
		return l.unsaid.Load() && l.Actual < a.forget-unsaidFor
	}
	if a.horizon < 0 {
		return l.Actual < a.forget
	}
	if bits := l.refused.Load(); bits != 0 {
		return bits&isConfirmed != 0 || l.Actual < a.forget
	}
	if l.priv != nil {
		return l.Seen < a.horizon && l.priv.complete()
	}
	p := l.place.Load()
	return p >= 0 && p < a.horizon && (!a.late || l.Actual < a.forget)
}

// ring holds a chatter's latest lines, each at its number modulo the length,
// which is a power of two.
type ring []atomic.Pointer[Line]

// ringLen is how many lines of a chatter are kept at least.
const ringLen = 32

func (r ring) at(seq int) *atomic.Pointer[Line] { return &r[seq&(len(r)-1)] }

// doubled returns the ring with room for as many lines more.
func (r ring) doubled() ring {
	twice := make(ring, 2*len(r))
	for i := range r {
		if l := r[i].Load(); l != nil {
			twice.at(l.Seq).Store(l)
		}
	}
	return twice
}

// sender is one chatter's lines by number. The chatter's sends are one after
// the other; look-ups come from any goroutine, most without a lock.
type sender struct {
	ring atomic.Pointer[ring]

	mu sync.Mutex // taken alone, or after Ledger.mu
	// Guarded by mu.
	next int     // one more than the highest number sent
	kept []*Line // not settled when a later one took their place,
	most int     // and how many those may be until it is looked which are settled now
}

// find returns line seq, or nil: never sent, or settled and forgotten.
func (s *sender) find(seq int) *Line {
	if r := s.ring.Load(); r != nil {
		if l := r.at(seq).Load(); l != nil && l.Seq == seq {
			return l
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.kept {
		if l.Seq == seq {
			return l
		}
	}
	return nil
}

// add adds a line in the place of one that is settled or old by now; where that
// is neither, the ring grows.
func (s *sender) add(l *Line, a age) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := make(ring, ringLen)
	if p := s.ring.Load(); p != nil {
		r = *p
	}
	if old := r.at(l.Seq).Load(); old != nil && !old.settled(a) {
		if old.Seq+len(r) == l.Seq && old.Actual >= a.forget {
			r = r.doubled()
		} else {
			s.keep(old, a)
		}
	}
	r.at(l.Seq).Store(l)
	s.ring.Store(&r)
	s.next = l.Seq + 1
}

// keep keeps a line that is not settled. Others may be by now; where most are not, it
// is looked the less often.
func (s *sender) keep(l *Line, a age) {
	if len(s.kept) >= max(ringLen, s.most) {
		s.kept = slices.DeleteFunc(s.kept, func(o *Line) bool { return o.settled(a) })
		s.most = 2 * len(s.kept)
	}
	s.kept = append(s.kept, l)
}

// lines ranges over those that are still known, with the lock held.
func (s *sender) lines(yield func(*Line) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.kept {
		if !yield(l) {
			return
		}
	}
	r := s.ring.Load()
	for i := 0; r != nil && i < len(*r); i++ {
		if l := (*r)[i].Load(); l != nil && !yield(l) {
			return
		}
	}
}

// takeAlong marks the lines that were under way when a stay ended abruptly: they are
// owed to nobody, and after a while not remembered.
func (s *sender) takeAlong(of *Session) {
	for l := range s.lines {
		if l.Session == of && l.Seq > of.LastOwn {
			l.unsaid.Store(true)
		}
	}
}

// senders holds the lines of chatters by their numbers. It grows with
// Ledger.mu held.
type senders struct {
	list atomic.Pointer[[]atomic.Pointer[sender]] // nil ones never dialled
}

// of returns a chatter's lines; nil if that chatter never dialled.
func (t *senders) of(chatter int) *sender {
	if p := t.list.Load(); p != nil && chatter >= 0 && chatter < len(*p) {
		return (*p)[chatter].Load()
	}
	return nil
}

// addLocked returns a chatter's lines, and makes room for them where needed.
func (t *senders) addLocked(chatter int) *sender {
	var list []atomic.Pointer[sender]
	if p := t.list.Load(); p != nil {
		list = *p
	}
	if chatter >= len(list) {
		more := make([]atomic.Pointer[sender], max(chatter+1, 2*len(list)))
		for i := range list {
			more[i].Store(list[i].Load())
		}
		list = more
		t.list.Store(&more)
	}
	snd := list[chatter].Load()
	if snd == nil {
		snd = new(sender)
		list[chatter].Store(snd)
	}
	return snd
}

// sent returns one more than the highest number of a line that a chatter sent.
func (t *senders) sent(chatter int) int {
	snd := t.of(chatter)
	if snd == nil {
		return 0
	}
	snd.mu.Lock()
	defer snd.mu.Unlock()
	return snd.next
}

// line returns a line by its stamp, nil if there is none (any more).
func (t *senders) line(chatter, seq int) *Line {
	if s := t.of(chatter); s != nil {
		return s.find(seq)
	}
	return nil
}
