package host

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"chatsim/manager"
	"chatsim/manager/irc"
	"chatsim/manager/listen"
)

// hosts returns those by which the room can be reached: addresses, and with TLS what
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

// pages returns the addresses at which a browser finds the room.
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
	w := h.words
	fmt.Fprintf(h.stdout, w.Open, addr)
	for _, page := range h.pages() {
		fmt.Fprintf(h.stdout, "  %s\n", page)
	}
	fmt.Fprint(h.stdout, w.Terminal)
	for _, line := range h.ways() {
		fmt.Fprintf(h.stdout, "  %s\n", line)
	}
	first := w.First
	if h.cfg.Password.Word != "" {
		first = w.FirstPassword
	}
	fmt.Fprint(h.stdout, first, w.Ends)
	if !h.cfg.NoIRC {
		fmt.Fprintf(h.stdout, w.IRC, irc.Channel)
	}
	if h.node != nil {
		fmt.Fprintf(h.stdout, w.Shared, h.cfg.Cluster.Room, w.count(uint64(h.node.Replicas()), w.Servers))
		h.greetOthers()
	}
	if h.figures != nil {
		fmt.Fprintf(h.stdout, w.Figures, h.figures.url("/live"), h.figures.url("/metrics"))
	}
	if h.rec != nil {
		what := w.Lines
		if h.cfg.RecordPrivate {
			what = w.AllSaid
		}
		where := fmt.Sprintf(w.InFile, h.cfg.Record)
		if h.cfg.Record == onStdout {
			where = w.OnOutput
		}
		fmt.Fprintf(h.stdout, w.Recording, what, where)
	}
	if !addr.IP.IsLoopback() {
		if h.cfg.Password.Word == "" {
			h.warn(w.NoPassword, addr.Port, strings.Join(listen.Hosts(h.ln), ", "))
		}
		if h.cert == nil {
			h.warn("%s", w.InTheClear)
		}
	}
	if h.cert != nil {
		for _, doubt := range h.cert.Doubts(time.Now()) {
			h.warn("%s", doubt)
		}
	}
}

func (h *house) warn(format string, args ...any) {
	fmt.Fprintf(h.stderr, h.words.Warning, fmt.Sprintf(format, args...))
}

// summary returns what was done in all.
func (h *house) summary(s manager.Stats) string {
	w := h.words
	text := w.count(s.Joins, w.Joins) + w.Comma + w.count(s.Lines+s.PrivateLines, w.Said)
	if h.rec != nil {
		st := h.rec.State()
		text += fmt.Sprintf(w.Recorded, st.Lines)
		if st.Lost > 0 {
			text += fmt.Sprintf(w.Lost, st.Lost)
		}
	}
	return text
}
