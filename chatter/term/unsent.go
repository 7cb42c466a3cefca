package term

import (
	"fmt"
	"time"
)

// sent is what has become of the lines of a pipe.
type sent struct {
	began  bool  // the room has been entered
	lines  int   // that were read
	under  []int // the numbers of those that were sent and have not come back
	unsent int   // that were not sent, or refused
	deaf   error // why standard output takes nothing more; nil: it does
}

// back takes the line off that was sent first of those under way.
func (s *sent) back() (line int) {
	if len(s.under) == 0 {
		return 0
	}
	line, s.under = s.under[0], s.under[1:]
	return line
}

// UnsentError is that of a pipe whose lines were not all sent.
type UnsentError struct{ err error }

func (e *UnsentError) Error() string { return e.err.Error() }
func (e *UnsentError) Unwrap() error { return e.err }

// ExitCode returns that of a program which has done only a part of what it was to do.
func (*UnsentError) ExitCode() int { return 1 }

// outcome returns the error of a pipe whose run has ended with err: any that came
// after the room was entered leaves lines unsent.
func (s *sent) outcome(err error) error {
	switch {
	case !s.began:
		return err
	case err != nil:
	case s.deaf != nil:
		err = &Error{msg: fmt.Sprintf("standard output takes nothing more, so the room was left: %v", s.deaf), hint: "lines that were not sent by then are not"}
	case s.unsent > 0:
		err = &Error{msg: fmt.Sprintf("lines that were not sent: %d of %d", s.unsent, s.lines)}
	case len(s.under) > 0:
		err = &Error{msg: fmt.Sprintf("lines that did not come back, and may not have been sent: %d", len(s.under))}
	default:
		return nil
	}
	return &UnsentError{err}
}

// show prints lines. In a pipe that nobody reads any more it goes on, so that
// the room is left in order.
func (p *person) show(of []shown) error {
	if p.present {
		of = p.days.split(of, p.talk.words.Day)
	}
	err := p.screen.print(of)
	if p.present {
		return err
	}
	if p.sent.deaf == nil {
		p.sent.deaf = err
	}
	return nil
}

// days is the day of the line that was shown last; empty: none was.
type days string

// split puts the date, in that form, before lines of another day than those before.
func (d *days) split(of []shown, form string) (with []shown) {
	for _, l := range of {
		at := l.at
		if at.IsZero() {
			at = time.Now()
		}
		day := at.Local().Format(form)
		if day != string(*d) && (*d != "" || !l.at.IsZero()) {
			with = append(with, shown{note, "— " + day + " —", at})
		}
		*d = days(day)
		with = append(with, l)
	}
	return with
}

// complain tells on standard error what is wrong.
func (p *person) complain(text string) { fmt.Fprintf(p.stderr, "chatsim: %s\n", text) }

// unsent tells that a line of a pipe was not sent, and why.
func (p *person) unsent(line int, why string) {
	p.sent.unsent++
	p.complain(fmt.Sprintf(p.talk.words.Unsent, line, why))
}

// lineRefused tells what the room says of the line under way that was sent first.
func (p *person) lineRefused(e event) {
	why := p.talk.words.serverSays(e.reason, e.text, e.detail)
	switch line := p.sent.back(); {
	case p.present:
	case line == 0:
		p.complain(why)
	default:
		p.unsent(line, why)
	}
}
