// Package node has a Manager reach the stream of its room as a command line asks for:
// over NATS that somebody runs, or a node of NATS inside this process, which finds the
// nodes of other processes. With the build tag nocluster there is neither.
//
// What is wrong with that is told as errors with hints, within a bounded time.
package node

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"chatsim/manager/hinted"
	"chatsim/manager/secret"
)

// Embedded is the Where of a node inside this process.
const Embedded = "embedded"

// Config says where the stream is; its zero value says that there is none.
type Config struct {
	Where string // Embedded, or URLs of NATS, separated by commas; empty: the room is this process's alone
	Room  string // its name among those that are there; empty: DefaultRoom
	Lease time.Duration

	// Of a node inside this process.
	Listen string   // HOST:PORT for the other nodes
	Routes []string // HOST:PORT of all nodes, this one too; none: it is alone
	Dir    string

	Secret  secret.Password // of NATS: user:password, or a token; of a node: by which nodes let each other in
	Creds   string          // file: a user's of NATS, .creds or the seed of an nkey
	TLSCA   string          // file: the authority of NATS' certificate, or of the other nodes'
	TLSCert string          // file: to show to NATS, or to the other nodes
	TLSKey  string
}

// DefaultRoom is the name of a room that was not given one.
const DefaultRoom = "chat"

const (
	defaultLease = 20 * time.Second
	minLease     = 12 * time.Second // of several nodes
	maxRoom      = 64               // bytes of a name
)

// Flags defines the flags that set c.
func (c *Config) Flags(fs *pflag.FlagSet) {
	fs.StringVar(&c.Where, "cluster", "", "`URL`|several chatsim have one room: by NATS JetStream at nats://HOST:PORT[,…], or, without another program, by nodes inside them: embedded")
	fs.DurationVar(&c.Lease, "cluster-lease", defaultLease, "`D`|silence after which the others take a chatsim for dead, and its users leave")
	fs.StringVar(&c.Listen, "cluster-listen", "", "`HOST:PORT`|where a node listens for the other nodes")
	fs.StringSliceVar(&c.Routes, "cluster-routes", nil, "`A,B,C`|the -cluster-listen addresses of all nodes, this one's too: three or more")
	fs.StringVar(&c.Dir, "cluster-dir", "chatsim-node", "`DIR`|where a node keeps the stream, one folder a node")
	c.Secret.FileFlag(fs, "cluster-secret-file", "`FILE`|user:password or a token for NATS; between nodes: a word that all have alike")
	fs.StringVar(&c.Creds, "cluster-creds", "", "`FILE`|credentials for NATS: a .creds file, or the seed of an nkey")
	fs.StringVar(&c.TLSCA, "cluster-tls-ca", "", "`FILE`|authority of NATS' certificate, or of the nodes', in PEM")
	fs.StringVar(&c.TLSCert, "cluster-tls-cert", "", "`FILE`|certificate to show to NATS, or to the other nodes, in PEM")
	fs.StringVar(&c.TLSKey, "cluster-tls-key", "", "`FILE`|its key in PEM")
}

// Check looks at what can be wrong without anybody being asked, and reads the files.
func (c *Config) Check() error {
	if c.Where == "" {
		return nil
	}
	if c.Room == "" {
		c.Room = DefaultRoom
	}
	switch {
	case len(c.Room) > maxRoom || strings.TrimSpace(c.Room) == "" || strings.ContainsFunc(c.Room, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }):
		return hinted.New(fmt.Sprintf("-room %q is no name for a room", c.Room), fmt.Sprintf("a name has printable characters, in at most %d bytes: -room chat", maxRoom))
	case c.Lease < 3*time.Second || c.Lease > time.Hour:
		return hinted.New(fmt.Sprintf("-cluster-lease %v is not from 3s to 1h", c.Lease), "leave it out for 20s, which is longer than NATS takes to choose another leader")
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return hinted.New("-cluster-tls-cert and -cluster-tls-key go together", "write -cluster-tls-cert FILE -cluster-tls-key FILE")
	}
	if err := c.Secret.Read(); err != nil {
		return err
	}
	if c.Where == Embedded {
		return c.checkNode()
	}
	return c.checkURLs()
}

const toNATS = "write -cluster nats://HOST:4222, or -cluster embedded for a node inside chatsim"

// checkURLs looks at those of NATS.
func (c *Config) checkURLs() error {
	for text := range strings.SplitSeq(c.Where, ",") {
		u, err := url.Parse(strings.TrimSpace(text))
		switch {
		case err != nil:
			return hinted.New(fmt.Sprintf("-cluster %s is not a URL", show(text)), toNATS)
		case !slices.Contains([]string{"nats", "tls", "ws", "wss"}, u.Scheme) || u.Hostname() == "":
			return hinted.New(fmt.Sprintf("-cluster %s is not the URL of NATS", show(text)), toNATS)
		}
	}
	if c.Listen != "" || len(c.Routes) > 0 {
		return hinted.New("-cluster-listen and -cluster-routes go with -cluster embedded only", "leave them out: NATS knows its nodes")
	}
	return nil
}

