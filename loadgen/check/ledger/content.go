package ledger

import (
	"slices"

	"chatsim/manager/wire"
)

// delivery is a chat line as it came to one receiver, with what stands around it.
type delivery struct {
	*sighting
	frame *wire.Frame
}

// resolve resolves the delivery to a line of the run, to one of somebody who is
// not of the run, or to a fact. It returns the line if that came as it should.
func (w delivery) resolve() *Line {
	f := w.frame
	if w.by.ledger.cfg.Capabilities.Views != Ordered && !w.by.HasRoster { // it is of the time before its join
		return nil
	}
	line, given, ok := w.by.ledger.stamped(f.Text)
	switch {
	case !ok, w.repeats(line, given):
		w.text = string(f.Text)
		w.unstamped(f.Private)
		return nil
	case line == nil || line.Text != string(f.Text) && !line.spoofed(f.Sender, f.Text):
		w.notSent(line, given)
		return nil
	}
	w.line = line
	switch right := w.envelopeRight(); {
	case !w.take(right):
		return nil
	case right:
		return line
	case line.Measured:
		w.by.Totals.Deliveries-- // it came, but not as it should
	}
	return nil
}

// take takes a line of the run, of which all is right but maybe its envelope; false
// if it is not for the session, or a deviation that is recorded.
func (w delivery) take(right bool) bool {
	switch {
	case !w.frame.Private && !w.line.Private():
		if right {
			w.raw = w.frame.Raw
		}
	case !w.party():
		return false
	case w.by.Bound:
		return w.takePrivate()
	}
	return w.see()
}

// emit records a fact about the delivery.
func (w delivery) emit(fact Fact) {
	f := w.frame
	fact.When = w.at
	fact.Came = Came{Kind: wire.Line, Name: w.name, Text: string(f.Text)}
	if f.Private {
		fact.Came.Target = string(f.Target)
	}
	w.by.emit(fact)
}

// notSent records a line that is not the one that its stamp names, or whose
// stamp names none that is still known.
func (w delivery) notSent(line *Line, given bool) {
	f := w.frame
	w.by.Totals.Observed++
	fact := Fact{Kind: Unsent, Text: string(f.Text)}
	if line == nil {
		w.by.stray()
	}
	switch {
	case line == nil && given:
		fact.Kind = RepeatedLater
		w.emit(fact)
		return
	case line != nil:
		fact = Fact{Kind: Altered, Line: line}
	}
	if w.by.garble(w.name, f.Text) > 1 && line != nil {
		fact.Kind = Glued
	}
	w.emit(fact)
	if line != nil && line.Session == w.by {
		line.settle() // nothing better will come
	}
}

// unstamped takes a line without the run's stamp. From a member that is not of
// the run it is a public entry like any other; whether it is, shows when it
// gets its place. A private one has none, nor has any where nobody can tell
// which of several equal ones it is.
func (w *sighting) unstamped(private bool) {
	switch {
	case !private && w.by.ledger.cfg.Capabilities.Views == Ordered:
		w.see()
	case !w.strange() && !w.early():
		w.forged()
	}
}

// strange reports whether the sender's name may belong, where the receiver
// stands, to a member who is not of the run.
func (w *sighting) strange() bool {
	if w.name == wire.Server {
		return true
	}
	s, l := w.by, w.by.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	switch l.cfg.Capabilities.Views {
	case NoViews:
		return l.members.byName[w.name] == nil
	case WholeRosters:
		return s.whole.Names[w.name] > 0 && l.members.byName[w.name] == nil
	}
	if s.Bound {
		m := l.members.holder(w.name, s.behind())
		return m != nil && m.Session == nil
	}
	return l.members.unclaimed(w.name, func(*Member) bool { return true }) != nil
}

// early reports whether a line comes before its receiver's own join has a place, from
// somebody of whom that one has been told already.
func (w *sighting) early() bool {
	s := w.by
	return !s.Bound && (s.sawJoin(w.name) || slices.Contains(s.Snapshot(), w.name))
}

// forged records a line that nobody sent, or that lost its stamp.
func (w *sighting) forged() {
	w.by.stray()
	w.by.Totals.Observed++
	w.by.garble(w.name, []byte(w.text))
	w.by.emit(Fact{Kind: Forged, Text: w.subject(), Came: w.came(), When: w.at})
}

// garble records that a line by a sender, and each line whose stamp stands
// inside of its text, may have come in this form, so that their absence is no
// second deviation. It returns how many.
func (s *Session) garble(sender string, text []byte) int {
	if s.Garbled == nil {
		s.Garbled = make(map[string]int)
	}
	s.Garbled[sender]++
	n := 1
	text = unslashed(text)
	for line := range s.ledger.stampedIn(text[min(1, len(text)):]) {
		n++
		s.Garbled[line.Session.Name()]++
		if line.Session == s {
			line.settle()
		}
	}
	return n
}

// GarbledAs returns under which name of Garbled an entry may have come.
func (r *Received) GarbledAs(e *Entry) (name string, ok bool) {
	if e.Kind == wire.Line && r.Garbled[e.Name] > 0 {
		return e.Name, true
	}
	return "", r.Garbled[""] > 0
}

// envelopeRight compares what came around a text with how it was sent.
func (w delivery) envelopeRight() bool {
	f := w.frame
	kind := Misnamed
	switch {
	case w.line.Private() && !f.Private:
		return true // judged by its parties
	case !w.line.Private() && f.Private:
		kind = GroupAsPrivate
		w.by.garble(w.name, f.Text)
	case w.by.ledger.cfg.Level != Full:
		return true
	case f.Private && w.by.ledger.cfg.Capabilities.Views == Ordered && w.line.Target != string(f.Target):
		kind = Mistargeted
	case w.line.Session.Name() == w.name:
		return true
	case w.line.spoofed(f.Sender, f.Text):
		kind = ClaimBelieved
	}
	w.emit(Fact{Kind: kind, Line: w.line})
	return false
}

// party reports whether the session may see a line of which either side, what
// was sent or what came, is private.
func (w delivery) party() bool {
	s, line := w.by, w.line
	if !line.Private() { // a group line that came as a private one, and is recorded as that
		return false
	}
	s.Totals.Private++
	switch {
	case line.Session != s && line.Target != s.name && (s.Bound || line.Target != s.listed):
		if s.ledger.cfg.Level == Full {
			w.emit(Fact{Kind: Overheard, Line: line})
		}
		return false
	case !w.frame.Private:
		w.emit(Fact{Kind: PrivateAsGroup, Line: line})
	}
	return true
}
