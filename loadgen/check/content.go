package check

import (
	"bytes"
	"time"

	"chatsim/manager/wire"
)

// observeLine resolves a chat line to a line of the run, to one of somebody
// who is not of the run, or to a defect.
func (s *Session) observeLine(f *wire.Frame, at time.Duration) *Line {
	chatter, seq, ok := ParseStamp(f.Text, s.judge.cfg.Nonce)
	if !ok {
		s.unstamped(f, at)
		return nil
	}
	l := s.judge.lineOf(chatter, seq)
	switch {
	case l == nil:
		s.unknown(f, chatter, seq)
		return nil
	case l.Text != string(f.Text) && !l.spoofed(f.Sender, f.Text):
		s.altered(l, f)
		return nil
	}
	good := s.envelopeRight(l, f)
	if f.Private || l.Private() {
		if !s.party(l, f) {
			return nil
		}
		if !s.bound {
			s.enqueue(word{kind: wire.Line, line: l}, at)
		} else if !s.takePrivate(l, at) {
			return nil
		}
	} else {
		w := word{kind: wire.Line, line: l, name: string(f.Sender)}
		if good {
			w.raw = f.Raw
		}
		if !s.see(w, at) {
			return nil
		}
	}
	if !good {
		if l.Measured {
			s.tally.deliveries-- // it came, but not as it should
		}
		return nil
	}
	return l
}

// lineOf gives the record of a line by its stamp, nil if there is none (any more).
func (j *Judge) lineOf(chatter, seq int) *Line {
	if snd := j.chatters.at(chatter); snd != nil {
		return snd.find(seq)
	}
	return nil
}

// unknown judges a stamped line of which there is no record.
func (s *Session) unknown(f *wire.Frame, chatter, seq int) {
	s.tally.observed++
	v := violation{key: key{text: string(f.Text)}, at: s, came: quoteFrame(f)}
	if seq < s.judge.chatters.sent(chatter) {
		v.sentence = "a line that everybody had long ago came again"
		s.judge.violate(NoDuplication, v)
		return
	}
	v.sentence = "a line came that nobody sent: its stamp names line " + itoa(seq) + " of chatter " + itoa(chatter) + ", who has sent fewer"
	s.judge.violate(NoCreation, v)
	s.garble(f.Sender, f.Text)
}

// altered judges a line whose text is not what its stamp names.
func (s *Session) altered(l *Line, f *wire.Frame) {
	s.tally.observed++
	v := violation{key: key{line: l}, at: s, line: l, came: quoteFrame(f), sentence: "a line's text came altered"}
	if s.garble(f.Sender, f.Text) > 1 {
		v.sentence = "several lines came glued into one"
	}
	s.judge.violate(NoCreation, v)
	if l.Session == s {
		s.settle(l) // nothing better will come
	}
}

// unstamped takes a line without the run's stamp. From a member that is not of
// the run it is a public entry like any other; whether it is, shows when it
// gets its place. A private one has none, nor has any where nobody can say
// which of several equal ones it is.
func (s *Session) unstamped(f *wire.Frame, at time.Duration) {
	w := word{kind: wire.Line, name: string(f.Sender), text: string(f.Text)}
	switch {
	case !f.Private && !s.judge.cfg.Rosters:
		s.see(w, at)
	case !s.strange(w.name):
		s.forged(&w)
	}
}

// forged notes a line that nobody sent, or that lost its stamp.
func (s *Session) forged(w *word) {
	s.tally.observed++
	s.garble([]byte(w.name), []byte(w.text))
	s.judge.violate(NoCreation, violation{key: key{text: w.name + ":" + w.text}, at: s, came: w.String(), sentence: "a line came that nobody sent"})
}

// garble notes that a line by a sender, and each line whose stamp
// stands inside of its text, may have come in this form, so that their absence
// is no second defect. It gives how many.
func (s *Session) garble(sender, text []byte) int {
	if s.garbled == nil {
		s.garbled = make(map[string]int)
	}
	s.garbled[string(sender)]++
	n := 1
	nonce := []byte(s.judge.cfg.Nonce + "-")
	for rest := text[min(1, len(text)):]; ; rest = rest[1:] {
		i := bytes.Index(rest, nonce)
		if i < 0 {
			return n
		}
		rest = rest[i:]
		chatter, seq, ok := ParseStamp(rest, s.judge.cfg.Nonce)
		if !ok {
			continue
		}
		if l := s.judge.lineOf(chatter, seq); l != nil {
			n++
			s.garbled[l.Session.assigned()]++
			if l.Session == s {
				s.settle(l)
			}
		}
	}
}

// envelopeRight compares what came around a text with how it was sent.
func (s *Session) envelopeRight(l *Line, f *wire.Frame) bool {
	v := violation{key: key{line: l}, at: s, line: l, came: quoteFrame(f)}
	switch {
	case l.Private() && !f.Private:
		return true // judged by its parties
	case !l.Private() && f.Private:
		v.sentence = "a line for the group came as a private one"
		s.garble(f.Sender, f.Text)
	case s.judge.cfg.Level != Full || l.Session.assigned() == string(f.Sender):
		return true
	case l.spoofed(f.Sender, f.Text):
		v.sentence = "a line came under the name that it claimed, which is not its sender's"
		s.judge.violate(Authenticity, v)
		return false
	default:
		v.sentence = "a line came under a name that is not its sender's"
	}
	s.judge.violate(NoCreation, v)
	return false
}
