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
func (r round) order(word, text string) error {
	if err := r.publish(); err != nil {
		return err
	}
	switch word {
	case "nick":
		return r.unlessCut(r.nick(text), 1)
	case "op":
		return r.unlessCut(r.op(text), 1)
	}
	if !r.m.seq.may(&r.stay) {
		r.notDone("only an operator can do that; a line that begins with // is text")
		return r.publish()
	}
	answers, err := r.m.Order(r.name, word, text)
	if err != nil {
		r.notDone(OrderError(err, text))
	}
	for _, a := range answers {
		r.b.answer(r.appendNotice(r.b.frames, a))
	}
	return r.publish()
}

// notDone answers a command that was not carried out.
func (r round) notDone(why string) {
	r.b.answer(r.appendError(r.b.frames, wire.NotDone.With(why)))
}

// nick changes the user's name.
func (r round) nick(asked string) error {
	asked, err := wire.CleanName(asked)
	switch {
	case !r.dialect.traits().renames:
		err = errors.New("come in anew under another name: this client cannot be told one")
	case err == nil && r.m.cfg.ReserveNames && wire.IsReserved(asked):
		err = errors.New(nameOfRoom)
	}
	if err != nil {
		r.notDone(err.Error())
		return r.publish()
	}
	r.limit.spend((nickCost - 1) * floodUnit)
	was := r.name
	err = r.m.seq.order(nickRequest{r.id, asked})
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		_, why, _ := strings.Cut(refused.text, ": ")
		r.notDone(why)
	case errors.Is(err, ErrSameName):
		r.notDone("that is your name")
	case err != nil:
		return err
	default:
		r.former = was
		r.m.log.Debug("renamed", "name", was, "to", r.name)
	}
	return r.publish()
}

// op makes an operator of a user who knows the password. Wrong ones are slowed as
// those of the room, but apart from them.
func (r round) op(word string) error {
	if r.m.cfg.OperatorPassword == "" {
		r.notDone("this room has no password for operators: it is opened with -operator-password-file")
		return r.publish()
	}
	ok, answer, err := r.m.opGuesses.try(r.m.ctx, guessedFrom(r.conn.RemoteAddr()), sameSecret([]byte(word), r.m.cfg.OperatorPassword), func() bool { return hangupOf(r.under()) != stays })
	switch {
	case errors.Is(err, context.Canceled):
		return errOver
	case err != nil:
		r.notDone(wire.Crowded.Text())
	case ok:
		r.m.log.Info("an operator", "name", r.name, "peer", r.conn.RemoteAddr())
		return r.m.seq.order(opRequest{r.id})
	default:
		r.m.seq.count(func(st *Stats) { st.WrongPasswords++ })
		r.m.log.Warn("a wrong password for operators", "name", r.name, "peer", r.conn.RemoteAddr())
		if err := sleepUntil(r.m.ctx, answer); err != nil {
			return errOver
		}
		r.notDone("that is not the operators' password")
	}
	return r.publish()
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
