// Package chaos makes a connection worse than the loopback's: a proxy that
// holds back what a server sends. With it a slow-down can be planted that a
// comparison has to find.
//
// It knows no protocol: bytes are bytes, and none is lost or altered.
package chaos

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Proxy hands connections on to a server and back.
type Proxy struct {
	Target string        // HOST:PORT
	Delay  time.Duration // of everything from the server

	mu sync.Mutex
	// Guarded by mu.
	closed bool
	conns  map[net.Conn]bool
}

// Serve accepts until the listener is closed, and then ends what is under way.
func (p *Proxy) Serve(ln net.Listener) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	defer p.end()
	for {
		near, err := ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		wg.Go(func() { p.connect(near) })
	}
}

// end closes all connections, those that are about to be made too.
func (p *Proxy) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for c := range p.conns {
		c.Close()
	}
}

// hold records a connection that end is to close; it closes one that is too late.
func (p *Proxy) hold(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		c.Close()
	}
	if p.conns == nil {
		p.conns = make(map[net.Conn]bool)
	}
	p.conns[c] = true
}

func (p *Proxy) release(c net.Conn) {
	c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

func (p *Proxy) connect(near net.Conn) {
	p.hold(near)
	defer p.release(near)
	far, err := net.Dial("tcp", p.Target)
	if err != nil {
		return
	}
	p.hold(far)
	defer p.release(far)
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := io.Copy(far, near)
		pass(far, err)
	})
	pass(near, p.delayed(near, far))
	wg.Wait()
}

// pass hands on how one direction has ended: in order, or by a reset.
func pass(to net.Conn, err error) {
	tcp := to.(*net.TCPConn)
	if err == nil {
		tcp.CloseWrite() // fails where all is over anyway
		return
	}
	tcp.SetLinger(0)
	tcp.Close()
}

// chunk is what one read has brought.
type chunk struct {
	b   []byte
	due time.Time
}

// underWay bounds what is held back of one connection.
const underWay = 1024 // chunks

// delayed copies, each chunk its delay later.
func (p *Proxy) delayed(to io.Writer, from io.Reader) error {
	chunks := make(chan chunk, underWay)
	var readErr error
	go func() { // ends with the connection; its end is waited for by the loop
		defer close(chunks)
		for {
			b := make([]byte, 32<<10)
			n, err := from.Read(b)
			if n > 0 {
				chunks <- chunk{b[:n], time.Now().Add(p.Delay)}
			}
			if err != nil {
				if err != io.EOF {
					readErr = err
				}
				return
			}
		}
	}()
	var writeErr error
	for c := range chunks {
		if writeErr != nil {
			continue // nobody is there: read on, so that the other end is not held
		}
		time.Sleep(time.Until(c.due))
		_, writeErr = to.Write(c.b)
	}
	return errors.Join(readErr, writeErr)
}
