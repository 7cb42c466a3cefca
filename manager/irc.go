package manager

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"chatsim/manager/irc"
	"chatsim/manager/wire"
)

const (
	ircWait  = 2 * time.Second // that a line which may be a name waits for the rest of a registration
	ircLines = 100             // of one registration
)

// errQuit ends the reading of one who has said that it goes.
var errQuit = errors.New("the user has quit")

// perhapsIRC returns the first line of a connection, unless that and those which
// follow soon are the registration of a client of IRC: then the session becomes
// one of IRC, with all of them still to be read. What only resembles it, such as
// "NICK Cave", is somebody's name.
func (l login) perhapsIRC(first []byte) ([]byte, error) {
	certain, possible := irc.IsStart(first)
	if !possible || l.m.cfg.NoIRC {
		return first, nil
	}
	lines := [][]byte{first}
	until := time.Now().Add(ircWait)
	if until.After(l.until) {
		until = l.until
	}
	for l.setReadDeadline(until); !certain && possible; {
		next, err := l.nameLine(nil)
		if err != nil {
			if l.over() || !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, io.EOF) {
				return nil, err
			}
			break
		}
		lines = append(lines, next)
		certain, possible = irc.IsNext(first, next)
	}
	l.setReadDeadline(l.until)
	if certain {
		l.irc = &irc.Peer{Nick: "*"}
		l.dialect = ircDialect{&irc.Lines{Peer: l.irc, Now: time.Now}}
	} else {
		lines = lines[1:]
	}
	l.unread(lines)
	if certain {
		first = nil
	}
	return first, nil
}

// unread has lines be read again.
func (l login) unread(lines [][]byte) {
	if len(lines) == 0 {
		return
	}
	again := append(bytes.Join(lines, newline), '\n')
	l.in.keep(append(again, l.in.rest...), true)
}

// ircDialect is IRC, of which a session speaks what package irc knows.
type ircDialect struct{ *irc.Lines }

func (ircDialect) traits() traits { return traits{whoSize: irc.WhoSize} }

func (ircDialect) named(_, _ string) {}

func (ircDialect) settle(_ *session, ended error) error { return ended }

func (d ircDialect) appendGreeting(dst []byte, s *session, in *admission) []byte {
	return d.Peer.AppendWelcome(dst, s.asked, in.roster.Names(), in.odd)
}

// register has the client say who it is, and returns the name that it asks for.
func (d ircDialect) register(l login, _ []byte) (name []byte, err error) {
	var in irc.Login
	for range ircLines {
		line, err := l.nameLine(nil)
		if err != nil {
			return nil, err
		}
		answer, step := in.Line(nil, line)
		if err := l.writeNow(answer); err != nil {
			return nil, err
		}
		switch step {
		case irc.Quit:
			return nil, io.EOF
		case irc.Done:
			d.Peer.Nick, d.Peer.Caps = in.Nick, in.Caps
			return []byte(in.Nick), l.checkPass(in.Password)
		}
	}
	return nil, &refusal{wire.LoginTimeout, wire.LoginTimeout.Text()}
}

// checkPass looks at what came with PASS. None at all is no attempt.
func (l login) checkPass(word []byte) error {
	const advice = "this room's password goes into the PASS of your client, which may call it the server's password"
	switch {
	case l.m.cfg.Password == "":
		return nil
	case word == nil:
		return wrongPassword(advice)
	}
	return l.tryPassword(word, advice)
}

// consume carries out the whole lines of data.
func (d ircDialect) consume(r round, data []byte) (rest []byte, err error) { return r.lines(data, d) }

// line makes steps of what one line asks for.
func (d ircDialect) line(r round, line []byte) error {
	if r.refuses() {
		return nil
	}
	answer, asks := d.Line(r.b.frames, line)
	r.b.answer(answer)
	for i := range asks {
		ask := &asks[i]
		if err := ircAnswers[ask.Kind](d, r, ask); err != nil {
			return err
		}
	}
	return nil
}

// ircAnswer does one thing that a client of IRC asks of the room.
type ircAnswer func(d ircDialect, r round, ask *irc.Ask) error

