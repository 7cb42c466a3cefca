package flags

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"chatsim/loadgen/repair"
	"chatsim/loadgen/report"
)

// address is a flag that takes one.
type address struct {
	flag    string
	host    string // what a bare port is completed with
	minPort int
}

func (c *Line) checkAddresses() error {
	for _, a := range []address{
		{"target", "localhost", 1}, {"join", "localhost", 1},
		{"watch", "127.0.0.1", 0}, {"listen", "127.0.0.1", 0}, {"metrics-addr", "127.0.0.1", 0},
	} {
		if !c.Explicit(a.flag) {
			continue
		}
		addr := c.text(a.flag)
		if why := a.wrong(addr); why != "" {
			hint := fmt.Sprintf("write -%s %s:9999", a.flag, a.host)
			if meant := a.meant(addr); meant != "" {
				hint = fmt.Sprintf("write -%s %s", a.flag, quote(meant))
			}
			return &Error{msg: fmt.Sprintf("-%s %s%s", a.flag, show(addr), why), hint: hint}
		}
	}
	return nil
}

// wrong says what is wrong with an address, by its form alone; whether anybody
// is there is found out by connecting.
func (a address) wrong(addr string) string {
	if strings.Contains(addr, "://") {
		return " is a URL"
	}
	host, port, err := net.SplitHostPort(addr)
	switch {
	case err != nil && addr != "" && !strings.ContainsAny(addr, ": "):
		if _, err := strconv.Atoi(addr); err == nil {
			return " is a port without a host"
		}
		return " has no port"
	case err != nil || strings.ContainsAny(host, " \"'/") || report.Printable(host) != host:
		return " is not HOST:PORT"
	case host == "" && a.minPort > 0:
		return " has no host"
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || int(n) < a.minPort {
		return fmt.Sprintf(": port %s is not a number from %d to 65535", show(port), a.minPort)
	}
	return ""
}

// webPorts are those of URLs that name none.
var webPorts = map[string]string{"http": "80", "ws": "80", "https": "443", "wss": "443"}

// meant is the address that a wrong one was probably meant to be, or empty.
func (a address) meant(addr string) string {
	addr = repair.Text(addr)
	port := "9999"
	if scheme, rest, ok := strings.Cut(addr, "://"); ok {
		addr, _, _ = strings.Cut(rest, "/")
		if p, ok := webPorts[strings.ToLower(scheme)]; ok {
			port = p
		}
	}
	addr = strings.TrimSuffix(strings.ReplaceAll(addr, " ", ":"), "/")
	candidates := []string{addr, addr + ":" + port, strings.TrimSuffix(addr, ":") + ":" + port}
	if n, err := strconv.Atoi(addr); err == nil && n > 0 {
		candidates = []string{a.host + ":" + addr}
	}
	if strings.HasPrefix(addr, ":") {
		candidates = append(candidates, a.host+addr)
	}
	if i := strings.LastIndexByte(addr, ':'); i > 0 {
		candidates = append(candidates, addr[:i]+":"+port)
		for _, c := range [][2]string{{addr, port}, {addr[:i], addr[i+1:]}} { // of IPv6, without its brackets
			if ip, err := netip.ParseAddr(c[0]); err == nil && ip.Is6() {
				candidates = append([]string{net.JoinHostPort(c[0], c[1])}, candidates...)
			}
		}
	}
	for _, c := range candidates {
		if c != "" && a.wrong(c) == "" {
			return c
		}
	}
	return ""
}
