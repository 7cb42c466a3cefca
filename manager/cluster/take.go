package cluster

import (
	"encoding/binary"
	"time"
)

// Take takes the next message of the stream.
func (c *Core) Take(now time.Duration, m Message) {
	if c.fatal != nil || m.Seq <= c.last {
		return
	}
	if m.Seq != c.last+1 && c.broken != gapIgnored {
		c.Begin(now, m.Seq-1, ErrBehind)
	}
	c.last, c.seen = m.Seq, m.At
	switch {
	case !c.synced:
		c.wait(now, m)
	case m.Seq > c.skip:
		c.apply(now, m)
	}
}

// wait keeps a message for when a snapshot has come, but for those that tell whether
// anybody has the room.
func (c *Core) wait(now time.Duration, m Message) {
	k, from, body, err := parse(m.Data, c.cfg.Speaks)
	switch {
	case err == ErrNewer:
		c.fatal = err
		return
	case err != nil:
		return
	case k == numbered:
		c.active, c.newcomer.quiet = m.Seq, 0
	case k == knock && from == c.lives.own:
		c.newcomer.moved(now)
	case k == reset:
		if place, settings, err := parseReset(body); err == nil && c.newcomer.start <= place && c.active <= place {
			c.reset(now, m, settings)
			return
		}
	}
	c.newcomer.keep(m)
}

// reset begins the room anew.
func (c *Core) reset(now time.Duration, m Message, settings []byte) {
	if c.synced {
		c.lose(now, ErrReset)
	}
	c.stats.Resets++
	c.newcomer.kept()
	c.active = m.Seq
	if c.fatal = c.m.Reset(settings, m.At); c.fatal == nil {
		c.at, c.pace.sum = m.At, 0
		c.got(now, m.Seq)
	}
}

// apply applies a message to the room.
func (c *Core) apply(now time.Duration, m Message) {
	k, from, body, err := parse(m.Data, c.cfg.Speaks)
	if err == ErrNewer {
		c.fatal = err
		return
	}
	c.pace.sum += cost(m)
	if m.At.After(c.at) { // a new leader's clock may be behind
		c.at = m.At
	}
	if err != nil {
		c.stats.Garbage++
		return
	}
	switch k {
	case reset:
		if place, settings, err := parseReset(body); err == nil && c.active <= place {
			c.reset(now, m, settings)
		}
	case knock:
		if number, bytes, err := parseKnock(body); err == nil && from == c.lives.own {
			c.knockedBack(now, number, bytes)
		}
	case applied:
		if bytes, _, err := cutUint(body); err == nil {
			c.pace.progress(c.lives.alive[from], bytes, &c.lives)
		}
	case numbered:
		first, requests, err := split(body)
		if err != nil {
			c.stats.Garbage++
			return
		}
		c.active = m.Seq
		c.requests(now, m.Seq, from, first, requests)
	}
}

// knockedBack is told that a knock has come back: as much as the stream has moved since
// is this Manager behind. Once that is little its life begins for all.
func (c *Core) knockedBack(now time.Duration, number, bytes uint64) {
	if p := &c.pace; p.catching && (p.keeps == 0 || p.sum-bytes < p.keeps/nearShare) {
		p.catching, p.said = false, p.sum
		c.out.add(hello, c.appendFields(appendUintField(nil, speaksField, uint64(c.cfg.Speaks))))
		c.stats.Lives++
	}
	c.out.knocked(now, number, c)
}

// requests applies those of a message that are next in their life.
func (c *Core) requests(now time.Duration, place uint64, from ID, first uint64, requests [][]byte) {
	l := c.lives.alive[from]
	if _, dead := c.lives.fenced[from]; dead && c.broken != notFenced {
		return
	}
	if l == nil {
		if first != 1 || order(requests[0][0]) != hello {
			return
		}
		l = c.lives.born(from, requests[0][1:], c.pace.sum)
		c.pace.measure(&c.lives)
	}
	defer c.m.Flush()
	own := from == c.lives.own
	if first > l.next && c.broken != numberIgnored {
		if own {
			c.out.hole(now, first, c)
		}
		return
	}
	for i, r := range requests {
		n := first + uint64(i)
		if n != l.next && c.broken != numberIgnored {
			continue
		}
		l.next, l.last, l.silent = n+1, place, 0
		if own {
			c.pulse.silence = 0
			c.out.returned(now, n)
		}
		c.request(now, place, from, n, r)
		if c.fatal != nil || c.lives.alive[from] != l {
			return // its life has ended, or this Manager's
		}
	}
}

