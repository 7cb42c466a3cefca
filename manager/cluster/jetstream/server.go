//go:build !nocluster

package jetstream

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// ServerConfig says which node of a cluster a Server is.
type ServerConfig struct {
	Name   string                         // of the node; the same for as long as it has its folder
	Dir    string                         // in which its streams are kept
	Listen string                         // HOST:PORT for the other nodes; empty: there are none
	Routes []string                       // HOST:PORT of all nodes, this one too
	Secret string                         // by which the nodes let each other in; empty: none is asked for
	TLS    *tls.Config                    // between the nodes; nil: none
	Log    func(failed bool, text string) // what the server says of what has failed, or of what may be amiss; nil: nobody is told
}

// Server is a NATS server inside this process: a node that others like it join,
// whose clients are in this process alone.
type Server struct {
	srv      *server.Server
	password string
}

// routeUser is the name by which nodes let each other in.
const routeUser = "chatsim"

// startTime is how long a server may take to open its sockets and its streams.
const startTime = 30 * time.Second

// Start starts a Server.
func Start(cfg ServerConfig) (*Server, error) {
	s := &Server{password: rand.Text()}
	opts, err := cfg.options(s.password)
	if err != nil {
		return nil, err
	}
	if s.srv, err = server.NewServer(opts); err != nil {
		return nil, fmt.Errorf("start the node: %w", err)
	}
	log := &serverLog{log: cfg.Log}
	if log.log == nil {
		log.log = func(bool, string) {}
	}
	s.srv.SetLoggerV2(log, false, false, false)
	s.srv.Start()
	ready := s.srv.ReadyForConnections(startTime)
	if why := log.fatal.Load(); why != nil {
		s.Close()
		return nil, errors.New(*why)
	}
	if !ready {
		s.Close()
		return nil, fmt.Errorf("the node is not ready within %v", startTime)
	}
	return s, nil
}

// options are those of a server. It has a socket for clients, on loopback, as without
// one it does not listen for other nodes either; nobody else knows the password there.
func (cfg *ServerConfig) options(password string) (*server.Options, error) {
	opts := &server.Options{ServerName: cfg.Name, Host: "127.0.0.1", Port: server.RANDOM_PORT, Username: routeUser, Password: password,
		JetStream: true, StoreDir: filepath.Join(cfg.Dir, "jetstream"), NoSigs: true}
	if cfg.Listen == "" {
		opts.DontListen = true
		return opts, nil
	}
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return nil, err
	}
	opts.Cluster = server.ClusterOpts{Name: "chatsim", Host: host, NoAdvertise: true, TLSConfig: cfg.TLS, TLSTimeout: 5, AuthTimeout: 5}
	if opts.Cluster.Port, err = strconv.Atoi(port); err != nil {
		return nil, err
	}
	if cfg.Secret != "" {
		opts.Cluster.Username, opts.Cluster.Password = routeUser, cfg.Secret
	}
	for _, addr := range cfg.Routes {
		u := &url.URL{Scheme: "nats", Host: addr}
		if cfg.Secret != "" {
			u.User = url.UserPassword(routeUser, cfg.Secret)
		}
		opts.Routes = append(opts.Routes, u)
	}
	return opts, nil
}

// Connect connects to it within the process.
func (s *Server) Connect(options ...nats.Option) (*nats.Conn, error) {
	return nats.Connect("", append(options, nats.InProcessServer(s.srv), nats.UserInfo(routeUser, s.password))...)
}

// Nodes returns how many nodes can be reached, with this one.
func (s *Server) Nodes() int { return s.srv.NumRemotes() + 1 }

// Close ends it, behind its connections: another node is the leader of what this one
// was, so that nobody waits for an election. Its streams stay in their folder.
func (s *Server) Close() {
	s.srv.LameDuckShutdown()
	s.srv.Shutdown()
	s.srv.WaitForShutdown()
}

// serverLog passes on what a server complains of.
type serverLog struct {
	log   func(failed bool, text string)
	fatal atomic.Pointer[string]
}

func (l *serverLog) Noticef(string, ...any) {}
func (l *serverLog) Debugf(string, ...any)  {}
func (l *serverLog) Tracef(string, ...any)  {}

func (l *serverLog) Warnf(format string, v ...any)  { l.log(false, fmt.Sprintf(format, v...)) }
func (l *serverLog) Errorf(format string, v ...any) { l.log(true, fmt.Sprintf(format, v...)) }

func (l *serverLog) Fatalf(format string, v ...any) {
	text := fmt.Sprintf(format, v...)
	l.fatal.CompareAndSwap(nil, &text)
}
