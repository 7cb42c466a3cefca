package flags

import (
	"errors"
	"fmt"
	"net"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// titles of the groups whose flags go with one way to run only.
const (
	liveRoom = "Live room"
	terminal = "Terminal chatter"
)

func (s *set) flagsOf(title string) []string {
	i := slices.IndexFunc(s.groups, func(g group) bool { return g.title == title })
	return s.groups[i].flags
}

// checkModes refuses flags of a way to run that is not asked for.
func (c *Config) checkModes() error {
	if c.Serve && c.Explicit("join") {
		return &Error{msg: "-serve and -join contradict each other", hint: "the room and a chatter are two processes: start each in a terminal of its own"}
	}
	for _, name := range c.set.flagsOf(liveRoom) {
		elsewhere := name == "password" && c.Explicit("join") || name == "allow-host" && c.Explicit("watch")
		if name == "allow-host" && c.Explicit(name) && !c.Serve && !elsewhere {
			return &Error{msg: "-allow-host goes with -serve or -watch only", hint: "it is a name by which browsers ask for a page of chatsim"}
		}
		if c.Explicit(name) && !c.Serve && !elsewhere {
			return &Error{msg: fmt.Sprintf("-%s without -serve contradicts the simulation, which has a room of its own", name),
				hint: "add -serve for a live room"}
		}
	}
	joining := c.Explicit("join")
	for _, name := range c.set.flagsOf(terminal) {
		if c.Explicit(name) && !joining {
			return &Error{msg: fmt.Sprintf("-%s goes with -join only", name), hint: "chatsim -join HOST:PORT -name Ann"}
		}
	}
	for _, g := range c.set.groups {
		for _, name := range g.flags {
			if joining && g.title != terminal && g.title != "Other" && name != "password" && c.Explicit(name) {
				return &Error{msg: fmt.Sprintf("-join and -%s contradict each other", name), hint: "-join is one chatter for a person, without a run and a report"}
			}
		}
	}
	return nil
}

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

// checkRoom looks at what a live room and its chatter are told.
func (c *Config) checkRoom() error {
	switch {
	case c.Explicit("tls-cert") != c.Explicit("tls-key"):
		return &Error{msg: "-tls-cert and -tls-key go together", hint: "a certificate is of use only with its key"}
	case c.Explicit("tls-ca") && !c.TLS:
		return &Error{msg: "-tls-ca goes with -tls only", hint: "add -tls"}
	case c.Explicit("password") && (c.Password == "" || strings.ContainsAny(c.Password, "\r\n")):
		return &Error{msg: "-password needs a word on one line"}
	case c.Explicit("record") && c.Record == "":
		return &Error{msg: "-record needs the name of a file", hint: "-record off records nothing"}
	case c.MaxUsers < 0:
		return &Error{msg: fmt.Sprintf("-max-users %d: must not be negative", c.MaxUsers), hint: "0 is no limit"}
	case c.MaxConns < 0:
		return &Error{msg: fmt.Sprintf("-max-conns %d: must not be negative", c.MaxConns), hint: "0 is no limit"}
	case c.Flood < 0 || c.Flood != c.Flood:
		return &Error{msg: fmt.Sprintf("-flood %v: must not be negative", c.Flood), hint: "0 is no limit"}
	case c.Explicit("log") && c.Log == "":
		return &Error{msg: "-log needs the name of a directory"}
	case c.Record == "off":
		c.Record = ""
		if c.RecordPrivate {
			return &Error{msg: "-record-private and -record off contradict each other"}
		}
	}
	return nil
}
