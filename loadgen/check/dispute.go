package check

import "fmt"

// noteJump keeps that a session saw the entry at jp.hi before all of [lo, hi),
// which came later.
func (j *Judge) noteJump(s *Session, jp *jump) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.notes) == maxNotes {
		j.notesLost++
		return
	}
	j.notes = append(j.notes, note{s: s, lo: jp.lo, hi: jp.hi, what: jp.what})
}

// dispute is a stretch and the entry that some saw before it.
type dispute struct{ lo, hi int64 }

// disputesLocked decides, for each stretch that somebody saw in another order
// than the canonical one, who deviated: the majority of those whose slices
// hold all of it is right, and a tie names both sides. Stretches that share an
// entry and a deviant are one defect.
func (j *Judge) disputesLocked() {
	by := make(map[dispute]map[*Session]bool)
	what := make(map[dispute][]entry)
	var order []dispute
	for _, n := range j.notes {
		d := dispute{n.lo, n.hi}
		if by[d] == nil {
			by[d] = make(map[*Session]bool)
			what[d] = n.what
			order = append(order, d)
		}
		by[d][n.s] = true
	}
	type blame struct {
		s      *Session
		lo, hi int64
	}
	var told []blame
	for _, d := range order {
		against := by[d]
		var with []*Session
		for _, s := range j.sessions {
			if !against[s] && s.holds(d.lo, d.hi) {
				with = append(with, s)
			}
		}
		deviants, agreed := sessionsOf(against), len(with)
		if len(against) > len(with) {
			deviants, agreed = with, len(against)
			j.dropJudgedAtLocked(what[d])
		} else if len(against) == len(with) {
			deviants, agreed = append(deviants, with...), 0
		}
		if len(deviants) == 0 {
			continue // the order had a gap where all who got it agree
		}
		c, sentence := describe(d, what[d], len(against) > len(with))
		v := violation{key: key{place: d.hi, session: deviants[0]}, at: deviants[0], with: deviants[1:], place: d.lo,
			agreed: agreed, sentence: sentence}
		for _, t := range told {
			if t.s == deviants[0] && d.lo <= t.hi && t.lo <= d.hi {
				v.implied = true
			}
		}
		told = append(told, blame{deviants[0], d.lo, d.hi})
		j.violateLocked(c, v)
	}
}

// holds says whether the session has all entries of a stretch.
func (s *Session) holds(lo, hi int64) bool {
	if !s.bound || s.start > lo || s.c <= hi {
		return false
	}
	for _, jp := range s.jumps {
		for p := max(lo, jp.lo); p <= hi && p < jp.hi; p++ {
			if !jp.seen[p] {
				return false
			}
		}
	}
	return true
}

// describe names the check and says what happened. first means that those who
// are to blame saw the stretch in the canonical order.
func describe(d dispute, what []entry, first bool) (Name, string) {
	if len(what) < 2 {
		return TotalOrder, "entries came in another order than to the others"
	}
	a, b := &what[0], &what[len(what)-1] // the blamed saw b before a
	if first {
		a, b = b, a
	}
	c := TotalOrder
	for i := range what {
		if what[i].line == nil && (i == 0 || i == len(what)-1) {
			c = ViewOrder
		}
	}
	sentence := fmt.Sprintf("%s came before %s, to the others it came after", b, a)
	if n := d.hi - d.lo; n > 1 {
		sentence += fmt.Sprintf(" (%d entries between them moved)", n-1)
	}
	return c, sentence
}

// dropJudgedAtLocked takes back what was judged by the order of entries that
// turned out to be the deviation of one receiver.
func (j *Judge) dropJudgedAtLocked(what []entry) {
	for i := range what {
		e := &what[i]
		for _, c := range []Name{FIFOOrder, ViewOrder} {
			if e.line == nil {
				continue
			}
			if f := j.found[foundKey{c, key{line: e.line}}]; f != nil {
				f.dropped = true
			}
		}
	}
}

// holdersLocked counts the sessions whose slice holds a place.
func (j *Judge) holdersLocked(place int64) int {
	n := 0
	for _, s := range j.sessions {
		if s.bound && s.start <= place && s.c > place {
			n++
		}
	}
	return n
}
