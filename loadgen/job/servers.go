package job

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"chatsim/chatter/dial"
	"chatsim/loadgen"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/launch"
	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

// Servers are commands that start the server for each run anew.
type Servers struct {
	Command string       // empty: none
	AB      []string     // OLD and NEW, which run in turn; nil: none
	Kill    string       // a command that kills a server of the room; empty: none
	Ready   launch.Ready // how it is known that a server answers
}

// Flags defines the flags that set s, but for -ab-cmd.
func (s *Servers) Flags(fs *pflag.FlagSet) {
	fs.StringVar(&s.Command, "cmd", "", "`COMMAND`|start a server for each run, and end it: "+launch.Port+" in the command, or PORT in its environment, is the port at which it is to listen")
	fs.StringVar(&s.Kill, "kill-cmd", "", "`COMMAND`|kill one of the servers at -target, where -scenario failover does: "+killNumber+" in the command is which one, from 1 on, and "+killAddr+" its address")
	fs.Var((*ready)(&s.Ready), "ready", "`WORD`|when a server that was started answers: tcp, it takes a connection, or a URL that it answers by 200, such as http://127.0.0.1:"+launch.Port+"/healthz")
}

// atPort is where a server that was started listens unless -target says otherwise.
const atPort = "127.0.0.1:" + launch.Port

// started reports whether servers are started.
func (c *Config) started() bool { return c.Servers.Command != "" || c.Servers.AB != nil }

// where returns where the target is; empty: there is none.
func (c *Config) where() string {
	if c.Target.Addr == "" && c.started() {
		return atPort
	}
	return c.Target.Addr
}

// open opens the room of a run: that of a command, the target, or one of this
// process.
func (s *Job) open(ctx context.Context, lc *loadgen.Config, command string) (Room, error) {
	at := s.where()
	if at == "" && s.speech.file != nil {
		return Room{}, hinted.New("-dialect "+s.Dialect+" takes a server: a room of this process does not speak it", "add -target HOST:PORT, or -cmd COMMAND")
	}
	if at == "" && slices.Contains(brokers, s.Dialect) {
		return Room{}, hinted.New("-dialect "+s.Dialect+" takes a broker: a room of this process is none", "add -target HOST:PORT, or -cmd COMMAND")
	}
	if at == "" {
		return s.Open(lc)
	}
	if err := lc.CheckDescriptors(s.sockets()); err != nil {
		return Room{}, err
	}
	room := Room{Close: func() {}}
	if command != "" {
		addr, _ := dial.Split(dial.List(at)[0])
		server, err := launch.Config{Command: command, Addr: addr.HostPort, Ready: s.Servers.Ready}.Open(ctx)
		if err != nil {
			return Room{}, err
		}
		at = server.Fill(at)
		lc.Gone = server.Done()
		room.Server = func() *report.Server { return closed(server, command) }
		room.Close = func() { server.Close() }
	}
	err := s.reach(lc, at)
	if err != nil {
		room.Close()
	}
	return room, err
}

// reach sets what a run needs to know of the target.
func (s *Job) reach(lc *loadgen.Config, at string) error {
	to, err := s.Target.Reach(at)
	if err != nil {
		return err
	}
	s.speech.set(lc, to)
	lc.Password = to.Password
	if order := s.Target.Order; order == "sender" || order == "total" {
		lc.Capabilities.BySender, lc.Capabilities.Servers = order == "sender", 0
	}
	lc.Where = "server at " + at
	lc.ExpectLoss = lc.LossLimit > 0
	if s.Servers.Kill != "" {
		lc.Kill, lc.KillsAny = killer(s.Servers.Kill, dial.List(at)), true
		lc.LossLimit = cmp.Or(lc.LossLimit, ledger.LossLimit)
	}
	if all := dial.List(at); len(all) > 1 {
		lc.Where = fmt.Sprintf("%d servers at %s", len(all), strings.Join(all, ", "))
	}
	return nil
}

// closed closes a server and returns what became of it.
func closed(server *launch.Server, command string) *report.Server {
	r := &report.Server{Command: command, StartS: server.Took.Seconds()}
	select {
	case <-server.Done():
		r.Ended = server.Ended()
	default:
	}
	if server.Close() {
		r.Stopped = fmt.Sprintf("the server did not end within %v of SIGTERM and was killed", server.Grace)
	}
	r.CPUS = server.CPU().Seconds()
	if r.Ended != "" || r.Stopped != "" {
		r.Output = server.Said()
	}
	return r
}

// ready is a flag's value.
type ready launch.Ready

func (r *ready) String() string { return launch.Ready(*r).String() }
func (r *ready) Type() string   { return "ready" }

func (r *ready) Set(s string) error {
	v, err := launch.ParseReady(s)
	if err == nil {
		*r = ready(v)
	}
	return err
}

// commands gathers the two commands of a flag, of the environment one a line.
type commands []string

func (c *commands) String() string     { return strings.Join(*c, "\n") }
func (c *commands) Type() string       { return "commands" }
func (c *commands) GetSlice() []string { return *c }

func (c *commands) Set(s string) error {
	switch {
	case strings.TrimSpace(s) == "":
		return errors.New("is no command")
	case len(*c) == 2:
		return errors.New("is a third command")
	}
	*c = append(*c, s)
	return nil
}
