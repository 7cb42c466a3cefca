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
	"maps"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"chatsim/chatter/dialect"
)

// wsGUID is what a server mixes into its answer to an upgrade (RFC 6455, 1.3).
const wsGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// maxHead is what an answer may have before its end, in bytes, and what is read
// together with that.
const maxHead = 64 << 10

// maxAnswer is how much is quoted of what a server says instead, in bytes.
const maxAnswer = 300

// WebSocket is what a server is asked for.
type WebSocket struct {
	Host   string // what the server takes itself for
	Path   string // with the query
	Header http.Header
}

// UpgradeError is that a server has answered, but not by a WebSocket.
type UpgradeError struct {
	Path string // without the query, which may hold a secret
	why  string
}

func (e *UpgradeError) Error() string { return "no WebSocket at " + e.Path + ": " + e.why }

// upgrade asks the server at the other end of conn for a WebSocket, until ctx
// ends. It returns what the server has said behind its answer.
func upgrade(ctx context.Context, conn net.Conn, at WebSocket) (early []byte, err error) {
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	early, err = shakeHands(conn, at)
	if err == nil && !stop() {
		err = ctx.Err() // the deadline is set, or about to be
	}
	return early, err
}

func shakeHands(conn net.Conn, at WebSocket) (early []byte, err error) {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // it never fails
	req, err := http.NewRequest(http.MethodGet, "http://"+at.Host+at.Path, nil)
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, at.Header)
	if host := at.Header.Get("Host"); host != "" {
		req.Host = host
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
	var said quoted
	head := &io.LimitedReader{R: io.TeeReader(conn, &said), N: maxHead}
	in := bufio.NewReader(head)
	resp, err := http.ReadResponse(in, req)
	if err != nil && head.N == 0 {
		return nil, &UpgradeError{req.URL.Path, fmt.Sprintf("the server's answer has not ended after %d bytes", maxHead)}
	}
	if err != nil && len(said) > 0 && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, dialect.NewFrameError(said, fmt.Errorf("no answer of HTTP: %w", err))
	}
	if err != nil {
		return nil, fmt.Errorf("ask for a WebSocket at %s: %w", req.URL.Path, err)
	}
	defer resp.Body.Close()
	if why := upgraded(resp, req.Header.Get("Sec-WebSocket-Key")); why != "" {
		return nil, &UpgradeError{req.URL.Path, why}
	}
	early, _ = in.Peek(in.Buffered()) // a server may speak at once
	return early, nil
}

// quoted keeps the first bytes that are written.
type quoted []byte

func (q *quoted) Write(b []byte) (int, error) {
	*q = append(*q, b[:min(len(b), dialect.MaxQuote-len(*q))]...)
	return len(b), nil
}

// upgraded returns why an answer is not the one that makes a WebSocket.
func upgraded(resp *http.Response, key string) (why string) {
	sum := sha1.Sum([]byte(key + wsGUID))
	switch {
	case resp.StatusCode != http.StatusSwitchingProtocols:
		said, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // what there is of it
		return fmt.Sprintf("the server answers %s: %q", resp.Status, bytes.TrimSpace(said))
	case !strings.EqualFold(resp.Header.Get("Upgrade"), "websocket"):
		return "the server upgrades to something else"
	case resp.Header.Get("Sec-WebSocket-Accept") != base64.StdEncoding.EncodeToString(sum[:]):
		return "the server's Sec-WebSocket-Accept is wrong"
	}
	return ""
}
