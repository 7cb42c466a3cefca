package ledger

import (
	"time"

	"chatsim/manager/wire"
)

// cursor is where a session stands in the order. The goroutine that observes owns it.
type cursor struct {
	Way
	ledger *Ledger
	chunk  *chunk // of place Next
	marked int64  // places before it have their reading times
}

// expected returns the entry that comes next for the session, nil if the order
// does not go that far yet.
func (c *cursor) expected() *Entry {
	ch := c.chunk
	if ch == nil || c.Next-ch.base >= chunkLen {
		if ch = c.chunkAt(c.Next); ch == nil {
			return nil
		}
		c.chunk = ch
	}
	if i := c.Next - ch.base; i < ch.n.Load() {
		return &ch.entries[i]
	}
	return nil
}

// nextIn returns the entry that is next for the session if the frame is just that.
func (c *cursor) nextIn(f *wire.Frame) *Entry {
	if !c.Bound || f.Private {
		return nil
	}
	switch e := c.expected(); {
	case e == nil || e.Kind != f.Kind || e.late:
	case e.Kind == wire.Line && e.Text == string(f.Text) && e.Name == string(f.Sender),
		e.Kind != wire.Line && len(f.Names) == 1 && e.Name == string(f.Names[0]):
		return e
	}
	return nil
}

// Likely returns the entry that is next, if the bytes are known in which the first
// who got it saw it; else nil. Whoever finds just these in what came calls PassLikely,
// or else Observe.
func (c *cursor) Likely() *Entry {
	if !c.Bound {
		return nil
	}
	if e := c.expected(); e != nil && e.raw != "" {
		return e
	}
	return nil
}

// skip moves the cursor to a place, if it has not come so far: what it skips has no reading.
func (c *cursor) skip(to int64) {
	if to > c.Next {
		c.Next, c.marked = to, to
	}
}

// mark has the entries that the cursor passed since the last mark be read at a time,
// unless that was late.
func (c *cursor) mark(at time.Duration, late bool) {
	for c.marked < c.Next {
		ch := c.chunk
		if ch == nil || c.marked < ch.base {
			ch = c.chunkAt(c.marked)
		}
		if ch == nil { // forgotten: nobody is waiting for it
			c.marked = c.Next
			return
		}
		to := min(c.Next, ch.base+chunkLen)
		if !late {
			ch.mark(c.marked-ch.base, to-ch.base, at)
		}
		c.marked = to
	}
}

// chunkAt returns the chunk that holds a place, nil if it is forgotten.
func (c *cursor) chunkAt(place int64) *chunk {
	c.ledger.mu.Lock()
	defer c.ledger.mu.Unlock()
	return c.ledger.order.at(place)
}
