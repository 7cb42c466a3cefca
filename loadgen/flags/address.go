package flags

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

func (c *Config) checkAddresses() error {
	if c.Explicit("target") {
		if err := checkAddress("target", c.Target, 1); err != nil {
			return err
		}
		if host, _, _ := net.SplitHostPort(c.Target); host == "" {
			return &Error{msg: fmt.Sprintf("-target %s has no host", show(c.Target)), hint: "write -target localhost" + c.Target}
		}
	}
	if c.Explicit("join") {
		if err := checkAddress("join", c.Join, 1); err != nil {
			return err
		}
		if host, _, _ := net.SplitHostPort(c.Join); host == "" {
			return &Error{msg: fmt.Sprintf("-join %s has no host", show(c.Join)), hint: "write -join localhost" + c.Join}
		}
	}
	if c.Explicit("watch") {
		if err := checkAddress("watch", c.Watch, 0); err != nil {
			return err
		}
	}
	return checkAddress("listen", c.Listen, 0)
}

// checkAddress looks at an address's form only; whether anybody is there is
// found out by connecting.
func checkAddress(flag, addr string, minPort int) error {
	if _, rest, ok := strings.Cut(addr, "://"); ok {
		rest, _, _ = strings.Cut(rest, "/")
		return &Error{msg: fmt.Sprintf("-%s %s is a URL", flag, show(addr)), hint: fmt.Sprintf("an address is enough: -%s %s", flag, show(rest))}
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		e := &Error{msg: fmt.Sprintf("-%s %s is not HOST:PORT", flag, show(addr)), hint: "an IPv6 address goes in brackets: [::1]:9999"}
		if addr != "" && !strings.Contains(addr, ":") {
			e = &Error{msg: fmt.Sprintf("-%s %s has no port", flag, show(addr)), hint: fmt.Sprintf("write -%s %s:9999", flag, show(addr))}
		}
		return e
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || int(n) < minPort {
		return &Error{msg: fmt.Sprintf("-%s %s: port %s is not a number from %d to 65535", flag, show(addr), show(port), minPort)}
	}
	return nil
}
