package ledger

import (
	"bytes"

	"chatsim/manager/wire"
)

// delivery is a chat line on its way from a frame to a sighting.
type delivery struct {
	sighting
	frame *wire.Frame
}

// observe resolves the frame to a line of the run, to one of somebody who is
// not of the run, or to a fact. It returns the line if that came as it should.
func (d *delivery) observe() *Line {
	s, f := d.by, d.frame
	d.kind = wire.Line
	chatter, seq, ok := ParseStamp(f.Text, s.ledger.cfg.Nonce)
	if !ok {
		d.unstamped()
		return nil
	}
	line := s.ledger.senders.line(chatter, seq)
	switch {
	case line == nil:
		d.unknown(chatter, seq)
		return nil
	case line.Text != string(f.Text) && !line.spoofed(f.Sender, f.Text):
		d.altered(line)
		return nil
	}
	d.line = line
	right := d.envelopeRight()
	switch {
	case !f.Private && !line.Private():
		d.name = string(f.Sender)
		if right {
			d.raw = f.Raw
		}
		ok = d.see()
	case !d.party():
		return nil
	case s.Bound:
		ok = d.takePrivate()
	default:
		ok = d.see()
	}
	if !ok {
		return nil
	}
	if !right {
		if line.Measured {
			s.Totals.Deliveries-- // it came, but not as it should
		}
		return nil
	}
	return line
}

// record records a fact about the frame.
func (d *delivery) record(f Fact) {
	f.Came = Came{Kind: wire.Line, Name: string(d.frame.Sender), Text: string(d.frame.Text)}
	if d.frame.Private {
		f.Came.Target = string(d.frame.Target)
	}
	d.by.emit(f)
}

// unknown records a stamped line of which there is no record.
func (d *delivery) unknown(chatter, seq int) {
	d.by.Totals.Observed++
	text := string(d.frame.Text)
	if seq < d.by.ledger.senders.sent(chatter) {
		d.record(Fact{Kind: RepeatedLater, Text: text})
		return
	}
	d.record(Fact{Kind: Unsent, Text: text})
	d.garble(d.frame.Sender, d.frame.Text)
}

// altered records a line whose text is not what its stamp names.
func (d *delivery) altered(line *Line) {
	d.by.Totals.Observed++
	f := Fact{Kind: Altered, Line: line}
	if d.garble(d.frame.Sender, d.frame.Text) > 1 {
		f.Kind = Glued
	}
	d.record(f)
	if line.Session == d.by {
		line.settle() // nothing better will come
	}
}

// unstamped takes a line without the run's stamp. From a member that is not of
// the run it is a public entry like any other; whether it is, shows when it
// gets its place. A private one has none, nor has any where nobody can tell
// which of several equal ones it is.
func (d *delivery) unstamped() {
	d.name, d.text = string(d.frame.Sender), string(d.frame.Text)
	switch {
	case !d.frame.Private && d.by.ledger.cfg.Capabilities.Views == Ordered:
		d.see()
	case !d.strange():
		d.forged()
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
	if l.cfg.Capabilities.Views == WholeRosters {
		return s.whole.Names[w.name] > 0 && l.members.byName[w.name] == nil
	}
	if s.Bound {
		m := l.members.holder(w.name, s.behind())
		return m != nil && m.Session == nil
	}
	return l.members.unclaimed(w.name, func(*Member) bool { return true }) != nil
}

// forged records a line that nobody sent, or that lost its stamp.
func (w *sighting) forged() {
	w.by.Totals.Observed++
	w.garble([]byte(w.name), []byte(w.text))
	w.by.emit(Fact{Kind: Forged, Text: w.subject(), Came: w.came()})
}

// garble records that a line by a sender, and each line whose stamp stands
// inside of its text, may have come in this form, so that their absence is no
// second deviation. It returns how many.
func (w *sighting) garble(sender, text []byte) int {
	s := w.by
	if s.Garbled == nil {
		s.Garbled = make(map[string]int)
	}
	s.Garbled[string(sender)]++
	n := 1
	nonce := []byte(s.ledger.cfg.Nonce + "-")
	for rest := text[min(1, len(text)):]; ; rest = rest[1:] {
		i := bytes.Index(rest, nonce)
		if i < 0 {
			return n
		}
		rest = rest[i:]
		chatter, seq, ok := ParseStamp(rest, s.ledger.cfg.Nonce)
		if !ok {
			continue
		}
		if line := s.ledger.senders.line(chatter, seq); line != nil {
			n++
			s.Garbled[line.Session.Name()]++
			if line.Session == s {
				line.settle()
			}
		}
	}
}

// envelopeRight compares what came around a text with how it was sent.
func (d *delivery) envelopeRight() bool {
	line, f := d.line, d.frame
	kind := Misnamed
	switch {
	case line.Private() && !f.Private:
		return true // judged by its parties
	case !line.Private() && f.Private:
		kind = GroupAsPrivate
		d.garble(f.Sender, f.Text)
	case d.by.ledger.cfg.Level != Full || line.Session.Name() == string(f.Sender):
		return true
	case line.spoofed(f.Sender, f.Text):
		kind = ClaimBelieved
	}
	d.record(Fact{Kind: kind, Line: line})
	return false
}

// party reports whether the session may see a line of which either side, what
// was sent or what came, is private.
func (d *delivery) party() bool {
	s, line := d.by, d.line
	if !line.Private() { // a group line that came as a private one, and is recorded as that
		return false
	}
	s.Totals.Private++
	switch {
	case line.Session != s && line.Target != s.name:
		if s.ledger.cfg.Level == Full {
			d.record(Fact{Kind: Overheard, Line: line})
		}
		return false
	case !d.frame.Private:
		d.record(Fact{Kind: PrivateAsGroup, Line: line})
	}
	return true
}

// Garbage records that the session received a frame that cannot be parsed; what
// tells why, and quotes it.
func (s *Session) Garbage(what string) {
	if s.ledger.cfg.Level != Full {
		return
	}
	if r := s.ledger.rec; r != nil {
		e := eventOf(s, EventGarbled, 0)
		e.Text = what
		defer r.step(e)()
	}
	s.Totals.Observed++
	s.emit(Fact{Kind: Unreadable, Text: what})
}

// observeStamp is Session.Observe where no order is kept: a line is known by its
// stamp.
func observeStamp(s *Session, f *wire.Frame) *Line {
	switch f.Kind {
	case wire.Line:
	case wire.Join, wire.Leave:
		return nil
	default:
		return s.observe(f, 0)
	}
	chatter, seq, ok := ParseStamp(f.Text, s.ledger.cfg.Nonce)
	if !ok {
		return nil
	}
	line := s.ledger.senders.line(chatter, seq)
	if line == nil {
		return nil
	}
	if !f.Private {
		s.Lines++
	}
	s.delivered(line, 0)
	return line
}
