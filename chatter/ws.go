package chatter

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/coder/websocket"
)

// DialWS is Dial for a server that speaks the line dialect over WebSockets, as
// with browsers: one text message is one line. It asks for /ws at addr.
func DialWS(ctx context.Context, addr, name string) (*Client, error) {
	conn, err := dialWS(ctx, addr)
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

func dialWS(ctx context.Context, addr string) (*wsConn, error) {
	c := &wsConn{}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		c.TCPConn = conn.(*net.TCPConn)
		return conn, nil
	}}
	ws, _, err := websocket.Dial(ctx, "ws://"+addr+"/ws", &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		return nil, fmt.Errorf("ask %s for a WebSocket: %w", addr, err)
	}
	ws.SetReadLimit(maxFrame)
	c.ws = ws
	return c, nil
}

// wsConn is a WebSocket as a connection of the line dialect.
type wsConn struct {
	*net.TCPConn // what it goes over
	ws           *websocket.Conn

	message io.Reader // owned by the reader; nil: between two messages
}

// Read gives the text of each message and '\n'.
func (c *wsConn) Read(p []byte) (n int, err error) {
	if c.message == nil {
		if _, c.message, err = c.ws.Reader(context.Background()); err != nil {
			c.message = nil
			return 0, closedWS(err)
		}
	}
	for err == nil && n < len(p)-1 {
		var more int
		more, err = c.message.Read(p[n : len(p)-1]) // a byte is left for the end
		n += more
	}
	switch {
	case err == io.EOF:
		c.message = nil
		p[n] = '\n'
		return n + 1, nil
	case err != nil:
		return n, closedWS(err)
	case n == 0:
		return 0, io.ErrShortBuffer
	}
	return n, nil
}

// closedWS is the error of a stream that has ended: io.EOF only after a closing
// handshake.
func closedWS(err error) error {
	switch {
	case websocket.CloseStatus(err) != -1:
		return io.EOF
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	}
	return err
}

// Write sends each line as one message.
func (c *wsConn) Write(p []byte) (int, error) {
	for line := range bytes.Lines(p) {
		if err := c.ws.Write(context.Background(), websocket.MessageText, bytes.TrimSuffix(line, []byte("\n"))); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// CloseWrite begins the closing handshake; what the server sends until it
// answers can still be read. The library would throw that away, so the frame is
// written here: final, of the kind close, and masked, with the code 1000.
func (c *wsConn) CloseWrite() error {
	const code = 1000
	var mask [4]byte
	_, _ = rand.Read(mask[:]) // it never fails
	frame := append([]byte{0x88, 0x82}, mask[:]...)
	frame = append(frame, mask[0]^(code>>8), mask[1]^(code&0xff))
	_, err := c.TCPConn.Write(frame)
	return err
}

// Close ends the connection without a handshake.
func (c *wsConn) Close() error {
	err := c.TCPConn.Close()
	_ = c.ws.CloseNow() // gives the library's memory back
	return err
}
