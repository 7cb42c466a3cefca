package scenario

import (
	"strings"
	"time"
)

// Form is how a line is written, where that is another way than that of a client
// that has been written for the room. Each has its one right answer.
type Form uint8

// The forms. All but Msg are for the group.
const (
	Plain    Form = iota
	Slashes       // typed, with // in front: it comes back with one slash
	Msg           // typed, as /msg NAME text
	Who           // a line behind /who, which is answered by a roster
	TooLong       // a line longer than most servers take: it is refused, or comes back whole
	Controls      // with control characters, which do not come back
	Invalid       // with a byte that is no UTF-8, for which U+FFFD comes back
	EndsCR        // typed, and ended by CR LF
	Together      // three lines in one write
	Pieces        // one line in many writes

	forms
)

// together is how many lines a Together is.
const together = 3

// Lines returns how many lines of its chatter a line of a form is.
func (f Form) Lines() int {
	if f == Together {
		return together
	}
	return 1
}

// form returns the form of line seq of a chatter.
func (s *Script) form(chatter, seq int) Form {
	d := s.draw('f', uint64(chatter), uint64(seq))
	if d.share() >= s.Forms {
		return Plain
	}
	return Form(1 + mix(d).below(int(forms)-1))
}

// formed returns a line in a form.
func (s *Script) formed(l Line, f Form, other int) Line {
	if f == Plain {
		return l
	}
	l = Line{To: -1, Claims: -1, Form: f}
	if f == Msg {
		l.To = other
	}
	return l
}

// Visitor is somebody who asks to be let in once, by a name that few ask for.
type Visitor struct {
	Name    string // as it is sent
	Allowed bool   // by the protocol: the name is empty, and stands for the visitor's address, or Cased
	Cased   bool   // it is a name like any other, of which programs change the case or take another for it
	Bytes   bool   // it is no UTF-8, which not every dialect carries
}

// Visitor returns the nth visitor.
func (s *Script) Visitor(n int) Visitor { return visitors[(n+int(s.draw('v', 0, 0)%32))%len(visitors)] }

var visitors = []Visitor{
	{Name: "", Allowed: true},
	{Name: "a@b"},
	{Name: "BOB", Allowed: true, Cased: true},
	{Name: strings.Repeat("x", 65)},
	{Name: "Straße", Allowed: true, Cased: true},
	{Name: "用户名不存在", Allowed: true},
	{Name: "USER0", Allowed: true, Cased: true},
	{Name: "bell\x07"},
	{Name: "İlkay", Allowed: true, Cased: true},
	{Name: "red\x1b[31m"},
	{Name: "------Group chat-------"},
	{Name: "ΟΔΥΣΣΕΥΣ", Allowed: true, Cased: true},
	{Name: "caf\xe9", Bytes: true},
}

// visitEvery returns the time between two visits; far more than any run's length where
// there are none.
func (s *Script) visitEvery() time.Duration {
	if s.Visits <= 0 || s.Users < 2 { // alone, nobody is told of any
		return 1 << 62
	}
	return time.Duration(float64(time.Second) / s.Visits)
}
