package ledger

import (
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
}

// Line is one line that was sent: the send table's record of it.
type Line struct {
	// Static once sent.
	Note
	Session *Session // the stay that sent it
	Seen    int64    // how far its sender had seen the order before the write
	Pub     int32    // its number among its stay's group lines

	place    atomic.Int64 // in the canonical order, -1 until it has one; a private line has none
	answered atomic.Bool  // its sender got it back, or an error for it
	refused  atomic.Int32 // bits, see isRefused
	priv     *private     // of a private line
}

// Place returns the line's place in the order, -1 if it has none (yet).
func (l *Line) Place() int64 { return l.place.Load() }

// Answered reports whether the line's sender got it back, or an error for it.
func (l *Line) Answered() bool { return l.answered.Load() }

// Refused reports whether the line was answered by an error. Any goroutine may ask.
func (l *Line) Refused() bool { return l.refused.Load() != 0 }

// own records that the line came back to its sender.
func (l *Line) own() {
	s := l.Session
	if l.Refused() {
		s.refusals.returned(l)
	}
	l.settle()
	if l.priv != nil {
		if l.Claims != "" {
			s.Totals.Claims++
		}
		s.Totals.Successors++
		if l.Seq < s.LastOwn {
			s.emit(Fact{Kind: OwnAfterLater, Line: l})
		}
	}
	s.LastOwn = max(s.LastOwn, l.Seq)
	if len(s.refusals.list) != 0 {
		s.refusals.confirm(l.Seq)
	}
}

// settle records that the line's sender has nothing to wait for any more.
func (l *Line) settle() {
	if l.answered.CompareAndSwap(false, true) {
		l.Session.unsettled.Add(-1)
		if l.priv == nil {
			l.Session.ledger.publicBack.Add(1)
		}
	}
}

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
}

// settled reports whether nothing is to be expected of the line any more.
func (l *Line) settled(a age) bool {
	if !l.answered.Load() {
		return false
	}
	if a.horizon < 0 {
		return l.Actual < a.forget
	}
	if bits := l.refused.Load(); bits != 0 {
		return bits&isConfirmed != 0 || l.Actual < a.forget
	}
	if l.priv != nil {
		return l.priv.complete()
	}
	p := l.place.Load()
	return p >= 0 && p < a.horizon
}

const (
	blockLen = 16
	maxGap   = 64 // blocks of numbers that were never sent
)

// block holds a few consecutive lines of a chatter.
type block [blockLen]atomic.Pointer[Line]

// blocks is an immutable directory; a longer or trimmed one replaces it.
type blocks struct {
	base int // number of the first block
	list []*block
}

// sender is one chatter's lines by sequence number. The chatter's sends are
// one after the other; look-ups come from any goroutine, most without a lock.
type sender struct {
	dir atomic.Pointer[blocks]

	mu sync.Mutex // taken alone, or after Ledger.mu
	// Guarded by mu.
	next      int
	unsettled []*Line // when their block was dropped
}

// find returns line seq, or nil: never sent, or settled and forgotten.
func (s *sender) find(seq int) *Line {
	if d := s.dir.Load(); d != nil {
		if k := seq/blockLen - d.base; k >= 0 && k < len(d.list) {
			return d.list[k][seq%blockLen].Load()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.unsettled {
		if l.Seq == seq {
			return l
		}
	}
	return nil
}

// add appends a line and drops what is settled by now.
func (s *sender) add(l *Line, a age) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.dir.Load()
	if d == nil {
		d = &blocks{}
	}
	k := l.Seq/blockLen - d.base
	if k > len(d.list)+maxGap { // it did not send most of what it was to
		s.saveLocked(d.list, a)
		d, k = &blocks{base: l.Seq / blockLen}, 0
	}
	for k >= len(d.list) {
		d = s.trimLocked(d, a)
		d = &blocks{base: d.base, list: append(d.list[:len(d.list):len(d.list)], new(block))}
		k = l.Seq/blockLen - d.base
	}
	d.list[k][l.Seq%blockLen].Store(l)
	s.next = l.Seq + 1
	s.dir.Store(d)
}

// trimLocked drops leading blocks whose lines are all settled or old; the
// unsettled ones of those can still be found.
func (s *sender) trimLocked(d *blocks, a age) *blocks {
	n := 0
	for n < len(d.list)-1 && s.droppableLocked(d.list[n], a) {
		n++
	}
	return &blocks{base: d.base + n, list: d.list[n:]}
}

func (s *sender) droppableLocked(b *block, a age) bool {
	unsettled := 0
	for i := range b {
		switch l := b[i].Load(); {
		case l == nil || l.settled(a):
		case l.Actual < a.forget:
			unsettled++
		default:
			return false
		}
	}
	if unsettled > 0 {
		s.saveLocked([]*block{b}, a)
	}
	return true
}

// saveLocked keeps the unsettled lines of blocks that are dropped.
func (s *sender) saveLocked(list []*block, a age) {
	for _, b := range list {
		for i := range b {
			if l := b[i].Load(); l != nil && !l.settled(a) {
				s.unsettled = append(s.unsettled, l)
			}
		}
	}
}

// each calls f with every line that is still known.
func (s *sender) each(f func(*Line)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.unsettled {
		f(l)
	}
	if d := s.dir.Load(); d != nil {
		for _, b := range d.list {
			for i := range b {
				if l := b[i].Load(); l != nil {
					f(l)
				}
			}
		}
	}
}

// table holds the senders by chatter number.
type table struct {
	list atomic.Pointer[[]*sender]
	mu   sync.Mutex // held to grow
}

// at returns a chatter's lines; nil if that chatter never dialled.
func (t *table) at(chatter int) *sender {
	if p := t.list.Load(); p != nil && chatter >= 0 && chatter < len(*p) {
		return (*p)[chatter]
	}
	return nil
}

// sent returns one more than the highest number of a line that a chatter sent.
func (t *table) sent(chatter int) int {
	snd := t.at(chatter)
	if snd == nil {
		return 0
	}
	snd.mu.Lock()
	defer snd.mu.Unlock()
	return snd.next
}

// line returns the record of a line by its stamp, nil if there is none (any more).
func (t *table) line(chatter, seq int) *Line {
	if s := t.at(chatter); s != nil {
		return s.find(seq)
	}
	return nil
}

// get is at, growing the table as needed.
func (t *table) get(chatter int) *sender {
	if s := t.at(chatter); s != nil {
		return s
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var old []*sender
	if p := t.list.Load(); p != nil {
		old = *p
	}
	if chatter < len(old) {
		return old[chatter]
	}
	list := append(old, make([]*sender, max(chatter+1, 2*len(old))-len(old))...)
	for i := len(old); i < len(list); i++ {
		list[i] = new(sender)
	}
	t.list.Store(&list)
	return list[chatter]
}
