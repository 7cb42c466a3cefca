package runs

import (
	"github.com/spf13/pflag"

	"chatsim/chatter/dial"
	"chatsim/loadgen"
	"chatsim/manager/secret"
)

// Target is a running server, and how it is reached.
type Target struct {
	Addr     string // [tls://]HOST:PORT; empty: there is none
	Trust    dial.Trust
	Password secret.Password
}

// Flags defines the flags that set t.
func (t *Target) Flags(fs *pflag.FlagSet) {
	fs.StringVar(&t.Addr, "target", "", "`HOST:PORT`|load a running server instead of one in this process; tls://HOST:PORT too")
	fs.BoolVar(&t.Trust.Insecure, "tls-insecure", false, "take any certificate of the target; the report says so")
}

// SharedFlags defines those that other ways to run have, too.
func (t *Target) SharedFlags(fs *pflag.FlagSet) {
	fs.StringVar(&t.Trust.CA, "tls-ca", "", "`FILE`|certificates in PEM to trust instead of the system's")
	t.Password.Flags(fs)
}

// Reach returns what the chatters need to reach the target, which is at an
// address.
func (t *Target) Reach(at string) (*loadgen.Target, error) {
	if err := t.Password.Read(); err != nil {
		return nil, err
	}
	addr, _ := dial.Split(at)
	d, err := dial.New(addr, t.Trust)
	if err != nil {
		return nil, err
	}
	return &loadgen.Target{Dialer: d, Password: t.Password.Word}, nil
}
