package loadgen

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"chatsim/chatter"
)

// errSilent says that a server took the connection and said nothing.
var errSilent = errors.New("it took the connection, but gave no name")

// explain says in one line why a client could not join, and what to do.
func explain(err error, cfg Config, joined int) *StartError {
	what := "join " + cfg.Where
	if joined > 0 {
		what = fmt.Sprintf("join %s, with %d of %d chatters there", cfg.Where, joined, cfg.Users)
	}
	se := &StartError{Err: fmt.Errorf("%s: %w", what, err)}
	var fe *chatter.FrameError
	var refused *refusedError
	switch {
	case errors.As(err, &fe) && bytes.HasPrefix(fe.Frame, []byte("HTTP/")):
		first, _, _ := strings.Cut(string(fe.Frame), "\r")
		se.Err = fmt.Errorf("%s: it speaks HTTP, it answered %+q", what, first)
		se.Advice = "give the address of a chat server that speaks " + cfg.Capabilities.Speaks()
	case errors.As(err, &fe):
		se.Err = fmt.Errorf("%s: it speaks another protocol: %w", what, fe)
		se.Advice = "give the address of a chat server that speaks " + cfg.Capabilities.Speaks()
	case errors.As(err, &refused):
		se.Advice = "the server's own words; it may be full, or in use with other settings"
	case errors.Is(err, errSilent):
		se.Advice = "is it a chat server that speaks " + cfg.Capabilities.Speaks() + "? One that takes longer is waited for with -join-timeout 2m"
	case errors.Is(err, syscall.ECONNREFUSED):
		se.Err = fmt.Errorf("%s: nobody listens there", what)
		se.Advice = "start a server there first, such as chatsim -serve -listen HOST:PORT"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		se.Err = fmt.Errorf("%s: it closed the connection at once, without a word", what)
		se.Advice = "is it a chat server that speaks " + cfg.Capabilities.Speaks() + "?"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		se.Advice = "the limit of open files is reached (ulimit -n shows it): take fewer users"
	case errors.As(err, new(*net.OpError)):
		se.Advice = "is that the right address, and can it be reached from here?"
	}
	return se
}

// refusedError is a server's refusal in its own words, of which the message
// has as much as the report of a run has of an error.
type refusedError struct{ said string }

func (e *refusedError) Error() string { return fmt.Sprintf("it refused: %q", clip(e.said)) }
