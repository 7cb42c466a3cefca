package flags

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// For the tests that import what imports this package.
var (
	Refusals = refusals
	Scripted = known
	Anew     = anew
)

// Hints returns those of the tables.
func Hints() []string {
	var hints []string
	for _, c := range conflicts {
		hints = append(hints, c.why)
	}
	for _, n := range needs {
		hints = append(hints, n.hint)
	}
	for _, u := range unnamed {
		hints = append(hints, u.hint)
	}
	for _, l := range limits {
		hints = append(hints, l.low, l.high)
	}
	return slices.DeleteFunc(hints, func(h string) bool { return h == "" })
}

// Names returns those of all flags.
func Names() []string {
	var names []string
	bare().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// Base returns the least that a command line has beside a flag.
func Base(name string) []string {
	s := bare()
	switch {
	case name == "inflight":
		return []string{"-rate", "max"}
	case name == "tolerance" || name == "baseline-any":
		return []string{"-baseline", "x"}
	case name == "tls-cert":
		return []string{"-serve", "-tls-key", "x"}
	case name == "tls-key":
		return []string{"-serve", "-tls-cert", "x"}
	case name == "tls-ca":
		return []string{"-join", "h:1", "-tls"}
	case name == "ready":
		return []string{"-cmd", "x"}
	case name == "header" || name == "subprotocol":
		return []string{"-target", "ws://h:1/ws"}
	case name == "source-addresses":
		return []string{"-target", "h:1"}
	case name == "room" || name == "qos" || name == "order":
		return []string{"-target", "h:1", "-dialect", "mqtt"}
	case name == "cluster-listen" || name == "cluster-routes" || name == "cluster-dir":
		return []string{"-serve", "-cluster", "embedded"}
	case strings.HasPrefix(name, "cluster-") || name == "advertise":
		return []string{"-serve", "-cluster", "nats://h:1"}
	case name == "dialect-test":
		return []string{"-dialect", "f.yaml"}
	case name == "tls-insecure":
		return []string{"-target", "tls://h:1"}
	case name == "serve" || name == "join":
		return nil
	case slices.Contains(s.flagsOf(LiveRoom), name):
		return []string{"-serve"}
	case slices.Contains(s.flagsOf(Terminal), name):
		return []string{"-join", "h:1"}
	}
	return nil
}
