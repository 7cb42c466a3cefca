package ledger

// Where only the lines of each sender have an order, receivers may see those of several
// in as many orders as there are receivers. The canonical order is then a list of what
// there is, and a receiver's way through it is far too crooked to be kept: whether a line
// comes in its turn is looked at as it comes. Only one that comes late can be out of its
// turn, and one that was itself placed behind a later line.

// turn records that the line at a place came behind a later one of its stay.
func (w *sighting) turn(place int64) {
	s, l := w.by, w.by.ledger
	if w.line == nil || !l.cfg.Capabilities.BySender {
		return
	}
	of := w.line.Session
	for seq := w.line.Seq + 1; seq <= w.line.Seq+maxSought; seq++ {
		later := of.sender.find(seq)
		if later == nil || later.Session != of {
			return
		}
		if p := later.Place(); p >= 0 && s.Holds(p) {
			l.mu.Lock()
			l.order.keep(place)
			l.order.keep(p)
			l.emitLocked(Fact{Kind: OutOfTurn, At: s, Line: w.line, Place: place, Beside: p, When: w.at})
			l.mu.Unlock()
			return
		}
	}
}
