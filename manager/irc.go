package manager

import (
	"bytes"
	"errors"
	"io"
	"iter"
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
func (s *session) perhapsIRC(first []byte, deadline time.Time) ([]byte, error) {
	certain, possible := irc.IsStart(first)
	if !possible || s.m.cfg.NoIRC {
		return first, nil
	}
	lines := [][]byte{first}
	until := time.Now().Add(ircWait)
	if until.After(deadline) {
		until = deadline
	}
	for s.setReadDeadline(until); !certain && possible; {
		next, err := s.nameLine(nil)
		if err != nil {
			if s.over() || !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, io.EOF) {
				return nil, err
			}
			break
		}
		lines = append(lines, next)
		certain, possible = irc.IsNext(first, next)
	}
	s.setReadDeadline(deadline)
	if certain {
		s.irc = &irc.Peer{Nick: "*"}
		s.lines = &irc.Lines{Peer: s.irc, Now: time.Now}
	} else {
		lines = lines[1:]
	}
	s.unread(lines)
	if certain {
		first = nil
	}
	return first, nil
}

// unread has lines be read again.
func (s *session) unread(lines [][]byte) {
	if len(lines) == 0 {
		return
	}
	again := append(bytes.Join(lines, newline), '\n')
	s.in.keep(append(again, s.in.rest...), true)
}

// register has a client of IRC say who it is, and returns the name that it asks
// for.
func (s *session) register() (name []byte, err error) {
	var l irc.Login
	for range ircLines {
		line, err := s.nameLine(nil)
		if err != nil {
			return nil, err
		}
		answer, step := l.Line(nil, line)
		if err := s.answerNow(answer); err != nil {
			return nil, err
		}
		switch step {
		case irc.Quit:
			return nil, io.EOF
		case irc.Done:
			s.irc.Nick, s.irc.Caps = l.Nick, l.Caps
			return []byte(l.Nick), s.checkPass(l.Password)
		}
	}
	return nil, &refusal{wire.LoginTimeout, wire.LoginTimeout.Text()}
}

// answerNow writes to one who is not in the room.
func (s *session) answerNow(answer []byte) error {
	_ = s.out.SetWriteDeadline(time.Now().Add(s.m.cfg.Grace))
	_, err := s.out.Write(answer)
	_ = s.out.SetWriteDeadline(time.Time{})
	return err
}

// checkPass looks at what came with PASS. None at all is no attempt.
func (s *session) checkPass(word []byte) error {
	const advice = "this room's password goes into the PASS of your client, which may call it the server's password"
	switch {
	case s.m.cfg.Password == "":
		return nil
	case word == nil:
		return wrongPassword(advice)
	}
	return s.tryPassword(word, advice)
}

// handleIRC makes steps of what one line of a client of IRC asks for.
func (s *session) handleIRC(b *batch, line []byte) error {
	if s.refusing {
		s.refused++
		return nil
	}
	answer, asks := s.lines.Line(b.frames, line)
	b.answer(answer)
	for i := range asks {
		if err := s.obey(b, &asks[i]); err != nil {
			return err
		}
	}
	return nil
}

// obey does what a client of IRC asks of the room.
func (s *session) obey(b *batch, ask *irc.Ask) error {
	q, peer := s.m.seq, s.irc
	switch ask.Kind {
	case irc.Say:
		return s.sayTyped(b, ask.Text)
	case irc.Tell:
		if to := q.find(ask.Target); to.Nick != "" {
			b.tell(s.name, b.clean(ask.Text), []byte(to.Name))
		} else {
			b.answer(irc.NoSuchNick(b.frames, peer.Nick, ask.Target))
		}
	case irc.CTCP:
		if to := q.find(ask.Target); to.Nick != "" {
			b.answer(s.lines.AppendCTCP(b.frames, to.Nick, ask.Text))
		} else {
			b.answer(irc.NoSuchNick(b.frames, peer.Nick, ask.Target))
		}
	case irc.Names:
		return s.showRoster(b, peer.AppendNames)
	case irc.WhoAll:
		return s.showRoster(b, peer.AppendWhoAll)
	case irc.List:
		b.answer(peer.AppendList(b.frames, q.roster().Len()))
	case irc.LUsers:
		b.answer(peer.AppendLUsers(b.frames, q.roster().Len()))
	case irc.WhoOne:
		b.answer(peer.AppendWhoOne(b.frames, ask.Target, q.find(ask.Target)))
	case irc.Whois:
		b.answer(peer.AppendWhois(b.frames, ask.Target, q.find(ask.Target)))
	case irc.IsOn, irc.UserHost:
		b.answer(peer.AppendFound(b.frames, s.found(ask.Target), ask.Kind == irc.UserHost))
	case irc.Away:
		text := string(b.clean(ask.Text))
		q.setAway(&s.stay, text)
		b.answer(peer.AppendMarked(b.frames, text != ""))
	case irc.Before:
		return s.showBefore(b, ask.Count)
	case irc.Leave:
		if err := s.publish(b); err != nil {
			return err
		}
		return errQuit
	}
	return nil
}

// sayTyped says to everybody what a person typed into a client of IRC. What the
// room knows for a command is carried out, or not said.
func (s *session) sayTyped(b *batch, text []byte) error {
	const nobody = "\n" // a line is not signed here
	switch req := wire.ParseRequest(text, nobody, nobody); req.Kind {
	case wire.Say:
		b.say(s.name, b.clean(req.Text))
	case wire.Who:
		return s.showRoster(b, s.irc.AppendNames)
	case wire.Before:
		return s.showBefore(b, req.Lines)
	case wire.Do:
		return s.order(b, req.Word, string(wire.AppendText(nil, req.Text)))
	case wire.Msg:
		s.notSaid(b, "/msg")
	default:
		s.notSaid(b, string(req.Text))
	}
	return nil
}

// showBefore answers with the last lines that were said to the channel.
func (s *session) showBefore(b *batch, count int) error {
	if err := s.publish(b); err != nil {
		return err
	}
	return s.unlessCut(s.answerBefore(count, s.ircHistory), 1)
}

func (s *session) ircHistory(dst []byte, said []*saying) []byte {
	var f wire.Frame
	for _, line := range said {
		if f.Parse(line.line) == nil {
			dst = s.irc.AppendBefore(dst, line.at, string(f.Sender), f.Text)
		}
	}
	if len(said) == 0 {
		dst = s.irc.AppendNothingBefore(dst)
	}
	return dst
}

// found returns those of several nicks that somebody has.
func (s *session) found(asked []byte) []irc.Found {
	var found []irc.Found
	for _, nick := range irc.Nicks(asked) {
		if of := s.m.seq.find(nick); of.Nick != "" {
			found = append(found, of)
		}
	}
	return slices.Clip(found)
}

// showRoster answers with the roster behind all that was said before.
func (s *session) showRoster(b *batch, encode func(dst []byte, names iter.Seq[string], odd irc.Odd) []byte) error {
	if err := s.publish(b); err != nil {
		return err
	}
	return s.unlessCut(s.answerRoster(encode), 1)
}
