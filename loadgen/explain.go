package loadgen

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"chatsim/chatter"
	"chatsim/chatter/dial"
	"chatsim/chatter/dialect"
	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
	"chatsim/manager/wire"
)

// errSilent says that a server took the connection and said nothing.
var errSilent = errors.New("it took the connection, but gave no name")

// errPassword says that a password was of no use, and has been told to others.
var errPassword = errors.New("it asks for no password: it took the one that was sent for a name, and showed it to everybody")

// explain says in one line why a client could not join, and what to do.
func explain(err error, cfg Config, joined int) *StartError {
	where := cfg.Where
	var at *doorError
	if errors.As(err, &at) {
		where, err = "the server at "+at.addr, at.err
	}
	what := "join " + where
	if joined > 0 {
		what = fmt.Sprintf("join %s, with %d of %s there", where, joined, report.Plural(int64(cfg.Users), "chatter", "chatters"))
	}
	advice, why := advise(err, cfg, joined)
	return &StartError{Err: fmt.Errorf("%s: %w", what, why), Advice: advice, Joined: joined}
}

// advise returns what to do about a server that does not let a client in, and why it
// does not, in plainer words than err where there are any.
func advise(err error, cfg Config, joined int) (advice string, why error) {
	var fe *chatter.FrameError
	var senseless *dialect.StreamError
	var refused *refusedError
	var noTLS *dial.Error
	var noSocket *chatter.UpgradeError
	var called *dialect.CallError
	var unanswered *requestError
	var closed *closedError
	switch {
	case errors.As(err, &closed):
		return closed.advise(cfg, joined), closed
	case errors.As(err, &called), errors.As(err, &unanswered):
		return hinted.Hint(err), err
	case errors.As(err, &senseless):
		return aboutFrame(senseless.Frame, cfg)
	case errors.As(err, &fe):
		return aboutFrame(fe, cfg)
	case errors.As(err, &refused):
		return aboutRefusal(refused.said), err
	case errors.As(err, &noSocket):
		return "the path stands behind the address: -target ws://HOST:PORT/PATH; -header and -subprotocol say what else the server asks for", err
	case errors.As(err, &noTLS):
		return aboutTLS(noTLS.Trouble), err
	case errors.Is(err, errPassword):
		return "leave the password out, and use that word no more", err
	case errors.Is(err, errSilent):
		return mayBe(cfg) + "; one that takes longer is waited for with -join-timeout 2m", err
	}
	return adviseSystem(err, cfg)
}

// adviseSystem is advise where it is the system that tells of the server.
func adviseSystem(err error, cfg Config) (advice string, why error) {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "start a server there first, such as chatsim -serve -listen HOST:PORT", errors.New("nobody listens there")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "-source-addresses takes addresses that this machine has, and each of them serves some 28,000 connections to one server: take other ones, or fewer users", err
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "the limit of open files is reached (ulimit -n shows it): take fewer users", err
	case errors.As(err, new(*net.OpError)):
		return "is that the right address, and can it be reached from here?", err
	}
	return hinted.Hint(err), err
}

// mayBe asks what a server is that says nothing.
func mayBe(cfg Config) string {
	return "is it a chat server that speaks " + cfg.Capabilities.Speaks() + "? One that speaks TLS is reached with -target tls://HOST:PORT; " + where
}

// aboutFrame is about a server that speaks another protocol.
func aboutFrame(fe *chatter.FrameError, cfg Config) (advice string, why error) {
	first, _, _ := bytes.Cut(fe.Frame, []byte("\n"))
	first = bytes.TrimSuffix(first, []byte("\r"))
	advice = "give the address of a chat server that speaks " + cfg.Capabilities.Speaks() + "; " + where
	if s := recognised(fe.Frame); s != nil {
		if strings.Contains(cfg.Where, dial.WS+"://") && s.advice != "" {
			return "write -target HOST:PORT, without " + dial.WS + "://, and " + s.advice, fmt.Errorf("no WebSocket: it speaks %s, it answered %+q", s.protocol, first)
		}
		return cmp.Or(s.advice, advice), fmt.Errorf("it speaks %s, it answered %+q", s.protocol, first)
	}
	return advice, fmt.Errorf("it speaks another protocol: %w", fe)
}

// aboutRefusal returns what to do about a server's refusal.
func aboutRefusal(said string) string {
	switch reason, _ := wire.ParseReason([]byte(said)); reason {
	case wire.Password:
		return "give its password with -password-file FILE, or in CHATSIM_PASSWORD"
	case wire.NeedTLS:
		return "write -target tls://HOST:PORT"
	case wire.Full:
		return "it may be full: take fewer -users, start it with a higher -max-users, or go on with those who are in: -expect-full N"
	case wire.Crowded:
		return "take fewer -users, or start it with a higher -max-conns"
	}
	if isLocked(said) {
		return "give its password with -password-file FILE, or in CHATSIM_PASSWORD"
	}
	if strings.Contains(strings.ToLower(said), "connections") {
		return `the server's own words; servers of IRC limit the connections of one address: ngircd does not with MaxConnectionsIP = 0 in [Limits], InspIRCd not with localmax="10000" globalmax="10000" in <connect>; or come from several: -source-addresses 127.0.0.2-127.0.0.9`
	}
	if strings.HasSuffix(said, noChannel) || strings.Contains(said, "(CHANNELLEN)") {
		return "-room NAME is the channel that the chatters join, without it #chat: take one that this server has"
	}
	if isFull(said) {
		return "the server's own words; if it is to be full by then, -expect-full N goes on with those who are in"
	}
	return "the server's own words; it may be in use with other settings"
}

// isLocked reports whether a refusal is for want of a password, in the words of a broker or
// of a server of IRC.
func isLocked(said string) bool {
	said = strings.ToLower(said)
	for _, word := range []string{"noauth", "wrongpass", "authorization violation", "not authorized", "password"} {
		if strings.Contains(said, word) {
			return true
		}
	}
	return false
}

// aboutTLS returns what to do about a handshake that failed.
func aboutTLS(t dial.Trouble) string {
	switch t {
	case dial.NotTLS, dial.Closed:
		return "write -target HOST:PORT, without tls://, or with ws:// for wss://"
	case dial.OtherHost:
		return "give the target by a name that its certificate has, or add -tls-insecure"
	case dial.NotNow:
		return "its certificate has to be renewed, or a clock is wrong; -tls-insecure takes it all the same"
	case dial.Untrusted:
		return "name the certificate that you trust with -tls-ca FILE, or add -tls-insecure"
	}
	return ""
}

// refusedError is a server's refusal in its own words, of which the message
// has as much as the report of a run has of an error.
type refusedError struct{ said string }

func (e *refusedError) Error() string { return fmt.Sprintf("it refused: %q", clip(e.said)) }

// noChannel is how a server of IRC ends its answer to who joins a channel that it does
// not have, and does not make.
const noChannel = "(403)"
