package cluster

import (
	"encoding/binary"
	"time"
)

const (
	window    = 64                     // messages under way
	patience  = time.Second            // for what was published to come back: the most
	briefly   = 250 * time.Millisecond // likewise, the least: a leader that has stepped down loses it
	holeEvery = 100 * time.Millisecond // that what comes behind a hole has it published again
)

// outbox holds the requests of this life that have not come back, in order.
type outbox struct {
	requests []sending
	next     uint64        // number of the first of them
	sent     int           // of them, that were published
	size     int           // bytes of all of them
	ends     []uint64      // the number behind the last request of each message under way
	gap      time.Duration // about the longest that nothing has come back lately
	vain     int           // times that this was in vain, or all published again, since something has come back
	waits    time.Duration // since when nothing has come back
	probe    uint64        // the knock behind what has perhaps been lost; 0: none
	probed   uint64        // the number behind the last request before that
	again    time.Duration // when they were last published again
	old      uint64        // the number behind the last request that had been published then
}

// sending is a request of this life, in memory of its own.
type sending struct {
	order order
	body  []byte
}

func (o *outbox) add(k order, body []byte) (number uint64) {
	o.requests = append(o.requests, sending{k, body})
	o.size += len(body)
	return o.next + uint64(len(o.requests)) - 1
}

// returned is told that a request has come back.
func (o *outbox) returned(now time.Duration, number uint64) {
	if number != o.next || len(o.requests) == 0 {
		return
	}
	o.size -= len(o.requests[0].body)
	o.requests[0] = sending{}
	o.requests, o.next = o.requests[1:], o.next+1
	o.sent = max(o.sent-1, 0)
	o.gap = max(o.gap, now-o.waits)
	o.waits, o.vain = now, 0
	for len(o.ends) > 0 && o.ends[0] <= o.next {
		o.ends = o.ends[1:]
		o.gap -= o.gap / 8
	}
}

// patience is how long nothing may come back of what was published.
func (o *outbox) patience() time.Duration {
	return min(patience, (briefly+2*o.gap)<<min(o.vain, 2))
}

// hole is told that a request has come back whose predecessor has not. One that was
// published before all was published again is no news.
func (o *outbox) hole(now time.Duration, number uint64, c *Core) {
	if number >= o.old {
		o.retry(now, c)
	}
}

// retry has all that has not come back be published again, but not too often.
func (o *outbox) retry(now time.Duration, c *Core) {
	if now-o.again >= holeEvery {
		o.back(now, c)
	}
}

// back has all that has not come back be published again.
func (o *outbox) back(now time.Duration, c *Core) {
	if o.sent == 0 {
		return
	}
	o.old = max(o.old, o.next+uint64(o.sent))
	o.sent, o.ends, o.again, o.waits = 0, nil, now, now
	if n := len(o.requests); c.broken == reordered && n > 1 {
		o.requests[0], o.requests[n-1] = o.requests[n-1], o.requests[0]
	}
	o.vain++
	c.stats.Republished++
}

func (o *outbox) tick(now time.Duration, c *Core) {
	if o.sent == 0 {
		o.waits = now
	} else if now-o.waits >= o.patience() && c.knocks.knock(now, c.lives.own, c.pace.sum) {
		o.waits = now
		o.vain++
		if o.probe == 0 {
			o.probe, o.probed = c.knocks.made, o.next+uint64(o.sent)
		}
	}
}

// knocked is told that a knock has come back: what was published before it and has not
// is lost. Of what has not come back as this Manager is behind, the knock has not either.
func (o *outbox) knocked(now time.Duration, knock uint64, c *Core) {
	if o.probe == 0 || knock < o.probe {
		return
	}
	if o.probe = 0; o.next < o.probed {
		o.back(now, c)
	}
}

// Failed is told that a message was perhaps not stored.
func (c *Core) Failed(now time.Duration) {
	if c.synced {
		c.out.retry(now, c)
	}
}

// Publish returns the next message to be published, in memory that the next call uses
// again; nil if there is none now.
func (c *Core) Publish(now time.Duration) []byte {
	if c.fatal != nil {
		return nil
	}
	if b := c.knocks.control; b != nil || !c.synced {
		c.knocks.control = nil
		return b
	}
	if c.lives.begun() && c.pace.tells() {
		c.message = c.pace.appendApplied(c.message[:0], c.lives.own)
		return c.message
	}
	o := &c.out
	if o.sent == len(o.requests) || len(o.ends) >= window {
		return nil
	}
	if o.sent == 0 {
		o.waits = now
	}
	b := appendHeader(c.message[:0], c.pace.version(&c.lives), numbered, c.lives.own)
	b = binary.AppendUvarint(b, o.next+uint64(o.sent))
	for n := 0; o.sent < len(o.requests); n++ {
		r := o.requests[o.sent]
		if n > 0 && len(b)+1+len(r.body)+2*binary.MaxVarintLen32 > c.cfg.MaxBatch {
			break
		}
		b = binary.AppendUvarint(b, uint64(1+len(r.body)))
		b = append(append(b, byte(r.order)), r.body...)
		o.sent++
	}
	o.ends = append(o.ends, o.next+uint64(o.sent))
	c.message = appendSum(b)
	return c.message
}
