package dial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// Trouble is why no TLS came about.
type Trouble uint8

// The troubles. Other is one that only its error tells.
const (
	Other     Trouble = iota
	NotTLS            // the server speaks something else
	Closed            // the server has closed the connection
	OtherHost         // the certificate is another host's
	NotNow            // it has expired, or is not valid yet
	Untrusted         // nobody who is trusted has signed it
)

// Error is a handshake that failed.
type Error struct {
	Trouble Trouble
	addr    string
	err     error
}

func (e *Error) Unwrap() error { return e.err }

func (e *Error) Error() string {
	switch e.Trouble {
	case NotTLS:
		return e.addr + " does not speak TLS"
	case Closed:
		return e.addr + " closed the connection in the handshake of TLS"
	case OtherHost:
		return fmt.Sprintf("the certificate of %s is another host's: %v", e.addr, e.err)
	case NotNow:
		return fmt.Sprintf("the certificate of %s is not valid now: %v", e.addr, e.err)
	case Untrusted:
		return fmt.Sprintf("the certificate of %s is not trusted: %v", e.addr, e.err)
	}
	return fmt.Sprintf("agree on TLS with %s: %v", e.addr, e.err)
}

// explain finds out what a failed handshake was. That its time is over stays what it
// is.
func (d *Dialer) explain(err error) error {
	var (
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		host    x509.HostnameError
		record  tls.RecordHeaderError
	)
	e := &Error{addr: d.HostPort, err: err}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		e.Trouble = Closed
	case errors.As(err, &record):
		e.Trouble = NotTLS
	case errors.As(err, &host):
		e.Trouble = OtherHost
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		e.Trouble = NotNow
	case errors.As(err, &unknown), errors.As(err, &invalid):
		e.Trouble = Untrusted
	}
	return e
}
