package check

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// What rests on the order of two entries is heard at the end, when it is known
// in which order the majority saw them.

// hearing is an accusation that falls if the entry at a did not stand before
// that at b, or before the leave of someone who was said to be gone.
type hearing struct {
	check Name
	v     violation
	a, b  int64
	gone  *member
}

// suspect is a line without a stamp by a member who might be of the run.
type suspect struct {
	member *member
	v      violation
}

// double is a join by a name that a member had.
type double struct {
	old, new *member
	at       *Session
}

// apart is a private line whose seats are not one gap of the canonical order.
type apart struct {
	line *Line
	at   *Session
}

func (j *Judge) accuseLocked(c Name, v violation, a, b int64) {
	if len(j.hearings) == maxHearings {
		j.violateLocked(c, v)
		return
	}
	v.before = j.contextLocked(v.place)
	j.hearings = append(j.hearings, hearing{check: c, v: v, a: a, b: b})
}

// hearLocked settles every accusation.
func (j *Judge) hearLocked() {
	j.doubtLocked()
	for _, d := range j.doubles {
		j.hearDoubleLocked(d)
	}
	for _, s := range j.suspects {
		if s.member.session != nil {
			j.phantoms[s.v.place] = true
			j.violateLocked(NoCreation, s.v)
		}
	}
	for _, h := range j.hearings {
		h.v.implied = h.v.implied || !j.stands(h)
		j.violateLocked(h.check, h.v)
	}
	for _, s := range j.misfits {
		if s.snapshot != nil {
			if v, bad := s.rosterDiff(); bad {
				j.violateLocked(RosterAccuracy, v)
			}
		}
		j.hearNameLocked(s)
	}
	for _, a := range j.apart {
		if v, bad := j.hearApartLocked(a); bad {
			j.violateLocked(TotalOrder, v)
			j.excuseLocked(FIFOOrder, v.key)
		}
	}
}

// stands says whether an accusation holds in the order of the majority.
func (j *Judge) stands(h hearing) bool {
	if h.gone != nil {
		left := h.gone.left.Load()
		if join := h.gone.place.Load(); join != h.a && !j.upheld(join, h.a) {
			return false
		}
		_, unseen := h.v.at.detours.lacks(left)
		return !j.tainted[h.gone.name] && (left == 0 || !unseen && j.upheld(h.a, left))
	}
	if h.check == ViewOrder && h.v.line != nil && j.tainted[h.v.line.Session.name] {
		return false
	}
	return j.upheld(h.a, h.b)
}

// doubtLocked adds the names of those whose join or leave was never told: who
// can say where it was.
func (j *Judge) doubtLocked() {
	if j.cfg.Rosters {
		return // no join or leave has a place
	}
	for _, s := range j.sessions {
		switch kind, _ := s.left(); {
		case !s.hasRoster:
		case s.member == nil, s.member.silent, kind != Stays && s.member.left.Load() == 0:
			j.tainted[s.name] = true
		}
	}
}

// hearDoubleLocked: two joins of one name are two members if a chatter stands
// behind each, else one join told twice. Where the first has left, its leave
// was told to the majority before, or late, or never.
func (j *Judge) hearDoubleLocked(d double) {
	place, left := d.new.place.Load(), d.old.left.Load()
	if d.new.session == nil {
		j.phantoms[place] = true
		j.violateLocked(NoDuplication, violation{key: key{text: "join " + d.new.name}, at: d.at, place: place, came: "join of " + quote(d.new.name),
			sentence: "a join was told twice"})
		return
	}
	v := violation{key: key{text: "name " + d.new.name, place: place}, at: d.new.session, place: place,
		sentence: "two members have the name " + quote(d.new.name) + " at once"}
	if o := d.old.session; o != nil {
		v.with = []*Session{o}
	}
	v.implied = left == 0 && d.old.leaving() || left != 0 && !j.upheld(place, left)
	if !v.implied {
		j.tainted[d.new.name] = true
	}
	j.violateLocked(NameUniqueness, v)
}

// rosterThen walks those who were there at m's join as the majority saw it.
func (j *Judge) rosterThen(m *member, f func(*member)) {
	at := j.pos(m.place.Load())
	for _, o := range j.fold.log {
		left := o.left.Load()
		if o == m || j.pos(o.place.Load()) < at && (left == 0 || j.pos(left) > at) {
			f(o)
		}
	}
}

func (j *Judge) hearNameLocked(s *Session) {
	m := s.member
	held := taken(s.Asked, m, len(j.fold.log), func(f func(*member)) { j.rosterThen(m, f) })
	if due, ok := due(s.Asked, m.name, held, j.tainted); !ok && s.Asked != "" {
		j.violateLocked(NameSuffixing, violation{key: key{session: s}, at: s, place: m.place.Load(), expected: due, came: m.name,
			implied:  j.tainted[m.name],
			sentence: "a newcomer who asked for " + quote(s.Asked) + " was called " + quote(m.name) + " where " + quote(due) + " was due"})
	}
}

// rosterDiff says what a snapshot has too much or too little. A name
// whose presence is in doubt may be on either side.
func (s *Session) rosterDiff() (violation, bool) {
	j := s.judge
	var there []*member
	j.rosterThen(s.member, func(o *member) { there = append(there, o) })
	slices.SortStableFunc(there, func(a, b *member) int { return cmp.Compare(j.pos(a.place.Load()), j.pos(b.place.Load())) })
	var due, came []string
	for _, m := range there {
		due = append(due, m.name)
	}
	for n := range bytes.Lines(s.snapshot) {
		came = append(came, string(n[:len(n)-1]))
	}
	v := violation{key: key{session: s}, at: s, place: s.member.place.Load(), expected: some(due), came: some(came)}
	doubtful := func(name string) bool { return j.tainted[name] }
	due, came = slices.DeleteFunc(due, doubtful), slices.DeleteFunc(came, doubtful)
	extra, lacking := beyond(came, due), beyond(due, came)
	switch {
	case len(extra) > 0:
		v.sentence = "a newcomer's roster names " + strings.Join(extra[:min(len(extra), 3)], ", ") + ", who is not there"
	case len(lacking) > 0:
		v.sentence = "a newcomer's roster lacks " + strings.Join(lacking[:min(len(lacking), 3)], ", ") + ", who is there"
	default:
		v.sentence = "a newcomer's roster is not in join order with itself last"
	}
	return v, !slices.Equal(due, came)
}

// beyond gives the names of a that b lacks.
func beyond(a, b []string) []string {
	has := make(map[string]bool, len(b))
	for _, n := range b {
		has[n] = true
	}
	var out []string
	for _, n := range a {
		if !has[n] {
			out = append(out, quote(n))
		}
	}
	return out
}

// hearApartLocked compares a private line's seats in the order of the majority.
func (j *Judge) hearApartLocked(a apart) (violation, bool) {
	p := a.line.priv
	p.mu.Lock()
	x, y := p.seats[0], p.seats[1]
	p.mu.Unlock()
	v := violation{key: key{line: a.line}, line: a.line, at: a.at, with: a.line.parties(a.at), place: max(x.last, y.last),
		sentence: fmt.Sprintf("a private line stands after #%d at its sender, after #%d at its target", x.last, y.last)}
	for _, p := range []seat{x, y} {
		if j.unsure(p.last) || j.unsure(p.next) || j.mistakenLocked(p.by, p.last) || j.mistakenLocked(p.by, p.next) {
			return v, false
		}
	}
	oneGap := x.last == y.last && x.next == y.next
	return v, !oneGap && max(j.pos(x.last), j.pos(y.last)) >= min(j.pos(x.next), j.pos(y.next))
}
