package live

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"chatsim/manager"
	"chatsim/manager/irc"
	"chatsim/manager/listen"
)

// hosts are those by which the room can be reached: addresses, and with TLS what
// the certificate is for, as clients refuse any other.
func (h *house) hosts() []string {
	hosts := listen.Hosts(h.ln)
	if h.cert == nil {
		return hosts
	}
	covered := slices.DeleteFunc(h.cert.Names(), func(name string) bool {
		return strings.HasPrefix(name, "*") || net.ParseIP(name) != nil && !slices.Contains(hosts, name)
	})
	if len(covered) == 0 {
		return hosts
	}
	return covered
}

// ways are commands by which to join.
func (h *house) ways() (lines []string) {
	port := listen.Port(h.ln)
	for _, host := range h.hosts() {
		join := "chatsim -join " + net.JoinHostPort(host, port) + " -name NAME"
		switch {
		case h.cert == nil:
			lines = append(lines, join, fmt.Sprintf("nc %s %s", host, port))
		case h.cert.Private(time.Now()):
			lines = append(lines, join+" -tls -tls-ca "+h.cfg.TLSCert)
		default:
			lines = append(lines, join+" -tls")
		}
	}
	return lines
}

// pages are the addresses at which a browser finds the room.
func (h *house) pages() (urls []string) {
	scheme := "http"
	if h.cert != nil {
		scheme = "https"
	}
	for _, host := range h.hosts() {
		urls = append(urls, scheme+"://"+net.JoinHostPort(host, listen.Port(h.ln))+"/")
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
	if h.cfg.Password.Word != "" {
		first = "The first line is the password, the second your name"
	}
	fmt.Fprintf(h.stdout, "%s, each further one goes to everybody;\n/msg NAME TEXT is for one person alone, /who says who is here.\nCtrl-C closes the room.\n", first)
	if !h.cfg.NoIRC {
		fmt.Fprintln(h.stdout, "Clients of IRC are let in at the same address, to "+irc.Channel+".")
	}
	if h.figures != nil {
		fmt.Fprintf(h.stdout, "What the room counts is at %s and %s.\n", h.figures.url("/live"), h.figures.url("/metrics"))
	}
	if h.rec != nil {
		what := "lines to the group"
		if h.cfg.RecordPrivate {
			what = "all lines, private ones too,"
		}
		where := "in " + h.cfg.Record
		if h.cfg.Record == onStdout {
			where = "on standard output"
		}
		fmt.Fprintf(h.stdout, "Recording %s %s (-record off: nowhere).\n", what, where)
	}
	if !addr.IP.IsLoopback() {
		if h.cfg.Password.Word == "" {
			h.warn("there is no authentication: whoever reaches port %d is in (%s)", addr.Port, strings.Join(listen.Hosts(h.ln), ", "))
		}
		if h.cert == nil {
			h.warn("what is said goes over the network in the clear (-tls-cert, -tls-key)")
		}
	}
	if h.cert != nil {
		for _, doubt := range h.cert.Doubts(time.Now()) {
			h.warn("%s", doubt)
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
