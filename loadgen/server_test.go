package loadgen_test

import (
	"bufio"
	"bytes"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"chatsim/manager/wire"
)

// server is a right server of the line protocol, if a slow one: whatever
// happens, happens under one lock. Its faults make it a wrong one.
type server struct {
	addr   string
	ln     net.Listener
	faults faults
	quit   chan struct{} // closed at the server's end
	wg     sync.WaitGroup

	mu sync.Mutex
	// Guarded by mu.
	peers []*peer // in join order
	names map[string]*peer
	conns map[net.Conn]bool
	joins int
	lines int // public lines so far
}

// peer is one member of the room.
type peer struct {
	n    int // of the joins
	name string
	conn net.Conn
	says string // before each write
	held []byte // back until the next line
	from *peer  // who said what is held
	mute bool   // it is told nothing more

	struck int // lines that a fault has had, see at

	slow   bool // what it is told waits, in unsent
	unsent []byte
}

// faults are what a server does wrong; each is called under the lock.
type faults struct {
	copies    func(line int, from, to *peer) int  // how often a receiver gets a public line
	hold      func(line int, from, to *peer) bool // a receiver gets a line after the next one
	line      func(s *server, line int)           // before a public line is told
	join      func(s *server, join int) bool      // false: there is no answer
	refuse    func(line int, from *peer) string   // an error instead of a public line, empty for none
	noLeaves  bool
	noPrivate bool
	remark    string // it is told before each write: no fault, if it is one to be ignored
	deafAfter int    // lines, then nothing is read any more
}

func serve(t *testing.T, f faults) *server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{addr: ln.Addr().String(), ln: ln, faults: f, quit: make(chan struct{}), names: make(map[string]*peer), conns: make(map[net.Conn]bool)}
	s.wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[conn] = true
			s.mu.Unlock()
			s.wg.Go(func() { s.session(conn) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		close(s.quit)
		s.mu.Lock()
		for conn := range s.conns {
			conn.Close()
		}
		s.mu.Unlock()
		s.wg.Wait()
	})
	return s
}

func (s *server) session(conn net.Conn) {
	defer func() {
		s.mu.Lock()
		delete(s.conns, conn)
		s.mu.Unlock()
		conn.Close()
	}()
	in := bufio.NewReaderSize(conn, 2*wire.DefaultMaxLine)
	asked, err := in.ReadString('\n')
	if err != nil {
		return
	}
	if asked = strings.TrimSuffix(asked, "\n"); asked == "" || asked == wire.NoName {
		asked = conn.RemoteAddr().String()
	} else if _, err := wire.CleanName(asked); err != nil {
		_, _ = conn.Write(wire.AppendError(nil, wire.BadName.Text()))
		return
	}
	p := s.join(conn, asked)
	if p == nil {
		<-s.quit
		return
	}
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			break
		}
		if s.say(p, wire.ParseRequest(line[:len(line)-1], asked, p.name)) {
			<-s.quit
			return
		}
	}
	s.leave(p)
}

// join lets a newcomer in, and returns nil if a fault keeps it waiting.
func (s *server) join(conn net.Conn, asked string) *peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.joins++
	if s.faults.join != nil && !s.faults.join(s, s.joins) {
		return nil
	}
	name := asked
	for k := 2; s.names[name] != nil; k++ {
		name = asked + strconv.Itoa(k)
	}
	p := &peer{n: s.joins, name: name, conn: conn, says: s.faults.remark}
	for _, o := range s.peers {
		o.write(wire.AppendJoin(nil, name))
	}
	s.peers, s.names[name] = append(s.peers, p), p
	p.write(s.roster(wire.AppendWelcome(nil, name)))
	return p
}

// roster appends who is there.
func (s *server) roster(dst []byte) []byte {
	return wire.AppendRoster(dst, func(yield func(string) bool) {
		for _, o := range s.peers {
			if !yield(o.name) {
				return
			}
		}
	})
}

// leave takes a member out of the room.
func (s *server) leave(p *peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peers = slices.DeleteFunc(s.peers, func(o *peer) bool { return o == p })
	delete(s.names, p.name)
	for _, o := range s.peers {
		if !s.faults.noLeaves {
			o.write(wire.AppendLeave(nil, p.name))
		}
	}
}

// say does what a member asks for; true if the server reads nothing from now on.
func (s *server) say(p *peer, req wire.Request) (deaf bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.deaf() {
		return true
	}
	text := wire.AppendText(nil, req.Text)
	switch req.Kind {
	case wire.Tell:
		s.tell(p, string(req.Target), text)
		return false
	case wire.Msg:
		name, text, _ := bytes.Cut(text, []byte(" "))
		s.tell(p, string(name), text)
		return false
	case wire.Who:
		p.write(s.roster(nil))
		return false
	}
	s.lines++
	f := &s.faults
	if f.line != nil {
		f.line(s, s.lines)
	}
	if f.refuse != nil {
		if text := f.refuse(s.lines, p); text != "" {
			p.write(wire.AppendError(nil, text))
			return false
		}
	}
	for _, to := range s.peers {
		copies := 1
		if f.copies != nil {
			copies = f.copies(s.lines, p, to)
		}
		frame := wire.AppendLine(nil, p.name, text, wire.Group)
		switch {
		case f.hold != nil && f.hold(s.lines, p, to):
			to.held, to.from = frame, p
			continue
		case to.held != nil && to.from != p:
			frame, to.held = append(frame, to.held...), nil
		}
		to.write(bytes.Repeat(frame, copies))
	}
	return s.deaf()
}

// deaf reports whether the server reads nothing any more, from nobody.
func (s *server) deaf() bool { return s.faults.deafAfter > 0 && s.lines >= s.faults.deafAfter }

func (s *server) tell(p *peer, target string, text []byte) {
	to := s.names[target]
	switch {
	case s.faults.noPrivate:
	case to == nil:
		p.write(wire.AppendError(nil, wire.NoSuchUser.With(target)))
	default:
		frame := wire.AppendLine(nil, p.name, text, target)
		p.write(frame)
		if to != p {
			to.write(frame)
		}
	}
}

// write drops what cannot be written: the peer is gone, its reader will tell.
func (p *peer) write(b []byte) {
	switch {
	case p.mute || len(b) == 0:
	case p.slow:
		p.unsent = append(append(p.unsent, p.says...), b...)
	default:
		_, _ = p.conn.Write(append([]byte(p.says), b...))
	}
}

// hurry has a slow peer told what waits.
func (p *peer) hurry() {
	p.slow = false
	_, _ = p.conn.Write(p.unsent)
	p.unsent = nil
}

// any reports whether the server does something wrong.
func (f *faults) any() bool {
	return f.copies != nil || f.hold != nil || f.line != nil || f.join != nil || f.refuse != nil || f.noLeaves || f.noPrivate || f.deafAfter > 0
}
