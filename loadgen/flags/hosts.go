package flags

import (
	"errors"
	"fmt"
	"net"
	"path"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/net/idna"

	"chatsim/manager/hinted"
	"chatsim/manager/wire"
)

// checkPatterns looks at hosts, and writes them as browsers do.
func checkPatterns(c *Line) error {
	if err := c.rewrite("allow-origin", asOrigin); err != nil {
		return err
	}
	if err := c.rewrite("allow-host", asHost); err != nil {
		return err
	}
	f := c.set.Lookup("advertise")
	if !f.Changed {
		return nil
	}
	at, err := asSite(f.Value.String())
	if err != nil {
		return err
	}
	return f.Value.Set(at)
}

// rewrite has the values of a flag written otherwise.
func (c *Line) rewrite(flag string, write func(string) (string, error)) error {
	f := c.set.Lookup(flag)
	all := texts(f)
	for i := range all {
		var err error
		if all[i], err = write(all[i]); err != nil {
			return err
		}
	}
	for _, l := range lists(f.Value) {
		if list, ok := l.(pflag.SliceValue); ok && f.Changed {
			if err := list.Replace(all); err != nil {
				return err
			}
		}
	}
	return nil
}

func asOrigin(p string) (string, error) {
	scheme, host, ok := strings.Cut(p, "://")
	if !ok {
		scheme, host = "", p
	}
	ascii, err := asciiHost(host)
	if err != nil || ok && scheme != "http" && scheme != "https" {
		return "", hinted.New(fmt.Sprintf("-allow-origin %s is not a host", show(p)), "write chat.example.org, *.example.org or https://chat.example.org")
	}
	return strings.TrimSuffix(p, host) + ascii, nil
}

func asHost(p string) (string, error) {
	ascii, err := asciiHost(p)
	if err != nil || strings.Contains(strings.Trim(p, "[]"), ":") && net.ParseIP(strings.Trim(p, "[]")) == nil {
		return "", hinted.New(fmt.Sprintf("-allow-host %s is not a host", show(p)), "write chat.example.org or *.example.org, without a scheme and a port")
	}
	return strings.TrimSuffix(ascii, "."), nil
}

// asSite returns where a room is, with the scheme or without.
func asSite(at string) (string, error) {
	scheme, rest, ok := strings.Cut(at, "://")
	if !ok {
		scheme, rest = "http", at
	}
	if at == wire.NoSite {
		return at, nil
	}
	host, err := ascii.ToASCII(rest)
	if err == nil {
		_, err = wire.ParseSite(scheme + "://" + host)
	}
	if err != nil {
		return "", hinted.New(fmt.Sprintf("-advertise %s is not where clients can come: %v", show(at), err), "write HOST:PORT, or the address of the page: https://chat1.example.org")
	}
	return strings.TrimSuffix(at, rest) + host, nil
}

// ascii is how a browser writes a name that has other letters in it; wildcards
// stay.
var ascii = idna.New(idna.MapForLookup(), idna.StrictDomainName(false))

// asciiHost returns a pattern of a host in ASCII, or that it can be none.
func asciiHost(pattern string) (string, error) {
	host, err := ascii.ToASCII(pattern)
	switch _, bad := path.Match(host, ""); {
	case err != nil:
		return "", err
	case bad != nil:
		return "", bad
	case host == "" || strings.ContainsAny(host, "/ \t\r\n"):
		return "", errors.New("not a host")
	}
	return host, nil
}
