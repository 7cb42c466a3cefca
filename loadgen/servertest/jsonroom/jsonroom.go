// Package jsonroom is a chat room with a protocol of its own, a JSON object a line,
// for tests of how such a one is judged. It is right, if slow: whatever happens,
// happens under one lock.
//
//	client                                      server
//	  {"type":"hello","user":"bob"}         ->
//	                                        <-  {"type":"welcome","names":["bob2"]}
//	                                        <-  {"type":"users","names":["amy","bob2"]}
//	  {"type":"message","body":"hi"}        ->
//	                                        <-  {"type":"message","user":"bob2","body":"hi"}, to all
//	  {"type":"direct","to":"amy",…}        ->
//	                                        <-  {"type":"direct","user":"bob2","to":"amy",…}, to both
//	                                        <-  {"type":"joined","names":["cat"]}, left, error
package jsonroom

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"sync"
)

// message is what the server and its clients send.
type message struct {
	Type  string   `json:"type"`
	User  string   `json:"user,omitempty"`
	To    string   `json:"to,omitempty"`
	Body  string   `json:"body,omitempty"`
	Names []string `json:"names,omitempty"`
}

// Open opens a room at a free port of the loopback.
func Open() (addr string, stop func()) { return open(new(room)) }

// OpenSilent opens one that sends lines to all but their senders.
func OpenSilent() (addr string, stop func()) { return open(&room{silent: true}) }

func open(r *room) (addr string, stop func()) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	r.conns = make(map[string]net.Conn)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go r.serve(conn, "")
		}
	}()
	return ln.Addr().String(), func() { ln.Close() }
}

// room is what all connections share.
type room struct {
	silent bool

	mu sync.Mutex
	// Guarded by mu.
	order []string
	conns map[string]net.Conn
	keys  map[string]string // by which the user of a name says lines over HTTP; nil: none does
	lines int               // that came so
}

// serve has the user of a connection talk, who says its name unless that is known.
func (r *room) serve(conn net.Conn, user string) {
	defer conn.Close()
	in := json.NewDecoder(bufio.NewReader(conn))
	var hello message
	if in.Decode(&hello) != nil {
		return
	}
	name := r.join(cmp.Or(user, hello.User), conn)
	var m message
	for in.Decode(&m) == nil {
		r.take(name, m)
		m = message{}
	}
	r.leave(name)
	io.Copy(io.Discard, conn)
}

// tellLocked sends a message to those who are there, or to some of them.
func (r *room) tellLocked(m message, names ...string) {
	b, _ := json.Marshal(m)
	for _, n := range names {
		r.conns[n].Write(append(b, '\n'))
	}
}

func (r *room) join(asked string, conn net.Conn) (name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name = asked
	for k := 2; r.conns[name] != nil; k++ {
		name = fmt.Sprint(asked, k)
	}
	r.tellLocked(message{Type: "joined", Names: []string{name}}, r.order...)
	r.order, r.conns[name] = append(r.order, name), conn
	r.tellLocked(message{Type: "welcome", Names: []string{name}, Body: r.keyLocked(name)}, name)
	r.tellLocked(message{Type: "users", Names: r.order}, name)
	return name
}

func (r *room) take(name string, m message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.takeLocked(name, m)
}

func (r *room) takeLocked(name string, m message) {
	m.User = name
	switch to := m.To; {
	case m.Type == "message" && r.silent:
		r.tellLocked(m, slices.DeleteFunc(slices.Clone(r.order), func(n string) bool { return n == name })...)
	case m.Type == "message":
		r.tellLocked(m, r.order...)
	case r.conns[to] == nil:
		r.tellLocked(message{Type: "error", Body: "no such user: " + to}, name)
	case r.silent:
		r.tellLocked(m, to)
	default:
		parties := map[string]bool{name: true, to: true} // one, where somebody talks to itself
		r.tellLocked(m, slices.Sorted(maps.Keys(parties))...)
	}
}

func (r *room) leave(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, name)
	r.order = slices.DeleteFunc(slices.Clone(r.order), func(n string) bool { return n == name })
	r.tellLocked(message{Type: "left", Names: []string{name}}, r.order...)
}
