package flags

import (
	"errors"
	"fmt"
	"net"
	"path"
	"strings"

	"golang.org/x/net/idna"
)

// checkPatterns looks at hosts, and writes them as browsers do.
func (c *Config) checkPatterns() error {
	for i, p := range c.Origins {
		scheme, host, ok := strings.Cut(p, "://")
		if !ok {
			scheme, host = "", p
		}
		ascii, err := asciiHost(host)
		if err != nil || ok && scheme != "http" && scheme != "https" {
			return &Error{msg: fmt.Sprintf("-allow-origin %s is not a host", show(p)), hint: "write chat.example.org, *.example.org or https://chat.example.org"}
		}
		c.Origins[i] = strings.TrimSuffix(p, host) + ascii
	}
	for i, p := range c.Hosts {
		ascii, err := asciiHost(p)
		if err != nil || strings.Contains(strings.Trim(p, "[]"), ":") && net.ParseIP(strings.Trim(p, "[]")) == nil {
			return &Error{msg: fmt.Sprintf("-allow-host %s is not a host", show(p)), hint: "write chat.example.org or *.example.org, without a scheme and a port"}
		}
		c.Hosts[i] = strings.TrimSuffix(ascii, ".")
	}
	return nil
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
