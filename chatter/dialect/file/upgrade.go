package file

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/itchyny/gojq"
)

// Upgrade returns with what the WebSocket is asked for.
func (c *caller) Upgrade(cookie func(path string) string) (path string, header map[string]string, err error) {
	header = make(map[string]string)
	path = c.d.WebSocket()
	if c.d.PathGiven() {
		if path, err = c.path(); err != nil {
			return "", nil, err
		}
	}
	if p := &c.d.Headers; p.code != nil {
		v, err := c.only(p)
		if err != nil {
			return "", nil, err
		}
		if why := textsOf(v, header); why != "" {
			return "", nil, c.d.fail(p.wrong(0, "headers yields "+gojq.Preview(v)+", which"+why, `headers: '{Authorization: ("Bearer " + $s.token)}'`))
		}
	}
	if cookies := cookie(path); cookies != "" {
		header["Cookie"] = strings.TrimPrefix(header["Cookie"]+"; "+cookies, "; ")
	}
	c.step(func() string { return "> open " + jsonOf(map[string]any{"path": path, "headers": anyOf(header)}) })
	if !c.d.PathGiven() {
		path = ""
	}
	return path, header, nil
}

// path returns the path that a program yields.
func (c *caller) path() (string, error) {
	p := &c.d.Path
	v, err := c.only(p)
	if err != nil {
		return "", err
	}
	text, ok := v.(string)
	if _, err := url.ParseRequestURI(text); !ok || err != nil || text[0] != '/' {
		return "", c.d.fail(p.wrong(0, "path yields "+gojq.Preview(v)+", which is no path with its slash", `path: '"/socket?token=\($s.token | @uri)"'`))
	}
	return text, nil
}

// only returns the one value that a program yields.
func (c *caller) only(p *program) (any, error) {
	yielded, err := p.run(nil, c.given("", ""))
	switch {
	case err != nil:
		return nil, c.d.fail(err)
	case len(yielded) != 1:
		return nil, c.d.fail(p.wrong(0, fmt.Sprintf("%s yields %d values", p.key, len(yielded)), "it has to yield one"))
	}
	return yielded[0], nil
}
