package original

import (
	"encoding/json"
	"io"
	"net"
	"strings"
	"sync"

	"chatsim/manager/wire"
)

// Client is the original's client without its window: what it does at its
// socket. It takes what one read of 1,024 bytes gives for one message: JSON is a
// roster, all else has to have three fields between '@'s. What has not ends its
// receiving for good.
type Client struct {
	Conn net.Conn
	Name string // that it asked for: it knows no other
	Got  chan Shown

	wg sync.WaitGroup
}

// Shown is what the client shows of one message.
type Shown struct {
	Roster []string // of a roster; else nil
	Line   string   // "sender:text" as it is shown
	From   string
	To     string
	Died   string // what ended its receiving thread; all else is empty then
}

// Start sends the name and begins to receive.
func Start(conn net.Conn, name string) (*Client, error) {
	c := &Client{Conn: conn, Name: name, Got: make(chan Shown, 10000)}
	if name == "" {
		name = wire.NoName
	}
	if _, err := conn.Write([]byte(name)); err != nil {
		return nil, err
	}
	c.wg.Go(c.receive)
	return c, nil
}

// Send sends a text to a name or the group.
func (c *Client) Send(text, target string) error {
	_, err := c.Conn.Write([]byte(text + "@" + c.Name + "@" + target))
	return err
}

// Close ends the connection and waits for the receiving to end.
func (c *Client) Close() error {
	err := c.Conn.Close()
	c.wg.Wait()
	return err
}

func (c *Client) receive() {
	defer close(c.Got)
	b := make([]byte, 1024)
	for {
		n, err := c.Conn.Read(b)
		if n == 0 {
			if err != io.EOF {
				return
			}
			c.Got <- Shown{Died: "an empty read"}
			return
		}
		shown := c.take(string(b[:n]))
		c.Got <- shown
		if shown.Died != "" {
			return
		}
	}
}

// take does with one read what the original does.
func (c *Client) take(data string) Shown {
	var any any
	if json.Unmarshal([]byte(data), &any) == nil {
		var names []string
		if err := json.Unmarshal([]byte(data), &names); err != nil {
			return Shown{Died: "JSON that is no roster: " + data}
		}
		return Shown{Roster: names}
	}
	fields := strings.Split(data, "@")
	if len(fields) < 3 {
		return Shown{Died: "fewer than three fields: " + data}
	}
	s := Shown{Line: fields[0], From: fields[1], To: fields[2]}
	if s.To != wire.Group && s.To != c.Name && s.From != c.Name {
		s.Line = "" // private to somebody else: not shown
	}
	return s
}
