package flags

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"chatsim/loadgen/compare"
	"chatsim/loadgen/report"
	"chatsim/manager/choice"
	"chatsim/manager/hinted"
)

// conflict is a pair of things that cannot both be meant, and why.
type conflict struct {
	a, b term
	why  string // the hint
}

// term is what a command line says of a flag.
type term struct {
	flag    string
	holds   func(text string) bool // of its value, or of one of its values; nil: it is on, whatever the value
	assumed bool                   // what is not said counts too
}

func on(flag string) term { return term{flag: flag} }

func where(flag string, holds func(text string) bool) term { return term{flag: flag, holds: holds} }

func oneOf(flag string, values ...string) term {
	return where(flag, func(text string) bool { return slices.Contains(values, text) })
}

// scheduled is a rate that is kept, the one of a bare command line too.
var scheduled = term{"rate", func(text string) bool { return text != report.Max.String() }, true}

func severalRuns(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n > 1
}

func tooFew(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n < compare.Least()
}

const (
	eachDecides = "each decides by itself what is run and compared"
	oneRun      = "a trace is of one run"
	noRun       = "-dry-run makes no run, and so no report: leave one of them out"
	ownManagers = "-managers is of a room of this process: leave one of them out"
	ownNodes    = "-nodes are of a room of this process: leave one of them out"
	noCeiling   = "the ceiling is what calibration measures"
)

var pairsNeeded = fmt.Sprintf("a comparison takes %[1]d pairs of runs: leave -repeat out for 10, or say %[1]d or more", compare.Least())

// conflicts are all but those of the ways to run, see modes. The first that
// holds is told.
var conflicts = []conflict{
	{on("ab"), on("find-rate"), eachDecides},
	{on("ab"), on("find-users"), eachDecides},
	{on("ab"), on("baseline"), eachDecides},
	{on("find-rate"), on("baseline"), eachDecides},
	{on("find-users"), on("baseline"), eachDecides},
	{on("ab-cmd"), on("ab"), eachDecides},
	{on("find-rate"), on("find-users"), eachDecides},
	{on("ab-cmd"), on("find-rate"), eachDecides},
	{on("ab-cmd"), on("find-users"), eachDecides},
	{on("ab-cmd"), on("baseline"), eachDecides},
	{on("ab-cmd"), on("cmd"), "-ab-cmd has both commands: leave -cmd out"},
	{on("ab"), on("cmd"), "-ab compares two chatsim; to compare two builds of a server: chatsim -ab-cmd 'old/server -port {port}' 'new/server -port {port}'"},
	{on("find-rate"), on("repeat"), "the search decides how many rooms it needs"},
	{on("find-users"), on("repeat"), "the search decides how many rooms it needs"},
	{on("find-users"), on("expect-full"), "-find-users looks for how many the server takes: leave one of them out"},
	{on("find-rate"), oneOf("rate", report.Max.String()), "-rate is where the search begins: -rate 100"},
	{on("trace"), where("repeat", severalRuns), oneRun},
	{on("trace"), on("ab"), oneRun},
	{on("trace"), on("ab-cmd"), oneRun},
	{on("trace"), on("find-rate"), oneRun},
	{on("trace"), on("find-users"), oneRun},
	{on("trace"), on("baseline"), oneRun},
	{on("trace"), oneOf("verify", "count", report.VerifyOff), "a trace holds the order of what was seen, which is only kept with -verify full or order"},
	{on("watch"), on("ab"), "the runs that -ab compares are processes of their own"},
	{oneOf("calibrate", "off"), where("threshold", report.OfCeiling), noCeiling},
	{oneOf("calibrate", "off"), where("find-rate", report.OfCeiling), noCeiling},
	{oneOf("calibrate", "off"), where("find-users", report.OfCeiling), noCeiling},
	{on("baseline"), where("repeat", tooFew), fmt.Sprintf("a comparison takes %[1]d runs: leave -repeat out, or say %[1]d or more", compare.Least())},
	{on("ab-cmd"), where("repeat", tooFew), pairsNeeded},
	{on("ab"), where("repeat", tooFew), pairsNeeded},
	{on("think"), on("find-rate"), "chatters who think have no rate to look for: leave one of them out"},
	{on("think"), on("rate"), "chatters who think speak each in its own time: leave one of them out"},
	{on("inflight"), scheduled, "-inflight limits the lines under way at -rate max; a schedule is kept whatever is under way"},
	{on("managers"), on("target"), ownManagers},
	{on("managers"), on("cmd"), ownManagers},
	{on("managers"), on("ab-cmd"), ownManagers},
	{on("nodes"), on("target"), ownNodes},
	{on("nodes"), on("cmd"), ownNodes},
	{on("nodes"), on("ab-cmd"), ownNodes},
	{on("quiet"), on("v"), "-quiet prints only the verdict line, -v every check"},
	{on("password"), on("password-file"), "leave -password out"},
	{oneOf("dialect", "redis", "nats", "mqtt"), oneOf("scenario", "private", "namesakes"), "a broker has neither private lines nor names: leave -scenario out"},
	{on("tls-ca"), on("tls-insecure"), "-tls-insecure takes any certificate: leave one of them out"},
	{oneOf("dialect", "ws"), where("target", func(addr string) bool { return secure(addr) && !webSocket(addr) }), "a WebSocket over TLS is -target wss://HOST:PORT/ws"},
	{where("dialect", func(name string) bool { return name != "line" && name != "ws" && !choice.IsFile(name) }), where("target", webSocket), "over a WebSocket chatsim speaks -dialect line, or that of a file"},
	{on("dry-run"), on("ab"), noRun},
	{on("dry-run"), on("ab-cmd"), noRun},
	{on("dry-run"), on("find-rate"), noRun},
	{on("dry-run"), on("find-users"), noRun},
	{on("dry-run"), on("baseline"), noRun},
	{on("dry-run"), on("repeat"), noRun},
	{on("dry-run"), on("json"), noRun},
	{on("dry-run"), on("junit"), noRun},
	{on("dry-run"), on("html"), noRun},
	{on("dry-run"), on("gobench"), noRun},
	{on("dry-run"), on("trace"), noRun},
	{on("dry-run"), on("watch"), noRun},
	{on("record-private"), oneOf("record", recordOff), "leave one of them out"},
}

