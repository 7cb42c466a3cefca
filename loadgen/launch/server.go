package launch

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Port stands in a command, an address or a URL for the free port that a server
// is given.
const Port = "{port}"

// Config is a server to be started.
type Config struct {
	Command string // for the shell; Port in it is the free port, which is also in the environment as PORT
	Addr    string // HOST:PORT where it is to answer, Port in it too
	Ready   Ready  // the zero value: it takes a connection at Addr

	Patience time.Duration // 0: DefaultPatience; until it answers
	Grace    time.Duration // 0: DefaultGrace; to end when it is asked to
}

// Defaults of a Config.
const (
	DefaultPatience = 60 * time.Second
	DefaultGrace    = 10 * time.Second
)

// Server is a server that runs.
type Server struct {
	*Process
	Config               // with the port in the place of Port
	Took   time.Duration // until it answered
	port   int
}

// Error is why there is no server, and what to do about it.
type Error struct{ msg, hint string }

func (e *Error) Error() string { return e.msg }

// Hint is advice beside the error.
func (e *Error) Hint() string { return e.hint }

// Open starts a server on a free port and waits until it answers. Its errors are
// *Error, or that ctx has ended; then nothing of the server is left.
func (c Config) Open(ctx context.Context) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, fmt.Errorf("find a free port: %w", err)
	}
	c = c.at(port)
	if !c.free() {
		return nil, &Error{"somebody else listens on " + c.Addr + " already", "end what runs there, or let the server choose a free port: write " + Port + " in its command and its address"}
	}
	cmd := shell(c.Command)
	cmd.Env = append(os.Environ(), "PORT="+strconv.Itoa(port))
	begin := time.Now()
	p, err := Start(cmd)
	if err != nil {
		return nil, &Error{fmt.Sprintf("start %s: %v", c.Command, err), "a command is run by the shell: try it there"}
	}
	s := &Server{Process: p, Config: c, port: port}
	defer func() {
		if s.Took == 0 { // a panic too
			s.Close()
		}
	}()
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	s.Took = time.Since(begin)
	return s, nil
}

// at returns the configuration with a port in the place of Port.
func (c Config) at(port int) Config {
	for _, text := range []*string{&c.Command, &c.Addr, &c.Ready.URL} {
		*text = strings.ReplaceAll(*text, Port, strconv.Itoa(port))
	}
	if c.Patience == 0 {
		c.Patience = DefaultPatience
	}
	if c.Grace == 0 {
		c.Grace = DefaultGrace
	}
	return c
}

// Fill returns a text with the server's port in the place of Port.
func (s *Server) Fill(text string) string {
	return strings.ReplaceAll(text, Port, strconv.Itoa(s.port))
}

// freePort returns a port of the loopback on which nobody listens now.
func freePort() (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port, nil
}

// free reports whether nobody answers yet where the server is to.
func (c Config) free() bool {
	conn, err := net.DialTimeout("tcp", c.Addr, time.Second)
	if err != nil {
		return true
	}
	conn.Close()
	return false
}

// shell returns a command that is written for the system's shell.
func shell(command string) *exec.Cmd { return Shell(context.Background(), command) }

// Shell returns a command that is written for the system's shell, which is killed when
// ctx ends.
func Shell(ctx context.Context, command string) *exec.Cmd {
	if runtime.GOOS == "windows" {
		return exec.CommandContext(ctx, "cmd", "/c", command)
	}
	return exec.CommandContext(ctx, "/bin/sh", "-c", command)
}

// wait waits until the server answers.
func (s *Server) wait(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	answered := make(chan error, 1)
	go func() { answered <- s.Ready.wait(limited, s.Addr) }()
	var err error
	select {
	case err = <-answered:
	case <-s.Done():
		cancel()
		<-answered
		return s.endedAtOnce()
	}
	select {
	case <-s.Done(): // what answers is somebody else
		return s.endedAtOnce()
	default:
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return s.silent(err)
	}
	return nil
}

// notFound is how a shell ends that does not find a command.
const notFound = 127

// endedAtOnce says that the command has ended before the server answered.
func (s *Server) endedAtOnce() error {
	msg := fmt.Sprintf("the server ended before it answered on %s, %s%s", s.Addr, s.Ended(), s.Quoted())
	hint := "try the command by itself; it has to stay in the foreground: " + s.Command
	if s.cmd.ProcessState != nil && s.cmd.ProcessState.ExitCode() == notFound {
		hint = "the shell does not find it: is the path right, seen from here, and is it built? " + s.Command
	}
	return &Error{msg, hint}
}

// silent says that the server has not answered in time.
func (s *Server) silent(last error) error {
	hint := "does it listen on the port that it is told by " + Port + " in its command, or by PORT in its environment? "
	if s.Ready.URL == "" {
		hint += "-ready URL asks something else of it"
	} else {
		hint += "-ready tcp asks for no more than a connection"
	}
	return &Error{fmt.Sprintf("the server did not answer on %s within %v, %v%s", s.Ready.at(s.Addr), s.Patience, last, s.Quoted()), hint}
}

// Close ends the server, and reports whether it had to be killed.
func (s *Server) Close() (killed bool) { return s.Stop(syscall.SIGTERM, s.Grace) }