// request applies one request.
func (c *Core) request(now time.Duration, place uint64, from ID, n uint64, r []byte) {
	switch body := r[1:]; order(r[0]) {
	case hello:
		c.lives.reach(from, body)
	case user:
		if err := c.m.Apply(from, n, c.at, body); err != nil {
			c.fatal = err
		}
	case bye:
		c.bury(place, from, nil)
		c.ended = c.ended || from == c.lives.own
	case heartbeat:
		c.vote(now, place, from, body)
		if c.lives.alive[from] != nil && from == c.lives.own {
			c.listen(now)
		}
	case gone:
		c.gone(now, place, body)
	case slow:
		c.drop(now, place, body)
	}
}

// bury ends a life: its users leave, and what still comes of it is ignored.
func (c *Core) bury(place uint64, id ID, why error) {
	if c.broken != notFenced {
		delete(c.lives.alive, id)
	}
	c.pace.measure(&c.lives)
	c.lives.fence(id, place)
	c.stats.Buried++
	if c.broken != droppedStays || why != ErrSlow {
		c.m.End(id, c.at, why)
	}
}

// gone ends the life of a Manager that another one has not heard of, unless it has
// said something since.
func (c *Core) gone(now time.Duration, place uint64, body []byte) {
	id, last, err := parseGone(body)
	l := c.lives.alive[id]
	switch {
	case err != nil:
		c.stats.Garbage++
		return
	case c.broken == goneTwice && (l != nil || c.lives.fenced[id] != 0):
	case l == nil || l.last != last && c.broken != goneUnplaced:
		return
	}
	c.end(now, place, id, ErrFenced)
}

// end ends a life, which may be this Manager's.
func (c *Core) end(now time.Duration, place uint64, id ID, why error) {
	c.bury(place, id, why)
	if id == c.lives.own {
		c.renew(now, why)
	}
}

// listen has the lives grow older, of which nothing was heard since the heartbeat
// before the one that has come back: so only while the stream moves, and only as far
// as this Manager has read it.
func (c *Core) listen(now time.Duration) {
	step := c.pulse.back(now)
	for _, id := range c.lives.ids() {
		l := c.lives.alive[id]
		if id == c.lives.own {
			continue
		}
		if l.silent += step; l.silent >= c.cfg.Lease {
			l.silent -= beatEvery * 2 // until this has come back
			c.out.add(gone, appendGone(nil, id, l.last))
		}
		if c.pace.watch(l, step, c.cfg.Grace) {
			c.out.add(slow, appendGone(nil, id, l.applied))
		}
	}
}

// vote compares the room at a place with that of another Manager, and remembers what
// it is now. Whoever differs from more than it agrees with ends.
func (c *Core) vote(now time.Duration, place uint64, from ID, body []byte) {
	if at, hash, fields, err := parseHeartbeat(body); err == nil {
		c.lives.reach(from, fields)
		c.pace.progress(c.lives.alive[from], findUint(fields, appliedField, 0), &c.lives)
		if c.votes.differs(at, hash) {
			c.Begin(now, c.last, ErrDiffers)
			return
		}
	}
	c.votes.remember(place, c.m.Hash())
}

// drop ends the life of a Manager that holds the others up, unless it has applied more
// since.
func (c *Core) drop(now time.Duration, place uint64, body []byte) {
	id, bytes, err := parseGone(body)
	l := c.lives.alive[id]
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

func appendReset(dst []byte, life ID, place uint64, settings []byte) []byte {
	dst = binary.AppendUvarint(appendHeader(dst, oldest, reset, life), place)
	return appendSum(append(dst, settings...))
}

func parseReset(body []byte) (place uint64, settings []byte, err error) { return cutUint(body) }
