package host

import (
	"fmt"
	"net"
	"strings"

	"chatsim/manager/hinted"
	"chatsim/manager/listen"
	"chatsim/manager/wire"
)

// advertised returns where the clients of the room's other Managers come when theirs does
// not answer; empty: nowhere.
func (h *house) advertised() (wire.Site, error) {
	at, scheme := h.cfg.Advertise, "http://"
	if h.cert != nil {
		scheme = "https://"
	}
	switch {
	case h.cfg.Cluster.Where == "" || at == wire.NoSite:
		return "", nil
	case at == "" && h.ln.Addr().(*net.TCPAddr).IP.IsUnspecified():
		return "", nil
	case at == "":
		at = net.JoinHostPort(h.hosts()[0], listen.Port(h.ln))
	}
	if !strings.Contains(at, "://") {
		at = scheme + at
	}
	site, err := wire.ParseSite(at)
	switch {
	case err != nil && h.cfg.Advertise == "": // an address of this link alone
		return "", nil
	case err != nil:
		return "", hinted.Wrap(fmt.Errorf("-advertise %q is not where clients can come: %w", h.cfg.Advertise, err), "write HOST:PORT, or the address of the page: https://chat1.example.org")
	case h.cert != nil && !site.Secure():
		return "", hinted.New(fmt.Sprintf("-advertise %s is without TLS, and this room speaks TLS only", h.cfg.Advertise), "write https:// before it, or leave the scheme out")
	}
	h.site = site
	return site, nil
}

// greetOthers says what the others are told of this chatsim.
func (h *house) greetOthers() {
	w := h.words
	switch {
	case h.site != "":
		fmt.Fprintf(h.stdout, w.Advertised, h.site)
	case h.cfg.Advertise != wire.NoSite:
		h.warn("%s", w.NotAdvertised)
	}
}
