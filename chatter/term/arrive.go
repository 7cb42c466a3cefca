package term

import (
	"fmt"
	"slices"

	"chatsim/manager/wire"
)

// welcome takes in the name that one has. In the midst of a stay that is another
// one, right before one's leave and join.
func (t *talk) welcome(name string) []shown {
	was := t.me
	t.me = name
	if t.here {
		t.asked, t.wanted = name, name
		t.online = slices.DeleteFunc(t.online, func(n string) bool { return n == name })
		return []shown{say(note, fmt.Sprintf(t.words.Given, name))}
	}
	t.before, t.told = 0, false
	var of []shown
	if !t.gone {
		of = append(of, say(note, t.words.Welcome))
	}
	switch {
	case name == was: // back again, which is told elsewhere
	case name != t.asked:
		of = append(of, say(note, fmt.Sprintf(t.words.Renamed, name, t.asked)))
	case was != "":
		of = append(of, say(note, fmt.Sprintf(t.words.Given, name)))
	case name != t.wanted:
		of = append(of, say(note, fmt.Sprintf(t.words.Unseen, name)))
	}
	return of
}

// arrive ends the greeting.
func (t *talk) arrive(names []string) (of []shown) {
	switch {
	case t.here: // an answer to /who
	case t.gone && t.told && !t.gaps:
		of = append(of, say(note, t.words.Back))
	case t.gone && t.before > 0:
		of = append(of, say(note, t.words.BackPart))
	case t.gone:
		of = append(of, say(note, t.words.BackMissed))
	case t.before > 0:
		of = append(of, say(note, t.words.Before))
	}
	t.online, t.here, t.gone = names, true, false
	return append(of, say(note, t.who()))
}

// lost takes in that the connection was lost. A part of what was said before that
// it has told is told again by the next one.
func (t *talk) lost() { t.here, t.gone, t.past = false, true, nil }

// learned shows what was said before, or what the room tells this user alone.
func (t *talk) learned(e event) (of []shown) {
	if e.notice != "" {
		return []shown{say(note, t.words.notice(e.notice))}
	}
	if e.history == nil {
		return nil
	}
	for _, s := range e.history.Lines {
		var f wire.Frame
		if f.Parse([]byte(s.Line)) != nil {
			continue
		}
		line := t.line(newEvent(&f))
		line.at = s.Time
		of = append(of, line)
		t.before++
	}
	switch {
	case e.history.Last:
		t.mark, t.told, t.gaps = e.history.Mark, true, e.history.Missing
		of, t.past = append(t.past, of...), nil
	case !t.here:
		t.past, of = append(t.past, of...), nil
	case len(e.history.Lines) == 0:
		of = append(of, say(note, t.words.NothingBefore))
	}
	return of
}

// count counts how far the order was heard.
func (t *talk) count(e event) {
	switch {
	case t.mark == (wire.Mark{}):
	case e.kind == wire.Line && e.private:
		t.mark.Private++
	case e.kind == wire.Line:
		t.mark.Place++
	case e.kind == wire.Join || e.kind == wire.Leave:
		t.mark.Place += uint64(len(e.names))
	}
}

// others returns the names that one may want to write.
func (t *talk) others() []string {
	return slices.DeleteFunc(slices.Clone(t.online), func(n string) bool { return n == t.me })
}
