package manager

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"chatsim/manager/wire"
)

// defaultBan is for how long a ban is that does not say.
const defaultBan = time.Hour

// maxBan is the longest ban.
const maxBan = 365 * 24 * time.Hour

// nickCost is how many lines a change of name counts as: everybody is told of it
// twice.
const nickCost = 20

// order carries out a command of a user to the server. What comes of it stands
// among the user's own lines.
func (s *session) order(b *batch, word, text string) error {
	if err := s.publish(b); err != nil {
		return err
	}
	switch word {
	case "nick":
		return s.unlessCut(s.nick(b, text), 1)
	case "op":
		return s.unlessCut(s.op(b, text), 1)
	}
	if !s.m.seq.may(&s.stay) {
		s.notDone(b, "only an operator can do that; a line that begins with // is text")
		return s.publish(b)
	}
	answers, err := s.m.Order(s.name, word, text)
	if err != nil {
		s.notDone(b, OrderError(err, text))
	}
	for _, a := range answers {
		b.answer(s.appendNotice(b.frames, a))
	}
	return s.publish(b)
}

// notDone answers a command that was not carried out.
func (s *session) notDone(b *batch, why string) {
	b.answer(s.appendError(b.frames, wire.NotDone.With(why)))
}

// nick changes the user's name.
func (s *session) nick(b *batch, asked string) error {
	asked, err := wire.CleanName(asked)
	switch {
	case s.raw != nil || s.irc != nil:
		err = errors.New("come in anew under another name: this client cannot be told one")
	case err == nil && s.m.cfg.ReserveNames && wire.IsReserved(asked):
		err = errors.New(nameOfRoom)
	}
	if err != nil {
		s.notDone(b, err.Error())
		return s.publish(b)
	}
	s.spend((nickCost - 1) * floodUnit)
	was := s.name
	err = s.m.seq.order(nickRequest{s.id, asked})
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		_, why, _ := strings.Cut(refused.text, ": ")
		s.notDone(b, why)
	case errors.Is(err, ErrSameName):
		s.notDone(b, "that is your name")
	case err != nil:
		return err
	default:
		s.asked, s.former = asked, was
		s.m.log.Debug("renamed", "name", was, "to", s.name)
	}
	return s.publish(b)
}

// op makes an operator of a user who knows the password. Wrong ones are slowed as
// those of the room, but apart from them.
func (s *session) op(b *batch, word string) error {
	if s.m.cfg.OperatorPassword == "" {
		s.notDone(b, "this room has no password for operators: it is opened with -operator-password-file")
		return s.publish(b)
	}
	ok, answer, err := s.m.opGuesses.try(s.m.ctx, guessedFrom(s.conn.RemoteAddr()), sameSecret([]byte(word), s.m.cfg.OperatorPassword), func() bool { return hangupOf(s.under) != stays })
	switch {
	case errors.Is(err, context.Canceled):
		return errOver
	case err != nil:
		s.notDone(b, wire.Crowded.Text())
	case ok:
		s.m.log.Info("an operator", "name", s.name, "peer", s.conn.RemoteAddr())
		return s.m.seq.order(opRequest{s.id})
	default:
		s.m.seq.count(func(st *Stats) { st.WrongPasswords++ })
		s.m.log.Warn("a wrong password for operators", "name", s.name, "peer", s.conn.RemoteAddr())
		if err := sleepUntil(s.m.ctx, answer); err != nil {
			return errOver
		}
		s.notDone(b, "that is not the operators' password")
	}
	return s.publish(b)
}

// What an order lacks.
var (
	errNoName = errors.New("it needs a name")
	errSpan   = errors.New("a time is written as 10m, 2h or 24h, and at most 8760h")
)

// Order carries out an operator's command, one of wire.Orders but nick and op, and
// returns what to tell who gave it. by is who that is.
func (m *Manager) Order(by, word, text string) (answers []string, err error) {
	switch word {
	case "kick":
		if text == "" {
			return nil, errNoName
		}
		return nil, m.Kick(text, by)
	case "ban", "banaddress":
		span, name, err := cutSpan(text)
		if err != nil {
			return nil, err
		}
		return nil, m.Ban(name, by, span, word == "banaddress")
	case "unban":
		if text == "" {
			return nil, errNoName
		}
		return nil, m.Unban(text, by)
	}
	now := time.Now()
	for _, b := range m.Bans() {
		name := b.Name
		if b.From.IsValid() {
			name += " (" + b.From.String() + ")"
		}
		answers = append(answers, fmt.Sprintf(wire.IsBanned, name, wire.Left(b.Until.Sub(now)), b.By))
	}
	if len(answers) == 0 {
		answers = []string{wire.NobodyIsBanned}
	}
	return answers, nil
}

// cutSpan takes the text of a ban apart: "NAME", or "2h NAME".
func cutSpan(text string) (span time.Duration, name string, err error) {
	first, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	d, err := time.ParseDuration(first)
	switch {
	case text == "":
		return 0, "", errNoName
	case err != nil || rest == "":
		return defaultBan, text, nil
	case d < time.Second || d > maxBan:
		return 0, "", errSpan
	}
	return d, rest, nil
}

// OrderError is why an order was not carried out, in words for who gave it.
func OrderError(err error, text string) string {
	_, name, _ := cutSpan(text)
	switch {
	case errors.Is(err, ErrNoSuchUser):
		return "nobody here is called " + name
	case errors.Is(err, ErrNotBanned):
		return "nobody is banned under the name " + name
	case errors.Is(err, ErrSharedAddress):
		return "it comes from this machine, or through a proxy here, as others may: ban it without its address"
	case errors.Is(err, ErrClosing):
		return "the room is closing"
	}
	return err.Error()
}
