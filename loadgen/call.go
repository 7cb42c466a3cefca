package loadgen

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"syscall"
	"time"

	"chatsim/chatter"
	"chatsim/chatter/dial"
	"chatsim/chatter/dialect"
	"chatsim/manager/hinted"
)

// idle is how long a connection is kept for the next request: less than servers keep
// theirs, so that no request meets one that is being closed.
const idle = time.Second

// maxAnswer is how much an answer over HTTP may have, in bytes.
const maxAnswer = 1 << 20

// caller makes the requests of one client, which have its cookies and, as its stream
// has, one source address.
type caller struct {
	*Target
	to   *dial.Dialer
	http http.Client
}

// call joins in a dialect that asks over HTTP before its stream.
func (t *Target) call(ctx context.Context, to *dial.Dialer, d spoken, s speaker) (Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &caller{Target: t, to: to}
	c.http = http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DisableKeepAlives: !d.callsBeside, IdleConnTimeout: idle, MaxResponseHeaderBytes: maxAnswer, DialContext: c.dial(dial.TCP), DialTLSContext: c.dial(dial.TLS)}}
	codec := d.codec(s)
	asks := codec.(dialect.Caller)
	for {
		request, err := asks.Call()
		if request == nil || err != nil {
			return c.open(ctx, d, codec, err)
		}
		answer, err := c.do(ctx, request)
		if err != nil {
			return nil, err
		}
		if err := asks.Answered(answer); err != nil {
			return nil, err
		}
	}
}

// dial returns what connects to an address over TCP or TLS.
func (c *caller) dial(scheme string) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, _, addr string) (net.Conn, error) {
		if addr == c.to.HostPort && c.to.Secure() == (scheme == dial.TLS) {
			return c.to.Dial(ctx)
		}
		d, err := c.to.Beside(dial.Address{Scheme: scheme, HostPort: addr})
		if err != nil {
			return nil, err
		}
		return d.Dial(ctx)
	}
}

// open begins the stream, unless the requests have come to an error.
func (c *caller) open(ctx context.Context, d spoken, codec dialect.Codec, err error) (Client, error) {
	if err != nil {
		return nil, err
	}
	at := c.webSocket(c.to, d)
	if at != nil {
		if err := c.upgrade(at, codec.(dialect.Caller)); err != nil {
			return nil, err
		}
	}
	conn, err := c.to.Dial(ctx)
	if err != nil {
		return nil, err
	}
	client, err := c.Target.open(ctx, conn, d, at, codec)
	if asking, ok := client.(*chatter.Client); ok && d.callsBeside {
		asking.Asks(&chatter.HTTP{Codec: codec.(dialect.Caller), Do: c.do, Close: c.http.CloseIdleConnections})
	}
	return client, err
}

// upgrade adds to the request for a WebSocket what the codec has for it.
func (c *caller) upgrade(at *chatter.WebSocket, asks dialect.Caller) error {
	path, header, err := asks.Upgrade(func(path string) string {
		var all []string
		for _, cookie := range c.http.Jar.Cookies(c.url(path)) {
			all = append(all, cookie.Name+"="+cookie.Value)
		}
		return strings.Join(all, "; ")
	})
	if err != nil {
		return err
	}
	if path != "" && c.to.WebSocket() && c.to.Path != "/" {
		return hinted.New(fmt.Sprintf("-target has the path %s, and the dialect's file makes one itself: %s", c.to.Path, path), "leave the path of -target out")
	}
	at.Path = cmp.Or(path, at.Path)
	at.Header = at.Header.Clone()
	if at.Header == nil {
		at.Header = make(http.Header)
	}
	for name, value := range header {
		at.Header.Set(name, strings.TrimPrefix(at.Header.Get(name)+"; "+value, "; "))
		if !strings.EqualFold(name, "Cookie") {
			at.Header.Set(name, value)
		}
	}
	return nil
}

// url returns the URL of a path at the server of the stream.
func (c *caller) url(path string) *url.URL {
	u, err := url.Parse(path)
	if err != nil {
		return new(url.URL)
	}
	if u.Host == "" {
		u.Scheme, u.Host = "http", c.to.HostPort
		if c.to.Secure() {
			u.Scheme = "https"
		}
	}
	return u
}

// do makes a request.
func (c *caller) do(ctx context.Context, request *dialect.Call) (*dialect.Answer, error) {
	what := request.Method + " " + request.URL
	req, err := http.NewRequestWithContext(ctx, request.Method, c.url(request.URL).String(), bytes.NewReader(request.Body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	for name, values := range c.Header { // nobody else's business
		if req.URL.Host == c.to.HostPort && !strings.HasPrefix(name, "Sec-Websocket-") {
			req.Header[name] = values
		}
	}
	for name, value := range request.Header {
		req.Header.Set(name, value)
	}
	req.Host = cmp.Or(req.Header.Get("Host"), req.Host)
	resp, err := c.http.Do(req)
	if about := new(url.Error); errors.As(err, &about) {
		return nil, &requestError{what, about.Err}
	}
	defer resp.Body.Close()
	return answerOf(what, resp)
}

// requestError is a request over HTTP that was not answered.
type requestError struct {
	what string // METHOD PATH
	err  error
}

func (e *requestError) Unwrap() error { return e.err }

func (e *requestError) Error() string {
	if errors.Is(e.err, context.DeadlineExceeded) {
		return e.what + ": no answer came in time"
	}
	if errors.Is(e.err, io.EOF) || errors.Is(e.err, io.ErrUnexpectedEOF) {
		return e.what + ": the connection was closed before its answer"
	}
	return e.what + ": " + e.err.Error()
}

// Hint returns what to do about it.
func (e *requestError) Hint() string {
	var noTLS *dial.Error
	switch {
	case errors.As(e.err, &noTLS):
		return aboutTLS(noTLS.Trouble)
	case errors.Is(e.err, context.DeadlineExceeded):
		return "is the server busy, or stuck? Before the stream one that takes longer is waited for with -join-timeout 2m"
	case errors.Is(e.err, syscall.ECONNREFUSED):
		return "nobody listens there: start the server first; " + otherServer
	}
	return "does the server speak HTTP there? " + strings.ToUpper(otherServer[:1]) + otherServer[1:]
}

const otherServer = "where another one answers, the path of the request is a whole URL, http://HOST:PORT/login"

// answerOf reads an answer.
func answerOf(what string, resp *http.Response) (*dialect.Answer, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, &requestError{what, fmt.Errorf("read the answer: %w", err)}
	case len(body) > maxAnswer:
		return nil, &requestError{what, fmt.Errorf("the answer has more than %d bytes", maxAnswer)}
	}
	a := &dialect.Answer{Status: resp.StatusCode, Reason: http.StatusText(resp.StatusCode), Header: make(map[string]string), Cookies: make(map[string]string), Body: body}
	for name, values := range resp.Header {
		a.Header[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	for _, cookie := range resp.Cookies() {
		a.Cookies[cookie.Name] = cookie.Value
	}
	return a, nil
}
