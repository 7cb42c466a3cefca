package term

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"chatsim/chatter"
	"chatsim/chatter/dial"
	"chatsim/chatter/dialect"
	"chatsim/manager/wire"
)

// dialTimeout limits the connecting, and the wait for the welcome.
const dialTimeout = 10 * time.Second

// Error is why a chatter cannot talk, and what to do about it.
type Error struct {
	msg, hint string
	reason    wire.Reason // the server's; None if it is not by the server
	detail    string      // beside that
}

// Error may quote the server: nothing is in it that must not be shown.
func (e *Error) Error() string { return string(wire.AppendShown(nil, []byte(e.msg))) }

// Hint is advice beside the error; it may be empty.
func (e *Error) Hint() string { return e.hint }

// dialer connects to one room, at one of its addresses.
type dialer struct {
	*dial.Dialer // at the one in turn
	others       []*dial.Dialer
	told         map[dial.Address]bool // of others, those that a server has told of
	password     string
	words        *words
	notTLS       string // what to do where there is no TLS

	// Owned by whoever calls join, which is one goroutine at a time.
	returns bool        // the user wants its name back when the connection breaks
	token   string      // by which; empty until it was told
	recall  wire.Recall // what it wants to have of what was said before
}

func newDialer(cfg Config) (*dialer, error) {
	var all []*dial.Dialer
	for _, at := range dial.List(cfg.Addr) {
		addr, _ := dial.Split(at)
		if cfg.TLS {
			addr.Scheme = dial.TLS
		}
		d, err := dial.New(addr, dial.Trust{CA: cfg.TLSCA})
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	notTLS := "leave -tls out"
	switch {
	case !cfg.TLS:
		notTLS = "write -join HOST:PORT, without tls://"
	case cfg.TLSCA != "":
		notTLS = "leave -tls-ca and -tls out"
	}
	return &dialer{Dialer: all[0], others: all[1:], password: cfg.Password.Word, words: wordsFor(cfg.Locale), notTLS: notTLS}, nil
}

// join connects and asks for a name; it returns when the server has welcomed or
// refused. first is the welcome. Where one of several servers does not let the user
// in, though it might at another time, the next is asked. What one says that only a
// server has told of is not the room's last word: it may be of another room.
func (d *dialer) join(ctx context.Context, name string) (c *chatter.Client, first event, err error) {
	for range 1 + len(d.others) {
		told := d.told[d.Address]
		c, first, here := d.joinHere(ctx, name)
		if here == nil {
			return c, first, nil
		}
		if err == nil || !told {
			err = here
		}
		if refusedForGood(here) && !told || ctx.Err() != nil || len(d.others) == 0 {
			break
		}
		d.turn()
	}
	return nil, event{}, err
}

// joinHere is join at the address in turn. A server that knows no tokens is asked
// again for the name alone.
func (d *dialer) joinHere(ctx context.Context, name string) (c *chatter.Client, first event, err error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	c, first, err = d.connect(ctx, name)
	if d.returns && isRefusal(wire.BadName, err) {
		d.returns, d.token = false, ""
		c, first, err = d.connect(ctx, name)
		d.returns = isRefusal(wire.BadName, err) // it was the name, not the token
	}
	if err == nil && c.Token() != "" {
		d.token = c.Token()
	}
	return c, first, err
}

// connect is join at one try.
func (d *dialer) connect(ctx context.Context, name string) (c *chatter.Client, first event, err error) {
	conn, err := d.Dial(ctx)
	if err != nil {
		return nil, event{}, d.explain(err)
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	c, first, err = d.enter(conn, name)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, event{}, err
	}
	return c, first, nil
}

func (d *dialer) enter(conn net.Conn, name string) (*chatter.Client, event, error) {
	if d.password != "" {
		if _, err := conn.Write([]byte(d.password + "\n")); err != nil {
			return nil, event{}, d.explain(err)
		}
	}
	c, err := d.ask(conn, name)
	if err != nil {
		return nil, event{}, d.explain(err)
	}
	var f chatter.Frame
	for f.Kind = wire.Unknown; f.Kind == wire.Unknown; { // a server of a later version may say more
		if err := c.Next(&f); err != nil {
			return nil, event{}, d.explain(err)
		}
	}
	e := newEvent(&f.Frame)
	switch e.kind {
	case wire.Welcome:
		if strings.Contains(e.names[0], "@") { // a name never holds one: the token was taken for a part of it
			return nil, event{}, d.words.refused(event{text: wire.BadName.Text(), reason: wire.BadName})
		}
		if d.password != "" && isOf(e.names[0], d.password) && !isOf(e.names[0], name) {
			return nil, event{}, &Error{msg: d.HostPort + " asks for no password: it took yours for a name, and showed it to everybody", hint: "leave the password out, and use that word no more"}
		}
		return c, e, nil
	case wire.Error:
		return nil, event{}, d.words.refused(e)
	}
	return nil, event{}, d.stranger("it sent a frame before its welcome")
}

// ask writes the line with the name.
func (d *dialer) ask(conn net.Conn, name string) (*chatter.Client, error) {
	if d.returns {
		return chatter.Return(conn, name, wire.Coming{Token: d.token, Recall: d.recall})
	}
	return chatter.New(conn, name)
}

// isOf reports whether a name is the one asked for, or that with a suffix.
func isOf(given, asked string) bool {
	suffix, ok := strings.CutPrefix(given, strings.TrimSpace(asked))
	return ok && strings.Trim(suffix, "0123456789") == ""
}

func (d *dialer) stranger(what string) *Error {
	return &Error{msg: fmt.Sprintf("%s is not a room that chatsim can talk to: %s", d.HostPort, what), hint: "is it the right port? a room is opened with chatsim -serve"}
}

// endless returns the error for a frame that is longer than any that is read.
func (d *dialer) endless() *Error {
	return &Error{msg: fmt.Sprintf("%s sent a frame of more than %d bytes, and its end had not come: the connection was closed", d.HostPort, dialect.DefaultFrame),
		hint: "a room of chatsim sends a longer one only as the roster of a crowd of many thousands; is it the right port?"}
}

// silent returns a stranger that may wait for TLS to begin.
func (d *dialer) silent(what string) *Error {
	e := d.stranger(what)
	if !d.Secure() {
		e.hint += "; if it speaks TLS, add -tls"
	}
	return e
}

// explain says in words what a failed connection was.
func (d *dialer) explain(err error) error {
	var bad *chatter.FrameError
	var noTLS *dial.Error
	switch {
	case errors.Is(err, chatter.ErrFrameTooLong):
		return d.endless()
	case errors.As(err, &bad):
		shown := string(wire.AppendShown(nil, bad.Frame))
		return d.stranger(fmt.Sprintf("it said %q", shown))
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Error{msg: "nobody listens on " + d.HostPort, hint: "a room is opened with chatsim -serve"}
	case errors.As(err, &noTLS):
		return &Error{msg: noTLS.Error(), hint: d.aboutTLS(noTLS.Trouble)}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return d.silent("it closed the connection without a word")
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return d.silent(fmt.Sprintf("no welcome came within %v", dialTimeout))
	}
	return &Error{msg: fmt.Sprintf("connect to %s: %s", d.HostPort, strings.TrimPrefix(err.Error(), "dial tcp "))}
}

// aboutTLS returns what to do about a handshake that failed.
func (d *dialer) aboutTLS(t dial.Trouble) string {
	switch t {
	case dial.NotTLS:
		return d.notTLS
	case dial.OtherHost:
		return "join by a name that the certificate has, with -join HOST:PORT"
	case dial.NotNow:
		return "whoever runs the room has to renew it, or a clock is wrong"
	case dial.Untrusted:
		return "name the one that you trust with -tls-ca FILE"
	}
	return ""
}
