package cluster

import (
	"encoding/binary"
	"time"
)

// The shares of what the stream keeps.
const (
	farShare  = 4  // as much behind, a life holds the others up
	nearShare = 8  // less behind, it has caught up
	allShare  = 16 // as much of what all ask for may be under way
	tellShare = 32 // after as much a life says what it has applied
)

// entryCost is about what a message costs in the stream beside its data, in bytes.
const entryCost = 64

// pace is what the Managers go at together: what each has applied is in the stream, so
// all of them see the same.
type pace struct {
	speaks byte  // newest version that this Manager speaks
	broken fault // of tests: what is wrong

	keeps    uint64 // bytes of the stream; 0: not known
	sum      uint64 // bytes of the stream since the room began, up to the newest message applied
	said     uint64 // of them, as this life has announced last
	least    uint64 // of them, that the slowest life has applied
	common   byte   // newest version that all speak
	catching bool   // this life has not begun for the others, as it is still behind
}

// lag is how far a life is behind.
type lag struct {
	applied uint64        // bytes, as it has said
	far     bool          // it holds the others up, and has not caught up since
	from    uint64        // applied, when that began, or a quarter later
	waited  time.Duration // since then
}

func cost(m Message) uint64 { return uint64(len(m.Data)) + entryCost }

// keep is told how many bytes the stream keeps; 0: it is not known, and nobody is waited
// for.
func (p *pace) keep(bytes int64) { p.keeps = uint64(max(bytes, 0)) }

// measure finds out what the lives have in common.
func (p *pace) measure(r *roll) {
	if p.broken != slowedByDead || len(r.fenced) == 0 {
		p.least = p.sum
	}
	p.common = p.speaks
	for _, l := range r.alive {
		p.least, p.common = min(p.least, l.applied), min(p.common, l.speaks)
	}
}

// version is that of the next message: before this life has begun for all, there may be
// others of which it does not know.
func (p *pace) version(r *roll) byte {
	if !r.begun() {
		return oldest
	}
	return p.common
}

// behind returns how much of the stream the slowest life has not applied, in bytes, as
// far as this Manager has read.
func (p *pace) behind(r *roll) uint64 {
	if len(r.alive) == 0 {
		return 0
	}
	return p.sum - p.least
}

// heldUp reports whether a life is so far behind that the others have to wait.
func (p *pace) heldUp() bool {
	return p.keeps > 0 && p.common >= paced && p.sum-p.least >= p.keeps/farShare && p.broken != neverSlowed
}

// takes reports whether a request may be proposed where so many bytes are under way, and
// there are so many lives.
func (p *pace) takes(size uint64, lives int) bool {
	return !p.heldUp() && (size == 0 || p.keeps == 0 || size < p.keeps/allShare/uint64(max(lives, 1)))
}

// tells reports whether it is time to say what this life has applied.
func (p *pace) tells() bool {
	return p.keeps != 0 && p.common >= paced && p.sum-p.said >= p.keeps/tellShare
}

// appendApplied appends the message that says it.
func (p *pace) appendApplied(dst []byte, own ID) []byte {
	p.said = p.sum
	return appendSum(binary.AppendUvarint(appendHeader(dst, paced, applied, own), p.sum))
}

// progress is told what a life has applied.
func (p *pace) progress(l *life, bytes uint64, r *roll) {
	if l == nil || bytes <= l.applied {
		return
	}
	l.applied = min(bytes, p.sum)
	l.far = l.far && p.sum-l.applied >= p.keeps/nearShare
	p.measure(r)
}

// watch reports whether a life is to be dropped: it holds the others up for the grace
// and does not apply a quarter of what the stream keeps meanwhile, which is the feed's
// rule, one level up.
func (p *pace) watch(l *life, step, grace time.Duration) bool {
	switch behind := p.sum - l.applied; {
	case p.keeps == 0 || p.common < paced || behind < p.keeps/nearShare:
		l.far = false
	case !l.far && behind >= p.keeps/farShare, l.far && l.applied-l.from >= p.keeps/farShare:
		l.far, l.from, l.waited = true, l.applied, 0
	case l.far:
		if l.waited += step; l.waited >= grace || p.broken == droppedEarly {
			l.waited -= beatEvery * 2 // until what comes of it has come back
			return true
		}
	}
	return false
}
