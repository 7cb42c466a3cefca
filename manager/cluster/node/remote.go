//go:build !nocluster

package node

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"chatsim/manager/cluster"
	"chatsim/manager/cluster/jetstream"
	"chatsim/manager/hinted"
)

// options are those of every connection: it is made anew for as long as it takes, and
// what is published meanwhile is not kept, as the room itself publishes it again.
func (n *node) options() []nats.Option {
	took := func(err error) {
		if err != nil {
			n.trouble.Store(&err)
		}
	}
	return []nats.Option{
		nats.Name("chatsim, room " + n.cfg.Room), nats.Timeout(2 * time.Second), nats.PingInterval(time.Second),
		nats.MaxReconnects(-1), nats.ReconnectBufSize(-1), nats.ReconnectWait(200 * time.Millisecond), nats.IgnoreAuthErrorAbort(),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			took(err)
			if err != nil { // else it is closed in order
				n.log.Warn("the connection to NATS is lost", "error", err)
			}
		}),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { took(err) }),
		nats.ReconnectHandler(func(c *nats.Conn) { n.log.Info("connected to NATS again", "server", c.ConnectedUrlRedacted()) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { took(err) }),
	}
}

// identity returns the options by which NATS knows who asks.
func (n *node) identity() (of []nats.Option, err error) {
	cfg := &n.cfg
	if cfg.Creds != "" {
		text, err := os.ReadFile(cfg.Creds)
		if err != nil {
			return nil, err
		}
		if bytes.Contains(text, []byte("BEGIN NATS USER JWT")) {
			of = append(of, nats.UserCredentials(cfg.Creds))
		} else {
			seed, err := nats.NkeyOptionFromSeed(cfg.Creds)
			if err != nil {
				return nil, fmt.Errorf("%s holds neither a user's credentials nor the seed of an nkey", cfg.Creds)
			}
			of = append(of, seed)
		}
	}
	if word := cfg.Secret.Word; word != "" {
		if user, password, both := strings.Cut(word, ":"); both {
			of = append(of, nats.UserInfo(user, password))
		} else {
			of = append(of, nats.Token(word))
		}
	}
	if cfg.TLSCA != "" {
		of = append(of, nats.RootCAs(cfg.TLSCA))
	}
	if cfg.TLSCert != "" {
		of = append(of, nats.ClientCert(cfg.TLSCert, cfg.TLSKey))
	}
	return of, nil
}

// connect connects to NATS, and tries again while nobody is there.
func (n *node) connect(ctx context.Context) error {
	identity, err := n.identity()
	if err != nil {
		return hinted.Wrap(fmt.Errorf("read the credentials for NATS: %w", err), "-cluster-creds names a .creds file, or one with the seed of an nkey; -cluster-secret-file one with user:password, or a token")
	}
	servers, told := shown(n.cfg.Where), false
	for {
		conn, err := nats.Connect(n.cfg.Where, append(n.options(), identity...)...)
		if err == nil {
			n.conn = conn
			return nil
		}
		if final := refused(servers, err); final != nil {
			return final
		}
		if !told {
			told = true
			n.log.Info("waiting for NATS", "at", servers, "because", plain(err), "for", n.limits.start)
		}
		if sleep(ctx, lookEvery) != nil {
			if context.Cause(ctx) != errLate {
				return ctx.Err()
			}
			return hinted.New(fmt.Sprintf("NATS does not answer at %s: %s", servers, plain(err)), "start it with JetStream on, or have chatsim be its own NATS: -cluster embedded")
		}
	}
}

// shown returns URLs without the passwords in them.
func shown(urls string) string {
	var all []string
	for text := range strings.SplitSeq(urls, ",") {
		all = append(all, show(strings.TrimSpace(text)))
	}
	return strings.Join(all, ",")
}

