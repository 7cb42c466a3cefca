// Package chatter is one user of a chat room: a client over one connection
// that says lines, leaves in the way that it is told to, and gives what the
// server sends frame by frame. It is small while it has nothing to read, so
// that one process can hold thousands.
//
// It knows the protocol and the socket. It does not know who is present, what
// a line means or whether the server does its work right: whoever calls Next
// draws the conclusions.
package chatter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"

	"chatsim/manager/wire"
)

// What a line cannot carry.
var (
	ErrNewline = errors.New("chatter: a line cannot hold a line break")
	ErrTarget  = errors.New("chatter: no name holds an @")
)

// Client is one user's connection to a chat room. Next is for one goroutine;
// everything else may be called from any, at any time.
type Client struct {
	// Static after construction.
	conn  net.Conn
	asked string // without the white space around it

	name  atomic.Pointer[string] // the assigned name; nil before the welcome
	token atomic.Pointer[string] // nil: none was told
	mu    sync.Mutex             // held over the write of a line: lines stay whole
	in    reader                 // owned by the goroutine that calls Next
}

// Dial connects to the server at addr (HOST:PORT) and asks for a name. It does
// not wait for the server's answer: the welcome is a frame like the others.
// ctx limits the connecting only.
func Dial(ctx context.Context, addr, name string) (*Client, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	c, err := New(conn, name)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

// New is Dial over a connection that is there, be it a pipe or TLS. The Client
// owns conn from then on, but not if New fails.
func New(conn net.Conn, name string) (*Client, error) {
	return start(conn, name, []byte(name+"\n"))
}

// Return is New for a user who wants to keep its name when the connection breaks,
// and to have what was said meanwhile: c.Token is what Token returned before, or
// empty. A server that knows no tokens refuses the name, as wire.BadName.
func Return(conn net.Conn, name string, c wire.Coming) (*Client, error) {
	return start(conn, name, wire.AppendName(nil, name, c))
}

// start sends the line that asks for a name.
func start(conn net.Conn, name string, line []byte) (*Client, error) {
	if strings.Contains(name, "\n") {
		return nil, ErrNewline
	}
	c := &Client{conn: conn, asked: strings.TrimSpace(name)}
	c.in.init(conn)
	if _, err := conn.Write(line); err != nil {
		return nil, fmt.Errorf("send the name: %w", err)
	}
	return c, nil
}

// Name is the name that the server assigned, as soon as Next has seen the
// welcome; until then the one asked for.
func (c *Client) Name() string {
	if name := c.name.Load(); name != nil {
		return *name
	}
	return c.asked
}

// Token is by what the user can Return, as soon as Next has seen the welcome;
// empty if it was told none.
func (c *Client) Token() string {
	if token := c.token.Load(); token != nil {
		return *token
	}
	return ""
}

// Say sends text to the group. The text may be anything without a line break;
// it is sent as it is.
func (c *Client) Say(text []byte) error {
	return c.send(text, c.Name(), wire.Group)
}

// Tell sends text to the user called target, and to nobody else.
func (c *Client) Tell(target string, text []byte) error {
	if strings.Contains(target, "@") {
		return ErrTarget // the server would take the line for one to the group
	}
	return c.send(text, c.Name(), target)
}

// Claim sends text to the group in the name of sender. It is there to see what
// a server makes of it.
func (c *Client) Claim(sender string, text []byte) error {
	return c.send(text, sender, wire.Group)
}

func (c *Client) send(text []byte, sender, target string) error {
	if bytes.IndexByte(text, '\n') >= 0 || strings.Contains(sender, "\n") || strings.Contains(target, "\n") {
		return ErrNewline
	}
	line := lines.Get().(*[]byte)
	*line = wire.AppendMessage((*line)[:0], text, sender, target)
	c.mu.Lock()
	_, err := c.conn.Write(*line)
	c.mu.Unlock()
	if cap(*line) <= bufferSize {
		lines.Put(line)
	}
	return err
}

// lines lends the memory in which a line is put together.
var lines = sync.Pool{New: func() any {
	line := make([]byte, 0, 512)
	return &line
}}
