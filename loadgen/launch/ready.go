package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Ready is how it is known that a server answers.
type Ready struct {
	URL string // that is answered by a status of 200 to 299; empty: a connection is taken
}

// ReadyTCP is the word for a connection.
const ReadyTCP = "tcp"

// ParseReady reads "tcp" or a URL.
func ParseReady(text string) (Ready, error) {
	if text == ReadyTCP || text == "" {
		return Ready{}, nil
	}
	u, err := url.Parse(strings.ReplaceAll(text, Port, "1"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return Ready{}, errors.New("is neither tcp nor a URL")
	}
	return Ready{text}, nil
}

// String returns what ParseReady reads.
func (r Ready) String() string {
	if r.URL == "" {
		return ReadyTCP
	}
	return r.URL
}

// at returns what is asked, of a server at addr.
func (r Ready) at(addr string) string {
	if r.URL == "" {
		return addr
	}
	return r.URL
}

// Between two questions, at first and at last.
const (
	askSoon = 10 * time.Millisecond
	askSlow = 250 * time.Millisecond
)

// wait asks until there is an answer or ctx ends; then it returns what was wrong
// with the last one.
func (r Ready) wait(ctx context.Context, addr string) error {
	last := errors.New("nobody listens there")
	for pause := askSoon; ; pause = min(2*pause, askSlow) {
		err := r.ask(ctx, addr)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return last
		case <-time.After(pause):
		}
	}
}

// askLimit is how long one answer may take.
const askLimit = 2 * time.Second

// ask asks once.
func (r Ready) ask(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	if r.URL == "" {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		return conn.Close()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return err
	}
	transport := &http.Transport{DisableKeepAlives: true, Proxy: nil}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)) // an unread answer would be an RST
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("the answer was %s", resp.Status)
	}
	return nil
}
