package live

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"chatsim/manager"
)

// hosts are the addresses at which the room can be reached.
func (h *house) hosts() []string {
	addr := h.ln.Addr().(*net.TCPAddr)
	if !addr.IP.IsUnspecified() {
		return []string{addr.IP.String()}
	}
	hosts := []string{"127.0.0.1"}
	ips, _ := net.InterfaceAddrs()
	for _, a := range ips {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			hosts = append(hosts, n.IP.String())
		}
	}
	return hosts
}

// ways are commands by which to join.
func (h *house) ways() (lines []string) {
	port := h.ln.Addr().(*net.TCPAddr).Port
	for _, host := range h.hosts() {
		join := "chatsim -join " + net.JoinHostPort(host, strconv.Itoa(port)) + " -name NAME"
		if h.cfg.TLSCert != "" {
			lines = append(lines, join+" -tls")
			continue
		}
		lines = append(lines, join, fmt.Sprintf("nc %s %d", host, port))
	}
	return lines
}

// pages are the addresses at which a browser finds the room.
func (h *house) pages() (urls []string) {
	scheme := "http"
	if h.cfg.TLSCert != "" {
		scheme = "https"
	}
	port := h.ln.Addr().(*net.TCPAddr).Port
	for _, host := range h.hosts() {
		urls = append(urls, scheme+"://"+net.JoinHostPort(host, strconv.Itoa(port))+"/")
	}
	return urls
}

// greet says how to reach the room, what is recorded, and what to beware of.
func (h *house) greet() {
	addr := h.ln.Addr().(*net.TCPAddr)
	fmt.Fprintf(h.stdout, "chatsim: the room is open on %s; join it in a browser:\n", addr)
	for _, page := range h.pages() {
		fmt.Fprintf(h.stdout, "  %s\n", page)
	}
	fmt.Fprintln(h.stdout, "or from a terminal:")
	for _, line := range h.ways() {
		fmt.Fprintf(h.stdout, "  %s\n", line)
	}
	first := "The first line is your name"
	if h.cfg.Password != "" {
		first = "The first line is the password, the second your name"
	}
	fmt.Fprintf(h.stdout, "%s, each further one goes to everybody;\n/msg NAME TEXT is for one person alone, /who says who is here. Ctrl-C closes the room.\n", first)
	if h.rec != nil {
		what := "lines to the group"
		if h.cfg.RecordPrivate {
			what = "all lines, private ones too,"
		}
		fmt.Fprintf(h.stdout, "Recording %s in %s (-record off: nowhere).\n", what, h.cfg.Record)
	}
	if !addr.IP.IsLoopback() {
		if h.cfg.Password == "" {
			h.warn("there is no authentication: whoever reaches port %d is in (%s)", addr.Port, strings.Join(h.hosts(), ", "))
		}
		if h.cfg.TLSCert == "" {
			h.warn("what is said goes over the network in the clear (-tls-cert, -tls-key)")
		}
	}
}

func (h *house) warn(format string, args ...any) {
	fmt.Fprintf(h.stderr, "chatsim: warning: "+format+"\n", args...)
}

// summary is what was done in all.
func (h *house) summary(s manager.Stats) string {
	text := plural(s.Joins, "join") + ", " + plural(s.Lines+s.PrivateLines, "line")
	if h.rec != nil {
		st := h.rec.State()
		text += fmt.Sprintf(", %d of them recorded", st.Lines)
		if st.Lost > 0 {
			text += fmt.Sprintf(", %d lost to the record", st.Lost)
		}
	}
	return text
}

func plural(n uint64, word string) string {
	if n != 1 {
		word += "s"
	}
	return strconv.FormatUint(n, 10) + " " + word
}
