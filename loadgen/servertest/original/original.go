// Package original is a server as the original chat room's was, for tests: it
// speaks the raw dialect and has each of the original's defects, one by one or
// all together. Without any it is a right server of that dialect, if a slow
// one: whatever happens, happens under one lock.
//
// Client is the other half: what the original's client does at its socket, so
// that a server can be held against it.
//
// What belongs to the dialect is no defect and always so: no welcome, the whole
// roster after each change, one send a frame without an end.
package original

import (
	"encoding/json"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Server says how a server is to be. The zero value is right, and writes as
// fast as it can.
type Server struct {
	Spacing time.Duration // between two writes to one client
	Polling time.Duration // between two reads from one client
	Idling  time.Duration // between two broadcasts for one whose end was not seen

	// The defects.
	NoFIN         bool // an orderly close is not seen: the empty read is broadcast for ever
	BrokenPipe    bool // who has reset is found by a write that fails, which stops all broadcasting
	Glue          bool // what one read brings goes out as one message
	Leak          bool // private lines go to everybody
	DoubledSuffix bool // a name is compared with each in the list once
	Believe       bool // the sender that a client writes is believed
}

// All returns the original with all that is wrong with it; only it does not keep a
// whole core busy.
func All() Server {
	return Server{Idling: time.Millisecond, NoFIN: true, BrokenPipe: true, Glue: true, Leak: true, DoubledSuffix: true, Believe: true}
}

// Serve serves on ln until stop is called, which waits for all that it started.
func (s Server) Serve(ln net.Listener) (stop func()) {
	r := &room{Server: s, quit: make(chan struct{}), conns: make(map[net.Conn]bool), known: make(map[string]bool)}
	r.wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			if r.keep(conn) {
				r.wg.Go(func() { r.serve(conn) })
			}
		}
	})
	return func() {
		ln.Close()
		close(r.quit)
		r.mu.Lock()
		for conn := range r.conns {
			conn.Close()
		}
		r.conns = nil
		r.mu.Unlock()
		r.wg.Wait()
	}
}

// keep records a connection that stop is to close; false if it was just too late.
func (r *room) keep(conn net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conns == nil {
		conn.Close()
		return false
	}
	r.conns[conn] = true
	return true
}

// room is a server at work.
type room struct {
	Server // static
	quit   chan struct{}
	wg     sync.WaitGroup
	roster atomic.Pointer[[]byte] // as it is now
	broken atomic.Bool            // nothing is broadcast any more

	mu sync.Mutex
	// Guarded by mu.
	conns map[net.Conn]bool // nil once the server has stopped
	peers []*peer           // in join order
	known map[string]bool   // names that anybody ever had
}

// peer is one member.
type peer struct {
	asked, name string
	conn        net.Conn
	out         chan []byte   // frames
	changed     chan struct{} // holds one if its roster is to be told
	gone        chan struct{} // closed when nothing more will be put into out
	written     chan struct{} // closed when all of out was
}

// serve is one connection's life. The first thing that it sends is its name.
func (r *room) serve(conn net.Conn) {
	defer func() {
		r.mu.Lock()
		delete(r.conns, conn)
		r.mu.Unlock()
		conn.Close()
	}()
	b := make([]byte, 1024) // the original reads that much
	n, err := conn.Read(b)
	if err != nil {
		return
	}
	p := r.join(conn, string(b[:n]))
	var unsaid []byte
	for {
		if r.Polling > 0 && !r.pause(r.Polling) {
			return
		}
		n, err := conn.Read(b)
		switch {
		case n > 0 && r.Glue:
			r.say(p, b[:n])
		case n > 0:
			unsaid = r.sayEach(p, append(unsaid, b[:n]...), n == len(b))
		case err == io.EOF && r.NoFIN:
			if !r.idle(p) {
				return
			}
		case err != io.EOF && r.BrokenPipe:
			<-r.quit // a write will tell
			return
		default:
			r.leave(p)
			<-p.written
			return
		}
	}
}

// idle broadcasts the empty read; false if the server stops or nobody hears it.
func (r *room) idle(p *peer) bool {
	r.say(p, nil)
	return r.pause(r.Idling)
}

func (r *room) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-r.quit:
		return false
	case <-t.C:
		return true
	}
}

// join lets a newcomer in.
func (r *room) join(conn net.Conn, asked string) *peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := &peer{asked: asked, name: r.nameFor(asked), conn: conn, out: make(chan []byte, 64),
		changed: make(chan struct{}, 1), gone: make(chan struct{}), written: make(chan struct{})}
	r.peers = append(r.peers, p)
	r.known[p.name] = true
	r.wg.Go(func() { r.write(p) })
	r.tellRosters()
	return p
}

func (r *room) leave(p *peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.peers = slices.DeleteFunc(r.peers, func(o *peer) bool { return o == p })
	close(p.gone)
	r.tellRosters()
}

// tellRosters has everybody told of the roster, before the next line.
func (r *room) tellRosters() {
	names := []string{}
	for _, p := range r.peers {
		names = append(names, p.name)
	}
	b, err := json.Marshal(names)
	if err != nil {
		panic(err) // there is no such string
	}
	r.roster.Store(&b)
	for _, p := range r.peers {
		select {
		case p.changed <- struct{}{}:
		default: // it is to be told already
		}
	}
}
