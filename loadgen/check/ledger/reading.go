package ledger

import "time"

// readings are lines that all have read at some of several linked servers, and not at
// the others. They are guarded by Ledger.mu.
type readings struct {
	servers []*Ledger
	of      map[*Line]reading
	next    int // how many may wait until it is looked which wait for nobody
	told    func(l *Line, first, last time.Duration)
}

// reading is when the first and the last of a line's receivers read it, at some servers.
type reading struct {
	servers     int
	by          uint64 // which of the first 64 these are
	first, last time.Duration
}

// shareReadings has Retired be told of a line once for all of some servers.
func shareReadings(all []*Ledger) {
	told := all[0].cfg.Retired
	if told == nil {
		return
	}
	rs := &readings{servers: all, of: make(map[*Line]reading), told: told}
	for _, l := range all {
		l.readings = rs
		l.cfg.Retired = func(line *Line, first, last time.Duration) { rs.read(l, line.Origin(), first, last) }
	}
}

// read records that everybody at one server has read a line.
func (rs *readings) read(at *Ledger, l *Line, first, last time.Duration) {
	if l.told {
		return
	}
	from := l.Session.ledger
	at.links.read[from] = max(at.links.read[from], l.Actual)
	r, known := rs.of[l]
	if !known {
		r.first = first
	}
	rs.of[l] = reading{r.servers + 1, r.by | 1<<at.number, min(r.first, first), max(r.last, last)}
	if r.servers+1 == len(rs.servers) {
		rs.tellOf(l)
	}
	if len(rs.of) > rs.next {
		rs.sweep()
	}
}

// sweep tells of the lines that no other server's clients will read.
func (rs *readings) sweep() {
	for l, r := range rs.of {
		if rs.over(l, r) {
			rs.tellOf(l)
		}
	}
	rs.next = 2*len(rs.of) + 1024
}

// over reports whether at every server all have read a line, or what was sent long after
// it, or nobody is there.
func (rs *readings) over(l *Line, r reading) bool {
	for i, o := range rs.servers {
		if r.by&(1<<i) == 0 && o.here > 0 && o.links.read[l.Session.ledger] < l.Actual+oldAfter {
			return false
		}
	}
	return true
}

// tell tells of all that are left.
func (rs *readings) tell() {
	if rs == nil {
		return
	}
	for l := range rs.of {
		rs.tellOf(l)
	}
}

func (rs *readings) tellOf(l *Line) {
	r := rs.of[l]
	delete(rs.of, l)
	l.told = true
	rs.told(l, r.first, r.last)
}