// refused returns the error for a connection that fails however often it is tried;
// nil: it may work later.
func refused(servers string, err error) error {
	var cert *tls.CertificateVerificationError
	var path *fs.PathError
	var other tls.RecordHeaderError
	switch {
	case slices.ContainsFunc([]error{nats.ErrAuthorization, nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrAccountAuthExpired, nats.ErrNkeysNotSupported},
		func(of error) bool { return errors.Is(err, of) }), strings.Contains(strings.ToLower(err.Error()), "authorization"):
		return hinted.New(fmt.Sprintf("NATS at %s does not let this user in: %s", servers, plain(err)), "give it -cluster-creds FILE, or -cluster-secret-file FILE with user:password or a token")
	case errors.As(err, &cert), errors.As(err, new(x509.UnknownAuthorityError)):
		return hinted.New(fmt.Sprintf("the certificate of NATS at %s is not trusted: %s", servers, plain(err)), "name the authority that has signed it: -cluster-tls-ca FILE")
	case errors.Is(err, nats.ErrSecureConnRequired), errors.Is(err, nats.ErrSecureConnWanted), errors.As(err, &other):
		return hinted.New(fmt.Sprintf("NATS at %s and this URL do not agree on TLS: %s", servers, plain(err)), "write tls://HOST:PORT where NATS has a certificate, nats://HOST:PORT where it has none")
	case strings.Contains(err.Error(), "tls: "):
		return hinted.New(fmt.Sprintf("NATS at %s does not take this connection: %s", servers, plain(err)), "where it asks for certificates, show one: -cluster-tls-cert FILE -cluster-tls-key FILE")
	case errors.Is(err, nats.ErrNoInfoReceived), strings.Contains(err.Error(), "nats: expected"):
		return hinted.New(fmt.Sprintf("what answers at %s is not NATS", servers), "NATS listens at port 4222 unless it is told otherwise")
	case errors.As(err, &path), strings.Contains(err.Error(), "loading"), strings.Contains(err.Error(), "failed to parse"):
		return hinted.New("read the files for NATS: "+plain(err), "-cluster-tls-ca, -cluster-tls-cert and -cluster-tls-key name files in PEM")
	}
	return nil
}

// Codes of errors of JetStream that tell that there is no space.
var full = []js.ErrorCode{10002, 10023, 10028, 10047, 10077}

// final returns the error for a stream that cannot be opened however often it is
// tried; nil: it may work later.
func (n *node) final(err error, since time.Duration) error {
	var told *js.APIError
	silent := errors.Is(err, js.ErrJetStreamNotEnabled) || errors.Is(err, nats.ErrNoResponders)
	switch trouble := n.trouble.Load(); {
	case errors.Is(err, jetstream.ErrForeign):
		return hinted.Wrap(err, "choose another name for the room with -room NAME")
	case errors.Is(err, cluster.ErrNewer):
		return hinted.New(fmt.Sprintf("the room %q is one of a newer chatsim", n.cfg.Room), "run that here too, or choose another name with -room NAME")
	case errors.As(err, &told) && slices.Contains(full, told.ErrorCode):
		return hinted.New("NATS has no space for the stream of the room: "+plain(err), "the stream takes up to 256 MiB of a server's disk, and of what an account may have")
	case n.srv != nil:
		return nil
	case errors.Is(err, js.ErrJetStreamNotEnabledForAccount):
		return hinted.New(fmt.Sprintf("NATS at %s has no JetStream for this user", shown(n.cfg.Where)), "enable it for the account of the user, or come as another one: -cluster-creds FILE")
	case silent && since > n.limits.off:
		return hinted.New(fmt.Sprintf("NATS at %s has no JetStream", shown(n.cfg.Where)), "start it with JetStream on, or have chatsim be its own NATS: -cluster embedded")
	case trouble != nil && errors.Is(*trouble, nats.ErrPermissionViolation):
		return hinted.New(fmt.Sprintf("NATS at %s does not permit that: %s", shown(n.cfg.Where), plain(*trouble)), "let the user publish to $JS.API.> and chatsim.>, and subscribe to chatsim.> and _INBOX.>")
	}
	return nil
}
