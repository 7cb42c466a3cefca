package check

import "fmt"

// counts judges a run at level Count: a chatter that stays gets every group
// line sent after its roster came, and none from before it dialled.
func (e *ending) counts() {
	j := e.judge
	cut := int64(0) // lines that may not have come because their sender's stay was cut short
	e.eachLine(func(l *Line) {
		if kind, _ := l.Session.left(); kind.abrupt() && !l.answered.Load() {
			cut++
		}
	})
	for _, s := range j.sessions {
		kind, _ := s.left()
		if kind != Stays || !s.hasRoster {
			continue
		}
		e.alive++
		refused := j.publicRefused.Load()
		most, least := j.publicSent-refused-s.sentBefore[0], j.publicSent-s.sentBefore[1]-cut-(refused-s.refusedBefore)
		e.slices += most
		v := violation{key: key{session: s}, at: s, came: fmt.Sprint(s.got, " lines"), expected: fmt.Sprint(least, " to ", most, " lines")}
		switch {
		case s.got < least:
			v.sentence = quote(s.name) + " got fewer lines than were sent while it was there"
		case s.got > most:
			v.sentence = quote(s.name) + " got more lines than were sent while it was there"
		default:
			continue
		}
		j.violateLocked(Agreement, v)
	}
}
