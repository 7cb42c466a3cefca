package flags

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"chatsim/chatter/dial"
	"chatsim/loadgen/repair"
	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

// address is a flag that takes one.
type address struct {
	flag    string
	host    string // what a bare port is completed with
	minPort int
	schemes []string // that may stand before it
}

// addresses are the flags that take one.
var addresses = []address{
	{"target", "localhost", 1, []string{dial.TCP, dial.TLS, dial.WS, dial.WSS}}, {"join", "localhost", 1, []string{dial.TCP, dial.TLS}},
	{"watch", "127.0.0.1", 0, nil}, {"listen", "127.0.0.1", 0, nil}, {"metrics-addr", "127.0.0.1", 0, nil},
}

// toStart is what to do where an address has the port of a server that is started, and
// none is.
const toStart = "add -cmd COMMAND: " + port + " is the port of a server that is started"

func checkAddresses(c *Line) error {
	for _, a := range addresses {
		if !c.Explicit(a.flag) {
			continue
		}
		addr := c.text(a.flag)
		tried := addr
		if a.flag == "target" && c.starts() {
			tried = strings.ReplaceAll(addr, port, somePort)
		}
		if len(a.schemes) > 0 && len(dial.List(addr)) > 1 {
			if err := a.checkList(addr, dial.List(tried)); err != nil {
				return err
			}
			continue
		}
		if why := a.wrong(tried); why != "" {
			hint := fmt.Sprintf("write -%s %s:9999", a.flag, a.host)
			if strings.Contains(tried, port) {
				hint = toStart
			} else if meant := a.meant(addr); meant != "" {
				hint = fmt.Sprintf("write -%s %s", a.flag, quote(meant))
			}
			return hinted.New(fmt.Sprintf("-%s %s%s", a.flag, show(addr), why), hint)
		}
	}
	return nil
}

// checkList looks at the addresses of one room, of which there are several.
func (a address) checkList(text string, all []string) error {
	meant := slices.Clone(all)
	for i, addr := range all {
		if a.wrong(addr) != "" {
			meant[i] = a.meant(addr)
		}
	}
	example := a.host + ":9999," + a.host + ":9998"
	if !slices.Contains(meant, "") && oneScheme(meant) && repeated(meant) == "" && !strings.Contains(text, port) {
		example = quote(strings.Join(meant, ","))
	}
	hint := fmt.Sprintf("write -%s %s", a.flag, example)
	if strings.Contains(strings.Join(all, ","), port) {
		hint = toStart
	}
	refuse := func(what string) error { return hinted.New(fmt.Sprintf("-%s %s", a.flag, what), hint) }
	for _, addr := range all {
		if why := a.wrong(addr); why != "" {
			return refuse(show(text) + ": " + show(addr) + why)
		}
	}
	if addr := repeated(all); addr != "" {
		return refuse(show(text) + " has " + show(addr) + " twice")
	}
	if !oneScheme(all) {
		hint = "all chatters of a room come in alike: write tls:// before each address, or ws://, or before none"
		return refuse(show(text) + " has addresses of different kinds")
	}
	return nil
}

// repeated returns an address that stands twice in a list; empty: none does.
func repeated(all []string) string {
	known := make(map[string]bool)
	for _, text := range all {
		a, _ := dial.Split(text)
		a.HostPort = strings.ToLower(a.HostPort)
		if known[a.String()] {
			return text
		}
		known[a.String()] = true
	}
	return ""
}

// oneScheme reports whether addresses have one scheme.
func oneScheme(all []string) bool {
	first, _ := dial.Split(all[0])
	return !slices.ContainsFunc(all, func(text string) bool {
		a, _ := dial.Split(text)
		return a.Scheme != first.Scheme
	})
}

// wrong returns what is wrong with an address, by its form alone; whether anybody
// is there is found out by connecting.
func (a address) wrong(addr string) string {
	to, known := dial.Split(addr)
	switch {
	case !strings.Contains(addr, "://"):
	case !known || !slices.Contains(a.schemes, to.Scheme):
		return " is a URL"
	case !to.WebSocket() && to.Path != "":
		return " has a path, as only ws:// and wss:// have"
	case strings.ContainsAny(to.Path, " #\"'") || report.Printable(to.Path) != to.Path:
		return " has a path that cannot be asked for"
	case strings.Contains(to.HostPort, "@"):
		return " has a user in it"
	}
	return a.wrongHost(to.HostPort)
}

// wrongHost is wrong for what stands behind the scheme.
func (a address) wrongHost(addr string) string {
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

// meant returns the address that a wrong one was probably meant to be, or empty.
func (a address) meant(addr string) string {
	addr = repair.Text(addr)
	if to, known := dial.Split(addr); known && to.Scheme != dial.TCP && slices.Contains(a.schemes, to.Scheme) {
		return a.meantAt(to)
	}
	port := "9999"
	if scheme, rest, ok := strings.Cut(addr, "://"); ok {
		addr, _, _ = strings.Cut(rest, "/")
		port = cmp.Or(webPorts[strings.ToLower(scheme)], port)
	}
	for _, c := range a.candidates(strings.TrimSuffix(strings.ReplaceAll(addr, " ", ":"), "/"), port) {
		if c != "" && a.wrong(c) == "" {
			return c
		}
	}
	return ""
}

// candidates returns the addresses that one without a scheme may be meant to be, the
// likeliest first.
func (a address) candidates(addr, port string) []string {
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
	return candidates
}

// meantAt is meant for an address with one of the schemes.
func (a address) meantAt(to dial.Address) string {
	if at := strings.LastIndexByte(to.HostPort, '@'); at >= 0 {
		to, _ = dial.Split(to.Scheme + "://" + to.HostPort[at+1:] + to.Path)
	}
	if !to.WebSocket() {
		to.Path = ""
	}
	to.Path, _, _ = strings.Cut(to.Path, "#")
	if a.wrong(to.HostPort) != "" {
		to.HostPort = a.meant(to.HostPort)
	}
	if text := to.String(); to.HostPort != "" && a.wrong(text) == "" {
		return text
	}
	return ""
}

// several reports whether a text has several addresses.
func several(text string) bool { return len(dial.List(text)) > 1 }

// webSocket reports whether an address, or the first of several, is one of a WebSocket.
func webSocket(addr string) bool {
	to, _ := dial.Split(dial.List(addr)[0])
	return to.WebSocket()
}

// secure reports whether an address, or the first of several, is one at which a certificate is shown.
func secure(addr string) bool {
	to, _ := dial.Split(dial.List(addr)[0])
	return to.Secure()
}