var ircAnswers = [...]ircAnswer{
	irc.Nothing: func(ircDialect, round, *irc.Ask) error { return nil },
	irc.Say:     func(d ircDialect, r round, ask *irc.Ask) error { return d.sayTyped(r, ask.Text) },
	irc.Tell: toOne(func(_ ircDialect, r round, to irc.Found, text []byte) {
		r.b.tell(r.name, r.b.clean(text), []byte(to.Name))
	}),
	irc.CTCP: toOne(func(d ircDialect, r round, to irc.Found, text []byte) {
		r.b.answer(d.AppendCTCP(r.b.frames, to.Nick, text))
	}),
	irc.Names:  func(d ircDialect, r round, _ *irc.Ask) error { return r.showRoster(d.Peer.AppendNames) },
	irc.WhoAll: func(d ircDialect, r round, _ *irc.Ask) error { return r.showRoster(d.Peer.AppendWhoAll) },
	irc.WhoOne: answered(func(d ircDialect, r round, ask *irc.Ask) []byte {
		return d.Peer.AppendWhoOne(r.b.frames, ask.Target, r.m.seq.find(ask.Target))
	}),
	irc.Whois: answered(func(d ircDialect, r round, ask *irc.Ask) []byte {
		return d.Peer.AppendWhois(r.b.frames, ask.Target, r.m.seq.find(ask.Target))
	}),
	irc.List: answered(func(d ircDialect, r round, _ *irc.Ask) []byte {
		return d.Peer.AppendList(r.b.frames, r.m.seq.roster().Len())
	}),
	irc.LUsers: answered(func(d ircDialect, r round, _ *irc.Ask) []byte {
		return d.Peer.AppendLUsers(r.b.frames, r.m.seq.roster().Len())
	}),
	irc.IsOn: answered(func(d ircDialect, r round, ask *irc.Ask) []byte {
		return d.Peer.AppendFound(r.b.frames, r.found(ask.Target), false)
	}),
	irc.UserHost: answered(func(d ircDialect, r round, ask *irc.Ask) []byte {
		return d.Peer.AppendFound(r.b.frames, r.found(ask.Target), true)
	}),
	irc.Away: answered(func(d ircDialect, r round, ask *irc.Ask) []byte {
		text := string(r.b.clean(ask.Text))
		r.m.seq.setAway(&r.stay, text)
		return d.Peer.AppendMarked(r.b.frames, text != "")
	}),
	irc.Before: func(d ircDialect, r round, ask *irc.Ask) error { return r.showBefore(ask.Count, d.history) },
	irc.Leave:  func(_ ircDialect, r round, _ *irc.Ask) error { return cmp.Or(r.publish(), errQuit) },
}

// answered returns what to do for what is answered at once, among the user's own
// lines.
func answered(encode func(d ircDialect, r round, ask *irc.Ask) []byte) ircAnswer {
	return func(d ircDialect, r round, ask *irc.Ask) error {
		r.b.answer(encode(d, r, ask))
		return nil
	}
}

// toOne returns what to do for one person, who is found by a nick.
func toOne(do func(d ircDialect, r round, to irc.Found, text []byte)) ircAnswer {
	return func(d ircDialect, r round, ask *irc.Ask) error {
		if to := r.m.seq.find(ask.Target); to.Nick != "" {
			do(d, r, to, ask.Text)
		} else {
			r.b.answer(irc.NoSuchNick(r.b.frames, d.Peer.Nick, ask.Target))
		}
		return nil
	}
}

// sayTyped says to everybody what a person typed into a client of IRC. What the
// room knows for a command is carried out, or not said.
func (d ircDialect) sayTyped(r round, text []byte) error {
	const nobody = "\n" // a line is not signed here
	switch req := wire.ParseRequest(text, nobody, nobody); req.Kind {
	case wire.Say:
		r.b.say(r.name, r.b.clean(req.Text))
	case wire.Who:
		return r.showRoster(d.Peer.AppendNames)
	case wire.Before:
		return r.showBefore(req.Lines, d.history)
	case wire.Do:
		return r.order(req.Word, string(wire.AppendText(nil, req.Text)))
	case wire.Msg:
		r.notSaid("/msg")
	default:
		r.notSaid(string(req.Text))
	}
	return nil
}

// history encodes what was said before.
func (d ircDialect) history(dst []byte, said []*saying) []byte {
	var f wire.Frame
	for _, line := range said {
		if f.Parse(line.line) == nil {
			dst = d.Peer.AppendBefore(dst, line.at, string(f.Sender), f.Text)
		}
	}
	if len(said) == 0 {
		dst = d.Peer.AppendNothingBefore(dst)
	}
	return dst
}

// found returns those of several nicks that somebody has.
func (r round) found(asked []byte) []irc.Found {
	var found []irc.Found
	for _, nick := range irc.Nicks(asked) {
		if of := r.m.seq.find(nick); of.Nick != "" {
			found = append(found, of)
		}
	}
	return slices.Clip(found)
}