// show returns a URL without the password in it.
func show(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		if i := strings.LastIndexByte(text, '@'); i >= 0 {
			return fmt.Sprintf("%q", "…"+text[i:])
		}
		return fmt.Sprintf("%q", text)
	}
	return u.Redacted()
}

// checkNode looks at what a node is told of the others.
func (c *Config) checkNode() error {
	if c.Creds != "" {
		return hinted.New("-cluster-creds goes with the URL of NATS only", "nodes inside chatsim let each other in by -cluster-secret-file FILE")
	}
	if c.Dir == "" {
		return hinted.New("-cluster-dir is empty", "name a folder of this node's own: -cluster-dir chatsim-node")
	}
	for i, r := range c.Routes {
		c.Routes[i] = strings.TrimPrefix(strings.TrimSpace(r), "nats://")
	}
	if len(c.Routes) == 0 && c.Listen == "" {
		return nil
	}
	const how = "write -cluster-listen A -cluster-routes A,B,C"
	switch {
	case c.Listen == "":
		return hinted.New("-cluster-routes without -cluster-listen: the other nodes have to reach this one", how)
	case len(c.Routes) == 0:
		return hinted.New("-cluster-listen without -cluster-routes: this node has to know the others", how)
	}
	for _, addr := range append([]string{c.Listen}, c.Routes...) {
		if host, port, err := net.SplitHostPort(addr); err != nil || port == "" || port == "0" || host == "" {
			return hinted.New(fmt.Sprintf("%q is not HOST:PORT of a node", addr), how+", each as 10.0.0.1:6222")
		}
	}
	return c.checkRoutes()
}

func (c *Config) checkRoutes() error {
	const odd = "a room lives on while more than half of its nodes do: three nodes bear the loss of one"
	slices.Sort(c.Routes)
	if c.Lease < minLease {
		return hinted.New(fmt.Sprintf("-cluster-lease %v is too short for nodes that depend on each other", c.Lease), "they take up to 9 seconds to choose another leader: leave it out for 20s, or say 12s or more")
	}
	switch twice := len(slices.Compact(slices.Clone(c.Routes))) < len(c.Routes); {
	case twice:
		return hinted.New("-cluster-routes names a node twice", "each node has an address of its own")
	case len(c.Routes) < 3:
		return hinted.New(fmt.Sprintf("-cluster-routes names %d nodes, all of which would be needed at all times", len(c.Routes)), odd+"; one alone needs neither -cluster-listen nor -cluster-routes")
	}
	host, port, _ := net.SplitHostPort(c.Listen)
	ip := net.ParseIP(host)
	if ip.IsUnspecified() {
		if !slices.ContainsFunc(c.Routes, func(r string) bool { return strings.HasSuffix(r, ":"+port) }) {
			return hinted.New(fmt.Sprintf("no node of -cluster-routes has the port of -cluster-listen %s", c.Listen), "all nodes are named there, this one too, and on all the same")
		}
	} else if !slices.Contains(c.Routes, c.Listen) {
		return hinted.New(fmt.Sprintf("-cluster-listen %s is not among -cluster-routes", c.Listen), "all nodes are named there, this one too, and on all the same")
	}
	if !ip.IsLoopback() && host != "localhost" && c.Secret.Word == "" && c.TLSCA == "" {
		return hinted.New(fmt.Sprintf("whoever reaches -cluster-listen %s could join the nodes", c.Listen), "add -cluster-secret-file FILE, the same word on all nodes, or -cluster-tls-ca, -cluster-tls-cert and -cluster-tls-key")
	}
	if c.TLSCA != "" && c.TLSCert == "" {
		return hinted.New("a node shows the others a certificate, where they have -cluster-tls-ca", "add -cluster-tls-cert FILE -cluster-tls-key FILE")
	}
	return nil
}

// Exposed reports whether a password stands in a URL.
func (c *Config) Exposed() bool {
	for text := range strings.SplitSeq(c.Where, ",") {
		if u, err := url.Parse(strings.TrimSpace(text)); err == nil && u.User != nil {
			return true
		}
	}
	return false
}

// tls returns that between nodes; nil: none.
func (c *Config) tls() (*tls.Config, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	const pem = "-cluster-tls-ca, -cluster-tls-cert and -cluster-tls-key name files in PEM that belong together"
	pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, hinted.Wrap(fmt.Errorf("read the certificate of this node: %w", err), pem)
	}
	cfg := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	if c.TLSCA == "" {
		return cfg, nil
	}
	text, err := os.ReadFile(c.TLSCA)
	if err == nil {
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(text) {
			err = errors.New("there is no certificate in it")
		}
	}
	if err != nil {
		return nil, hinted.Wrap(fmt.Errorf("read -cluster-tls-ca %s: %w", c.TLSCA, err), pem)
	}
	cfg.ClientCAs, cfg.ClientAuth = cfg.RootCAs, tls.RequireAndVerifyClientCert
	return cfg, nil
}
