package chatter

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// wsGUID is what a server mixes into its answer to an upgrade (RFC 6455, 1.3).
const wsGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// maxAnswer is how much is quoted of what a server says instead, in bytes.
const maxAnswer = 300

// DialWS is Dial over a WebSocket: one text message is one line, at ws://addr/ws.
func DialWS(ctx context.Context, addr, name string) (*Client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	ws, err := upgrade(ctx, conn, addr)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("upgrade to a WebSocket at /ws: %w", err)
	}
	c, err := New(ws, name)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

// upgrade asks the server at the other end of conn for a WebSocket, until ctx
// ends.
func upgrade(ctx context.Context, conn net.Conn, host string) (*wsConn, error) {
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	key := make([]byte, 16)
	_, _ = rand.Read(key) // it never fails
	req, err := http.NewRequest(http.MethodGet, "http://"+host+"/ws", nil)
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
		"Sec-WebSocket-Key": base64.StdEncoding.EncodeToString(key),
	} {
		req.Header.Set(name, value)
	}
	if err := req.Write(conn); err != nil {
		return nil, err
	}
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if err := upgraded(resp, req.Header.Get("Sec-WebSocket-Key")); err != nil {
		return nil, err
	}
	early, _ := in.Peek(in.Buffered()) // a server may speak at once
	if !stop() {
		return nil, ctx.Err() // the deadline is set, or about to be
	}
	return newWS(conn, early), nil
}

// upgraded says why an answer is not the one that makes a WebSocket.
func upgraded(resp *http.Response, key string) error {
	sum := sha1.Sum([]byte(key + wsGUID))
	switch {
	case resp.StatusCode != http.StatusSwitchingProtocols:
		why, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // what there is of it
		return fmt.Errorf("the server answers %s: %q", resp.Status, bytes.TrimSpace(why))
	case !strings.EqualFold(resp.Header.Get("Upgrade"), "websocket"):
		return errors.New("the server upgrades to something else")
	case resp.Header.Get("Sec-WebSocket-Accept") != base64.StdEncoding.EncodeToString(sum[:]):
		return errors.New("the server's Sec-WebSocket-Accept is wrong")
	}
	return nil
}

// wsConn is the client's end of a WebSocket as a connection of the line dialect:
// what is read is the text of each message and '\n', what is written goes out as
// a message for each line. It puts frames together itself, for a whole batch has
// to be read at once and known to be there, which libraries do not tell.
type wsConn struct {
	net.Conn // below

	in wsReader // owned by the reader

	mu     sync.Mutex // held over each write
	out    []byte     // guarded by mu: frames, made here
	inside bool       // guarded by mu: a line was begun and not ended
	closed bool       // guarded by mu: the closing frame is out
}

func newWS(conn net.Conn, early []byte) *wsConn {
	c := &wsConn{Conn: conn}
	c.in.init(conn, early, c.control)
	return c
}

func (c *wsConn) Read(p []byte) (int, error) { return c.in.read(p) }

// NetConn is the connection below, for what can be set there.
func (c *wsConn) NetConn() net.Conn { return c.Conn }
