package chatter

import (
	"context"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"chatsim/manager/wire"
)

// Raw is one user's connection to a server of the raw dialect, that of the
// original chat room: its client's part without its window. The methods are as
// Client's, but for the frames: there is no Join or Leave, only a Roster after
// each change, and no Welcome from the server. Next gives one of its own making
// before the first roster that has the user.
//
// One send is one message, without an end that the server could see; sends are
// neither gathered nor spaced. It signs with the name asked for, whatever name
// it was given: the original client knows no other.
type Raw struct {
	// Static after construction.
	conn   net.Conn
	asked  string
	closed chan struct{}
	close  func() error

	name  atomic.Pointer[string]
	claim atomic.Pointer[claim] // the last one that may be under way
	mu    sync.Mutex            // held over the write of a message

	// Owned by the goroutine that calls Next.
	in      wire.Raw
	buf     []byte
	unread  []byte    // of buf
	full    bool      // the last read filled buf: more may follow at once
	at      time.Time // right after the last read
	err     error     // what ended the stream
	rosters int       // that came before the user's name was known
}

// claim is a message in somebody else's name. It has no end by which a server
// could part it from the next one, so the next one waits for it.
type claim struct {
	text string
	back chan struct{}
}

// claimWait is how long a claim may take to come back before it is given up.
const claimWait = time.Second

// DialRaw connects to the server at addr (HOST:PORT) and sends a name. ctx
// limits the connecting only.
func DialRaw(ctx context.Context, addr, name string) (*Raw, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	c, err := NewRaw(conn, name)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

// NewRaw is DialRaw over a connection that is there. The Raw owns conn from
// then on, but not if NewRaw fails. Without a name it sends what the original
// sends then, and is called by its address.
func NewRaw(conn net.Conn, name string) (*Raw, error) {
	c := &Raw{conn: conn, asked: strings.TrimSpace(name), closed: make(chan struct{})}
	c.close = sync.OnceValue(func() error {
		close(c.closed)
		return conn.Close()
	})
	if wire.IsUnnamed(c.asked) {
		name, c.asked = wire.NoName, conn.LocalAddr().String()
	}
	c.in.Asked = c.asked
	if _, err := conn.Write([]byte(name)); err != nil {
		return nil, err
	}
	return c, nil
}

// Name is the name that the user has, as soon as Next has given the Welcome;
// until then the one asked for.
func (c *Raw) Name() string {
	if name := c.name.Load(); name != nil {
		return *name
	}
	return c.asked
}

// Signs is the name that the user's messages carry.
func (c *Raw) Signs() string { return c.asked }

// Say sends text to the group.
func (c *Raw) Say(text []byte) error { return c.send(text, c.asked, wire.Group) }

// Tell sends text to the user called target.
func (c *Raw) Tell(target string, text []byte) error {
	if strings.Contains(target, "@") {
		return ErrTarget
	}
	return c.send(text, c.asked, target)
}

// Claim sends text to the group in the name of sender. What is sent next waits
// until it has come back.
func (c *Raw) Claim(sender string, text []byte) error {
	c.settle()
	c.claim.Store(&claim{text: string(text), back: make(chan struct{})})
	return c.write(text, sender, wire.Group)
}

func (c *Raw) send(text []byte, sender, target string) error {
	c.settle()
	return c.write(text, sender, target)
}

func (c *Raw) write(text []byte, sender, target string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.conn.Write(wire.AppendRawMessage(nil, text, sender, target))
	return err
}

// settle waits for a claim that is under way.
func (c *Raw) settle() {
	cl := c.claim.Load()
	if cl == nil {
		return
	}
	t := time.NewTimer(claimWait)
	defer t.Stop()
	select {
	case <-cl.back:
	case <-c.closed:
	case <-t.C:
	}
	c.claim.CompareAndSwap(cl, nil)
}

// Leave begins to leave as Client's Leave does.
func (c *Raw) Leave(kind Leave) error {
	if kind == Reset {
		defer c.close()
	}
	return leave(c.conn, kind, &c.mu)
}

// Close closes the connection and ends whatever waits.
func (c *Raw) Close() error { return c.close() }

// SetReadBuffer sets the connection's receive buffer as Client's does.
func (c *Raw) SetReadBuffer(bytes int) error { return setReadBuffer(c.conn, bytes) }
