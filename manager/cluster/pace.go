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

// measure finds out what the lives have in common.
func (c *Core) measure() {
	p := &c.pace
	if c.broken != slowedByDead || c.stats.Buried == 0 {
		p.least = p.sum
	}
	p.common = c.cfg.Speaks
	for _, l := range c.lives {
		p.least, p.common = min(p.least, l.applied), min(p.common, l.speaks)
	}
}

// Behind returns how much of the stream the slowest life has not applied, in bytes, as
// far as this Manager has read.
func (c *Core) Behind() uint64 {
	if len(c.lives) == 0 {
		return 0
	}
	return c.pace.sum - c.pace.least
}

// HeldUp reports whether a life is so far behind that the others have to wait.
func (c *Core) HeldUp() bool {
	p := &c.pace
	return p.keeps > 0 && p.common >= paced && p.sum-p.least >= p.keeps/farShare && c.broken != neverSlowed
}

// Takes reports whether a request may be proposed now.
func (c *Core) Takes() bool {
	size := uint64(c.out.size)
	return !c.HeldUp() && (size == 0 || c.pace.keeps == 0 || size < c.pace.keeps/allShare/uint64(max(len(c.lives), 1)))
}

// announce returns the message that says what this life has applied, if it is time.
func (c *Core) announce() []byte {
	p := &c.pace
	if p.keeps == 0 || p.common < paced || p.sum-p.said < p.keeps/tellShare || c.lives[c.id] == nil {
		return nil
	}
	p.said = p.sum
	c.message = appendSum(binary.AppendUvarint(appendHeader(c.message[:0], paced, applied, c.id), p.sum))
	return c.message
}

// progress is told what a life has applied.
func (c *Core) progress(l *life, bytes uint64) {
	if l == nil || bytes <= l.applied {
		return
	}
	l.applied = min(bytes, c.pace.sum)
	l.far = l.far && c.pace.sum-l.applied >= c.pace.keeps/nearShare
	c.measure()
}

// watch has a life dropped that holds the others up for the grace and does not apply a
// quarter of what the stream keeps meanwhile: the feed's rule, one level up.
func (c *Core) watch(id ID, l *life, step time.Duration) {
	p := &c.pace
	switch behind := p.sum - l.applied; {
	case p.keeps == 0 || p.common < paced || behind < p.keeps/nearShare:
		l.far = false
	case !l.far && behind >= p.keeps/farShare, l.far && l.applied-l.from >= p.keeps/farShare:
		l.far, l.from, l.waited = true, l.applied, 0
	case l.far:
		if l.waited += step; l.waited >= c.cfg.Grace || c.broken == droppedEarly {
			l.waited -= beatEvery * 2 // until this has come back
			c.out.add(slow, appendGone(nil, id, l.applied))
		}
	}
}

// drop ends the life of a Manager that holds the others up, unless it has applied more
// since.
func (c *Core) drop(now time.Duration, place uint64, body []byte) {
	id, bytes, err := parseGone(body)
	l := c.lives[id]
	switch {
	case err != nil:
		c.stats.Garbage++
		return
	case l == nil || l.applied != bytes:
		return
	}
	c.stats.Slow++
	c.end(now, place, id, ErrSlow)
}
