package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"chatsim/loadgen/servertest/chaos"
	"chatsim/loadgen/servertest/original"
	"chatsim/manager"
)

// peers are servers that a target should not be.
var peers = map[string]func(net.Conn){
	"mute":    func(c net.Conn) { io.Copy(io.Discard, c) },
	"closing": func(net.Conn) {},
	"noise": func(c net.Conn) {
		c.Write([]byte("\x00\xff\x1b[2J\n\x01\x02\n"))
		io.Copy(io.Discard, c)
	},
}

// cmdPeer is `peer KIND VAR`: a server of that kind listens until the script
// ends, its address in VAR. Of kind "none" nobody listens there.
func cmdPeer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: peer KIND VAR")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[1], ln.Addr().String())
	ts.Defer(func() { ln.Close() })
	switch serve := peers[args[0]]; {
	case args[0] == "none":
		ts.Check(ln.Close())
	case strings.HasSuffix(args[0], "ms"):
		delayed(ts, args[0], ln)
	case args[0] == "losing":
		losing(ts, ln)
	case args[0] == "mortal":
		room := manager.New(manager.Config{})
		go room.Serve(&mortal{Listener: ln, left: 3})
		ts.Defer(func() { room.Shutdown(context.Background()) })
	case args[0] == "refusing":
		refusing(ts, ln)
	case args[0] == "original":
		ts.Defer(original.All().Serve(ln))
	case args[0] == "raw":
		ts.Defer(original.Server{}.Serve(ln))
	case args[0] == "http":
		go http.Serve(ln, http.NotFoundHandler())
	case serve != nil:
		go accept(ln, serve)
	default:
		ts.Fatalf("no peer is %q", args[0])
	}
}

// mortal listens until it has accepted some connections.
type mortal struct {
	net.Listener
	left int
}

func (m *mortal) Accept() (net.Conn, error) {
	if m.left--; m.left < 0 {
		return nil, net.ErrClosed
	}
	conn, err := m.Listener.Accept()
	if m.left == 0 {
		m.Listener.Close()
	}
	return conn, err
}

// delayed is a room behind something that holds back all that it sends.
func delayed(ts *testscript.TestScript, delay string, ln net.Listener) {
	d, err := time.ParseDuration(delay)
	ts.Check(err)
	behind, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	room := manager.New(manager.Config{})
	go room.Serve(behind)
	proxy := &chaos.Proxy{Target: behind.Addr().String(), Delay: d}
	go proxy.Serve(ln)
	ts.Defer(func() {
		ln.Close()
		room.Shutdown(context.Background())
	})
}

// refusing is a room behind something that answers every second line itself, by
// an error.
func refusing(ts *testscript.TestScript, ln net.Listener) {
	behind, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	room := manager.New(manager.Config{})
	go room.Serve(behind)
	ts.Defer(func() { room.Shutdown(context.Background()) })
	go accept(ln, func(c net.Conn) {
		in, err := net.Dial("tcp", behind.Addr().String())
		if err != nil {
			return
		}
		defer in.Close()
		var whole sync.Mutex // one frame after the other
		go func() {
			frames := bufio.NewReader(in)
			for {
				frame, err := frames.ReadBytes('\n')
				whole.Lock()
				c.Write(frame)
				whole.Unlock()
				if err != nil {
					return
				}
			}
		}()
		lines := bufio.NewReader(c)
		for n := 0; ; n++ {
			line, err := lines.ReadBytes('\n')
			switch {
			case err != nil:
				return
			case n > 0 && n%2 == 0:
				whole.Lock()
				fmt.Fprintf(c, "{\"error\":\"slow down, line %d\"}\n", n)
				whole.Unlock()
			default:
				in.Write(line)
			}
		}
	})
}

// losing is a room behind something that loses one line on its way to the third
// who comes.
func losing(ts *testscript.TestScript, ln net.Listener) {
	behind, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	room := manager.New(manager.Config{})
	go room.Serve(behind)
	ts.Defer(func() { room.Shutdown(context.Background()) })
	var came atomic.Int64
	go accept(ln, func(c net.Conn) {
		in, err := net.Dial("tcp", behind.Addr().String())
		if err != nil {
			return
		}
		defer in.Close()
		third := came.Add(1) == 3
		go func() {
			io.Copy(in, c)
			in.(*net.TCPConn).CloseWrite()
		}()
		frames := bufio.NewReader(in)
		for lines := 0; ; {
			frame, err := frames.ReadBytes('\n')
			if err != nil {
				return
			}
			if frame[0] == ' ' {
				lines++
			}
			if third && frame[0] == ' ' && lines == 20 {
				continue
			}
			c.Write(frame)
		}
	})
}

func accept(ln net.Listener, serve func(net.Conn)) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			serve(c)
		}()
	}
}
