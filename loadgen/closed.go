package loadgen

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"chatsim/chatter/dial"
	"chatsim/chatter/dialect"
)

// closedError is that a server has closed a connection before the chatter was in.
type closedError struct {
	err   error
	after time.Duration // from the dial on
	sent  []byte        // the first bytes that came
}

// closedBy returns an error as a *closedError if it is the end of a connection.
func closedBy(err error, after time.Duration, sent []byte) error {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if asked := new(requestError); errors.Is(err, end) && !errors.As(err, &asked) {
			return &closedError{err, after, sent}
		}
	}
	return err
}

func (e *closedError) Unwrap() error { return e.err }

func (e *closedError) Error() string {
	at, sent := "at once, ", "having sent nothing"
	if e.after >= time.Second {
		at = ""
	}
	if line, _, _ := bytes.Cut(e.sent, []byte("\n")); len(e.sent) > 0 {
		sent = fmt.Sprintf("having sent %+q", line)
	}
	if e.inHandshake() {
		sent = "in the handshake of TLS"
	}
	return fmt.Sprintf("it closed the connection %safter %v, %s", at, e.after.Round(10*time.Microsecond), sent)
}

func (e *closedError) inHandshake() bool {
	var tls *dial.Error
	return errors.As(e.err, &tls) && tls.Trouble == dial.Closed
}

// advise returns what servers are that do so.
func (e *closedError) advise(cfg Config, joined int) string {
	const several = "-source-addresses 127.0.0.2-127.0.0.9"
	switch {
	case joined > 0:
		return "servers do so that are full, or take few connections of one address: take fewer -users, lift the limit for the run, come from several addresses, " + several + ", or go on with those who are in, -expect-full N"
	case e.inHandshake():
		return "servers do so that speak no TLS there: write -target HOST:PORT, without tls://, or ws:// for wss://; or that let this address not in, or are full"
	}
	advice := "servers do so that speak another protocol than " + cfg.Capabilities.Speaks()
	switch {
	case strings.Contains(cfg.Where, dial.WS+"://"):
		advice += " over a WebSocket, want TLS (-target wss://HOST:PORT/PATH)"
	case !strings.Contains(cfg.Where, dial.TLS+"://") && !strings.Contains(cfg.Where, dial.WSS+"://"):
		advice += ", want TLS (-target tls://HOST:PORT)"
	}
	if cfg.Password == "" {
		advice += ", want a password (-password-file FILE)"
	}
	return advice + ", let this address not in, or are full; " + where
}

// hears keeps the first bytes that come to a chatter who is not in yet.
func (s *stay) hears(b []byte) {
	if room := dialect.MaxQuote - len(s.greeting); room > 0 && !s.arrived.has() {
		s.greeting = append(s.greeting, b[:min(len(b), room)]...)
	}
}