// recordOff is the record that is none.
const recordOff = "off"

// said returns a term in the command line's words, if it holds.
func (c *Line) said(t term) (text string, holds bool) {
	f := c.set.Lookup(t.flag)
	if !f.Changed && !t.assumed {
		return "", false
	}
	for _, value := range texts(f) {
		switch {
		case t.holds == nil && !(value == "false" && f.Value.Type() == "bool"):
			return "-" + t.flag, true
		case t.holds != nil && t.holds(value):
			return "-" + t.flag + " " + value, true
		}
	}
	return "", false
}

// texts returns the values of a flag, which are several where it is repeatable.
func texts(f *pflag.Flag) []string {
	if all := lists(f.Value); all != nil {
		return all[0].GetSlice()
	}
	return []string{f.Value.String()}
}

// checkConflicts refuses what cannot both be meant.
func checkConflicts(c *Line) error {
	for _, x := range conflicts {
		a, isA := c.said(x.a)
		b, isB := c.said(x.b)
		if isA && isB {
			return hinted.New(fmt.Sprintf("%s and %s contradict each other", a, b), x.why)
		}
	}
	return nil
}

// rivalled reports whether a value from the environment contradicts a flag that
// the command line has as such: the command line wins.
func (c *Line) rivalled(f *pflag.Flag, given map[string]bool) bool {
	text, _ := c.set.known.Env(variable(f.Name))
	rival := func(t, other term) bool {
		return t.flag == f.Name && (t.holds == nil || t.holds(text)) && other.holds == nil && given[other.flag]
	}
	return slices.ContainsFunc(conflicts, func(x conflict) bool { return rival(x.a, x.b) || rival(x.b, x.a) })
}

// need is a flag that means nothing without one of others.
type need struct {
	flag   string
	with   string // it is only looked at beside this flag; empty: in any case
	others []term
	form   string // of the error, with the flag's name
	hint   string
}

const (
	compares  = "-%s without -compare, -ab, -ab-cmd or -baseline compares nothing"
	toCompare = "chatsim -baseline FILE compares with a saved set, -ab PROGRAM with another program"
	pair      = "-tls-cert and -tls-key go together"
	wholePair = "write -tls-cert FILE -tls-key FILE"
	ofCluster = "-%s goes with -cluster only"
	toCluster = "add -cluster nats://HOST:PORT, or -cluster embedded"
	ofNode    = "-%s goes with -cluster embedded only"
	toNode    = "add -cluster embedded"
	orWSS     = "write -target tls://HOST:PORT, or -target wss://HOST:PORT/ws"
)

