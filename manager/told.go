package manager

import (
	"math"
	"time"
)

// toldCopy is a private line as a copy of the room has it.
type toldCopy struct {
	Place  uint64       `json:"place"`
	Time   time.Time    `json:"time"`
	Line   []byte       `json:"line"`
	Behind int          `json:"behind"` // so many lines to the group of the copy
	To     [2]partyCopy `json:"to"`
}

// partyCopy is one who was told a private line.
type partyCopy struct {
	Member int    `json:"member"` // in Members
	Nth    uint64 `json:"nth"`    // 0: one without a token
}

// copyTold copies the private lines that are kept, the newest of them, and how many each
// member was told; public are the lines to the group of the copy.
func (c *replicaCopy) copyTold(h *history, public []*saying) {
	c.Counted, c.Lost = true, h.lost
	if all := h.public.after(func(*saying) bool { return false }); len(public) < len(all) {
		c.Lost = all[len(all)-len(public)-1].place
	}
	of := make(map[*holder]int)
	for i := range c.Members {
		m := &c.Members[i]
		if who, ok := m.Member.Kept.(*holder); ok {
			m.Told, m.Lost = who.told, who.lost
			if _, has := of[who]; !has || !m.Back {
				of[who] = i
			}
		}
	}
	lines := h.private.after(func(*saying) bool { return false })
	for size := h.private.bytes; size > maxAnswer; lines = lines[1:] {
		size -= lines[0].size()
		for _, p := range lines[0].to {
			if i, ok := of[p.who]; ok {
				c.Members[i].Lost = max(c.Members[i].Lost, p.nth)
			}
		}
	}
	behind := 0
	for _, s := range lines {
		for behind < len(public) && public[behind].seq < s.seq {
			behind++
		}
		t := toldCopy{Place: s.place, Time: s.at, Line: s.line, Behind: behind}
		for i, p := range s.to {
			if at, ok := of[p.who]; ok {
				t.To[i] = partyCopy{at, p.nth}
			}
		}
		c.Told = append(c.Told, t)
	}
}

// restore has the history be that of a copy, whose members are in the room.
func (h *history) restore(c *replicaCopy) {
	for i := range c.Members {
		m := &c.Members[i]
		who, ok := m.Member.Kept.(*holder)
		switch {
		case ok && c.Counted:
			who.told, who.lost = m.Told, m.Lost
		case ok:
			who.lost = math.MaxUint64 // nobody knows
		}
	}
	if h.size <= 0 {
		return
	}
	switch {
	case c.Counted:
		h.lost = c.Lost
	case len(c.History) > 0:
		h.lost = c.History[0].Place - 1
	}
	next := 0
	for _, t := range c.Told {
		for ; next < min(t.Behind, len(c.History)); next++ {
			h.addPublic(c.History[next].Place, c.History[next].Time, c.History[next].Frame)
		}
		h.seq++
		s := &saying{seq: h.seq, place: t.Place, at: t.Time, line: t.Line}
		for i, p := range t.To {
			if p.Nth > 0 && p.Member >= 0 && p.Member < len(c.Members) {
				s.to[i].who, _ = c.Members[p.Member].Member.Kept.(*holder)
				s.to[i].nth = p.Nth
			}
		}
		h.push(s)
	}
	for ; next < len(c.History); next++ {
		h.addPublic(c.History[next].Place, c.History[next].Time, c.History[next].Frame)
	}
}
