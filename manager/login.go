package manager

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"chatsim/manager/guard"
	"chatsim/manager/wire"
)

// login lets somebody in: it finds out what a connection speaks and who comes in
// over it, and greets the newcomer.
type login struct{ *session }

// identify finds out what the client speaks, and reads the name that it asks for.
func (l login) identify() error {
	l.until = time.Now().Add(l.m.cfg.LoginTimeout)
	if l.inner { // else it may be a request and no user
		if err := l.takeFlood(); err != nil {
			return err
		}
	}
	l.setReadDeadline(l.until)
	line, err := l.opening()
	if err == nil {
		line, err = l.dialect.register(l, line)
	} else if errors.Is(err, os.ErrDeadlineExceeded) && l.m.web.server != nil && !l.inner && l.in.empty() {
		return &silence{l.explain(err)}
	}
	if err != nil {
		return l.explain(err)
	}
	l.until = time.Time{}
	l.setReadDeadline(l.until)
	return l.ask(string(bytes.TrimSuffix(line, []byte("\r"))))
}

// ask takes the name that was asked for, and the token beside it.
func (l login) ask(asked string) (err error) {
	if l.dialect.traits().tokens {
		var c wire.Coming
		asked, c, l.returns = wire.CutToken(asked)
		l.token, l.recall = c.Token, c.Recall
	}
	if wire.IsUnnamed(asked) {
		l.asked = l.conn.RemoteAddr().String()
		l.signs = l.asked
	} else if l.asked, err = wire.CleanName(asked); err != nil {
		return &refusal{wire.BadName, wire.BadName.With(err.Error())}
	} else if l.m.cfg.ReserveNames && wire.IsReserved(l.asked) {
		return &refusal{wire.BadName, wire.BadName.With(nameOfRoom)}
	} else {
		l.signs = strings.TrimSpace(asked)
	}
	l.dialect.named(l.signs, "")
	return nil
}

// nameLine reads up to the first '\n' and keeps what came behind it. Each time
// that it has to wait for that, pending is called with what came so far.
func (l login) nameLine(pending func(data []byte)) ([]byte, error) {
	for {
		data, err := l.in.fill()
		if err != nil {
			return nil, err
		}
		if l.limit.spendExtra(); len(data) == 0 {
			l.slowDown()
			continue
		}
		if line, rest, ok := bytes.Cut(data, newline); ok && len(line) <= l.m.cfg.MaxLine {
			line = bytes.Clone(line)
			l.in.keep(rest, true)
			return line, nil
		}
		if len(data) > l.m.cfg.MaxLine {
			l.in.keep(nil, false)
			return nil, &refusal{wire.BadName, wire.BadName.With(
				fmt.Sprintf("no end of the name line in %d bytes", l.m.cfg.MaxLine))}
		}
		if pending != nil {
			pending(data)
		}
		l.in.keep(data, false)
	}
}

// tryPassword returns nil for the room's password, when its turn has come. It
// holds back the error for another, which says what to do.
func (l login) tryPassword(word []byte, advice string) error {
	ok, answer, err := l.m.guesses.try(l.m.ctx, guessedFrom(l.conn.RemoteAddr()), sameSecret(word, l.m.cfg.Password), func() bool { return hangupOf(l.under()) != stays })
	switch {
	case err != nil:
		return err
	case ok:
		l.until = time.Now().Add(l.m.cfg.LoginTimeout)
		l.setReadDeadline(l.until) // its turn may have come late
		return nil
	}
	l.m.seq.count(func(st *Stats) { st.WrongPasswords++ })
	l.hold(answer)
	return wrongPassword(advice)
}

func wrongPassword(advice string) error {
	return &refusal{wire.Password, wire.Password.With(advice)}
}

// explain returns an error of the login as a refusal, where it is one.
func (l login) explain(err error) error {
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &plain) && plain.Conn != nil:
		return l.needTLS(plain)
	case l.m.draining.Load():
		return &refusal{wire.Shutdown, wire.Shutdown.Text()}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &refusal{wire.LoginTimeout, wire.LoginTimeout.Text()}
	}
	return err
}

// needTLS tells one who does not speak TLS so, in the clear.
func (l login) needTLS(plain tls.RecordHeaderError) error {
	l.conn, l.out = plain.Conn, plain.Conn
	text := wire.NeedTLS.With("join it with chatsim -join HOST:PORT -tls")
	if h := plain.RecordHeader; bytes.HasPrefix(h[:], []byte("GET /")) || bytes.HasPrefix(h[:], []byte("POST ")) || bytes.HasPrefix(h[:], []byte("HEAD ")) {
		l.out = httpRefusal{l.conn}
		text = wire.NeedTLS.With("its address begins with https://")
	}
	return &refusal{wire.NeedTLS, text}
}

// hold keeps the connection of one who guessed wrong until an instant, or until
// its peer has closed its side or the room closes. What it sends meanwhile is
// for nothing, and read without haste.
func (l login) hold(until time.Time) {
	soonest := time.Now().Add(guessPause)
	buf := make([]byte, smallRead)
	for time.Now().Before(until) {
		l.setReadDeadline(until)
		if _, err := l.conn.Read(buf); err != nil {
			break
		}
		time.Sleep(lingerPause)
	}
	_ = sleepUntil(l.m.ctx, soonest)
}

// httpRefusal puts an error frame where a browser shows it.
type httpRefusal struct{ net.Conn }

func (r httpRefusal) Write(b []byte) (int, error) {
	var answer bytes.Buffer
	fmt.Fprintf(&answer, "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n%s", b)
	if _, err := guard.Write(r.Conn, answer.Bytes()); err != nil {
		return 0, err
	}
	return len(b), nil
}