var (
	comparing   = []term{on("compare"), on("ab"), on("ab-cmd"), on("baseline")}
	toTLS       = []term{where("target", secure)}
	clustered   = []term{on("cluster")}
	embedded    = []term{oneOf("cluster", "embedded")}
	byFile      = where("dialect", choice.IsFile)
	toSeveral   = []term{where("target", several)}
	toWebSocket = []term{where("target", webSocket), oneOf("dialect", "ws"), byFile}
)

var needs = []need{
	{"baseline-any", "", comparing, compares, toCompare},
	{"tolerance", "", comparing, compares, toCompare},
	{"cluster-lease", "", clustered, ofCluster, toCluster},
	{"advertise", "", clustered, ofCluster, toCluster},
	{"cluster-listen", "", embedded, ofNode, toNode},
	{"cluster-routes", "", embedded, ofNode, toNode},
	{"cluster-dir", "", embedded, ofNode, toNode},
	{"cluster-secret-file", "", clustered, ofCluster, toCluster},
	{"cluster-creds", "", clustered, ofCluster, toCluster},
	{"cluster-tls-ca", "", clustered, ofCluster, toCluster},
	{"cluster-tls-cert", "", clustered, ofCluster, toCluster},
	{"cluster-tls-key", "", clustered, ofCluster, toCluster},
	{"tls-cert", "", []term{on("tls-key")}, pair, wholePair},
	{"tls-key", "", []term{on("tls-cert")}, pair, wholePair},
	{"tls-ca", "join", []term{on("tls"), where("join", secure)}, "-%s goes with -tls only", "add -tls"},
	{"tls-ca", "target", toTLS, "-%s goes with a target that shows a certificate only", orWSS},
	{"room", "serve", []term{on("cluster")}, "-%s goes with a room that several chatsim have only", "add -cluster nats://HOST:PORT, or -cluster embedded"},
	{"room", "", []term{on("cluster"), oneOf("dialect", "irc", "redis", "nats", "mqtt"), byFile}, "-%s goes with a dialect that has several rooms only", "add -dialect irc, or -dialect redis"},
	{"room", "", []term{on("cluster"), on("target"), on("cmd"), on("ab-cmd"), byFile}, "-%s goes with a server that has several rooms; that in this process is one", "add -target HOST:PORT"},
	{"source-addresses", "", []term{on("target"), on("cmd"), on("ab-cmd")}, "-%s goes with a server outside of this process only", "add -target HOST:PORT"},
	{"qos", "", []term{oneOf("dialect", "mqtt")}, "-%s goes with -dialect mqtt only", "add -dialect mqtt"},
	{"order", "", []term{oneOf("dialect", "redis", "nats", "mqtt"), byFile}, "-%s goes with a broker's dialect, or a file's, only", "add -dialect nats"},
	{"dialect-test", "", []term{byFile}, "-%s goes with the dialect of a file only", "add -dialect FILE.yaml"},
	{"header", "", toWebSocket, "-%s goes with a WebSocket only", "write -target ws://HOST:PORT/ws"},
	{"subprotocol", "", toWebSocket, "-%s goes with a WebSocket only", "write -target ws://HOST:PORT/ws"},
	{"ready", "", []term{on("cmd"), on("ab-cmd")}, "-%s goes with -cmd or -ab-cmd only", "write -cmd 'my/server -port {port}'"},
	{"kill-cmd", "", toSeveral, "-%s goes with several servers at -target only", "write -target localhost:9999,localhost:9998"},
	{"tls-insecure", "", toTLS, "-%s goes with a target that shows a certificate only", orWSS},
}

// checkNeeds refuses what means nothing by itself.
func checkNeeds(c *Line) error {
	for _, n := range needs {
		if _, is := c.said(on(n.flag)); !is || n.with != "" && !c.Explicit(n.with) {
			continue
		}
		if !slices.ContainsFunc(n.others, func(o term) bool { _, is := c.said(o); return is }) {
			return hinted.New(strings.Replace(n.form, "%s", n.flag, 1), n.hint)
		}
	}
	return nil
}
