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

// login finds out what the client speaks, and reads the name that it asks for.
func (s *session) login() error {
	deadline := time.Now().Add(s.m.cfg.LoginTimeout)
	s.until = deadline
	if s.inner { // else it may be a request and no user
		if err := s.takeFlood(); err != nil {
			return err
		}
	}
	s.setReadDeadline(deadline)
	line, err := s.opening(deadline)
	switch {
	case err != nil:
	case s.irc != nil:
		line, err = s.register()
	case s.m.cfg.Password != "":
		line, err = s.password(line)
	}
	if err != nil {
		return s.loginError(err)
	}
	s.until = time.Time{}
	s.setReadDeadline(s.until)
	return s.ask(string(bytes.TrimSuffix(line, []byte("\r"))))
}

// ask takes the name that was asked for, and the token beside it.
func (s *session) ask(asked string) (err error) {
	if s.raw == nil && s.irc == nil {
		var c wire.Coming
		asked, c, s.returns = wire.CutToken(asked)
		s.token, s.recall = c.Token, c.Recall
	}
	if wire.IsUnnamed(asked) {
		s.asked = s.conn.RemoteAddr().String()
		s.signs = s.asked
	} else if s.asked, err = wire.CleanName(asked); err != nil {
		return &refusal{wire.BadName, wire.BadName.With(err.Error())}
	} else if s.m.cfg.ReserveNames && wire.IsReserved(s.asked) {
		return &refusal{wire.BadName, wire.BadName.With(nameOfRoom)}
	} else {
		s.signs = strings.TrimSpace(asked)
	}
	if s.raw != nil {
		s.raw.peer.Asked = s.signs
	}
	return nil
}

// nameLine reads up to the first '\n' and keeps what came behind it. Each time
// that it has to wait for that, pending is called with what came so far.
func (s *session) nameLine(pending func(data []byte)) ([]byte, error) {
	for {
		data, err := s.in.fill()
		if err != nil {
			return nil, err
		}
		if s.chargeExtra(); len(data) == 0 {
			s.slowDown()
			continue
		}
		if line, rest, ok := bytes.Cut(data, newline); ok && len(line) <= s.m.cfg.MaxLine {
			line = bytes.Clone(line)
			s.in.keep(rest, true)
			return line, nil
		}
		if len(data) > s.m.cfg.MaxLine {
			s.in.keep(nil, false)
			return nil, &refusal{wire.BadName, wire.BadName.With(
				fmt.Sprintf("no end of the name line in %d bytes", s.m.cfg.MaxLine))}
		}
		if pending != nil {
			pending(data)
		}
		s.in.keep(data, false)
	}
}

// password looks at the first line, and reads the next. It can come only in the
// line dialect: the original client has no place for it.
func (s *session) password(line []byte) ([]byte, error) {
	if s.raw != nil {
		return nil, wrongPassword("it takes a client that can send one, as its first line")
	}
	if err := s.tryPassword(bytes.TrimSuffix(line, []byte("\r")), "the first line is the password of the room, the next one your name"); err != nil {
		return nil, err
	}
	return s.nameLine(nil)
}

// tryPassword returns nil for the room's password, when its turn has come. It
// holds back the error for another, which says what to do.
func (s *session) tryPassword(word []byte, advice string) error {
	ok, answer, err := s.m.guesses.try(s.m.ctx, guessedFrom(s.conn.RemoteAddr()), s.m.isPassword(word), func() bool { return hangupOf(s.under) != stays })
	switch {
	case err != nil:
		return err
	case ok:
		s.until = time.Now().Add(s.m.cfg.LoginTimeout)
		s.setReadDeadline(s.until) // its turn may have come late
		return nil
	}
	s.m.seq.count(func(st *Stats) { st.WrongPasswords++ })
	s.hold(answer)
	return wrongPassword(advice)
}

func wrongPassword(advice string) error {
	return &refusal{wire.Password, wire.Password.With(advice)}
}

func (s *session) loginError(err error) error {
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &plain) && plain.Conn != nil:
		return s.needTLS(plain)
	case s.m.draining.Load():
		return &refusal{wire.Shutdown, wire.Shutdown.Text()}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &refusal{wire.LoginTimeout, wire.LoginTimeout.Text()}
	}
	return err
}

// needTLS tells one who does not speak TLS so, in the clear.
func (s *session) needTLS(plain tls.RecordHeaderError) error {
	s.conn, s.out = plain.Conn, plain.Conn
	text := wire.NeedTLS.With("join it with chatsim -join HOST:PORT -tls")
	if h := plain.RecordHeader; bytes.HasPrefix(h[:], []byte("GET /")) || bytes.HasPrefix(h[:], []byte("POST ")) || bytes.HasPrefix(h[:], []byte("HEAD ")) {
		s.out = httpRefusal{s.conn}
		text = wire.NeedTLS.With("its address begins with https://")
	}
	return &refusal{wire.NeedTLS, text}
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
