// Package outside is a chat room that was written for its own sake, from the
// description of the protocol alone: none of it is the Manager's. A run against
// it shows whether the judge holds a right server for right, whatever the
// network does and however it spells its frames, and whether it names what a
// wrong one does. Its connections are in memory, and all its time is the
// caller's: in a bubble of testing/synctest a run takes as long as it computes.
//
// It knows no judge and no run.
package outside

import (
	"bufio"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// maxLine is the longest line of a client, in bytes.
const maxLine = 4096

// Room is the room. Whatever happens in it happens under one lock.
type Room struct {
	// Static after construction.
	Weather  func(n int) (up, down Weather) // of the n-th connection; nil: none
	Seed     uint64
	Spelling Spelling
	Hooks    Hooks

	wg sync.WaitGroup

	mu sync.Mutex
	// Guarded by mu.
	members []*Member // in join order
	conns   map[*conn]bool
	dials   int
	lines   int // so far
	joins   int
	closed  bool
	timers  []*time.Timer
	echo    func(f Frame) // repeats a line that somebody of the run has said
}

// Member is somebody in the room, or who was.
type Member struct {
	Name, Asked string
	N           int   // of the joins
	Chatter     int   // of the run, as its lines say; -1 before
	conn        *conn // nil: a stranger, who hears nothing
	gone, reset bool
	said        time.Time // its last line
}

// Dial connects somebody to the room.
func (r *Room) Dial() net.Conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.dials
	r.dials++
	var up, down Weather
	if r.Weather != nil {
		up, down = r.Weather(n)
	}
	client, server := connect(up, down, r.Seed+uint64(2*n))
	if r.conns == nil {
		r.conns = make(map[*conn]bool)
	}
	r.conns[server] = true
	if r.closed {
		server.Close()
		return client
	}
	r.wg.Go(func() { r.session(server) })
	return client
}

// Close ends the room and all its connections.
func (r *Room) Close() {
	r.mu.Lock()
	r.closed = true
	for c := range r.conns {
		c.Close()
	}
	for _, t := range r.timers {
		t.Stop()
	}
	r.mu.Unlock()
	r.wg.Wait()
}

// later has f done with the room's lock held, some time from now.
func (r *Room) later(d time.Duration, f func()) {
	r.timers = append(r.timers, time.AfterFunc(d, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if !r.closed {
			f()
		}
	}))
}

func (r *Room) session(c *conn) {
	kept := false
	defer func() {
		if !kept {
			r.hangUp(c)
		}
	}()
	in := bufio.NewReaderSize(c, maxLine+2)
	asked, _, err := readLine(in)
	if err != nil {
		return
	}
	m := r.join(c, strings.TrimSpace(strings.TrimSuffix(asked, "\r")))
	if m == nil { // not let in, or by a fault
		_, _ = io.Copy(io.Discard, in)
		r.leaveBy(c)
		return
	}
	for err == nil {
		var line string
		var long bool
		if line, long, err = readLine(in); err == nil {
			r.take(m, line, long)
			r.rest(m, in)
		}
	}
	r.leave(m, errors.Is(err, syscall.ECONNRESET))
	kept = r.keeps(m)
}

// keeps reports whether a fault deals with the connection of one who has left.
func (r *Room) keeps(m *Member) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.Hooks.Parted
	return h != nil && h(m)
}

func (r *Room) join(c *conn, asked string) *Member {
	r.mu.Lock()
	defer r.mu.Unlock()
	if why := refusal(asked); why != "" {
		if h := r.Hooks.Refuses; h != nil && h(c, asked) {
			return nil
		}
		r.write(c, Frame{Kind: Failure, Text: why})
		c.Close()
		return nil
	}
	if h := r.Hooks.Admit; h != nil && !h(c, asked) {
		return nil
	}
	if isNone(asked) {
		asked = "127.0.0.1:" + strconv.Itoa(40000+r.joins)
	}
	m := &Member{Asked: asked, Chatter: -1, conn: c}
	r.enter(m)
	return m
}

// isNone reports whether a name stands for the address of who asks.
func isNone(asked string) bool { return asked == "" || asked == "用户名不存在" }

// enter adds a newcomer under a name of its own, and tells everybody.
func (r *Room) enter(m *Member) {
	r.give(m)
	if h := r.Hooks.Name; h != nil {
		m.Name = h(m, m.Name)
	}
	r.tellAll(Frame{Kind: Join, Names: []string{m.Name}, From: m})
	r.members = append(r.members, m)
	frames := []Frame{{Kind: Welcome, Names: []string{m.Name}}, {Kind: Roster, Names: r.names()}}
	if h := r.Hooks.Greet; h != nil {
		frames = h(m, frames)
	}
	for _, f := range frames {
		r.writeTo(m, f)
	}
}

// give sets the number and the name of a newcomer.
func (r *Room) give(m *Member) {
	m.N = r.joins
	r.joins++
	m.Name = m.Asked
	for k := 2; r.holder(m.Name) != nil; k++ {
		m.Name = m.Asked + strconv.Itoa(k)
	}
}

func (r *Room) names() []string {
	var names []string
	for _, m := range r.members {
		names = append(names, m.Name)
	}
	return names
}

// holder returns who has a name, the latest if a fault has given it twice.
func (r *Room) holder(name string) *Member {
	for _, m := range slices.Backward(r.members) {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// take deals with one line of a member's.
func (r *Room) take(m *Member, line string, long bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.takeLocked(m, line, long)
}

func (r *Room) takeLocked(m *Member, line string, long bool) {
	if m.gone {
		return
	}
	if h := r.Hooks.Input; h != nil && h(m, line, long) {
		return
	}
	if long {
		r.tell(m, Frame{Kind: Failure, Text: "line too long"})
		return
	}
	m.said = time.Now()
	req := m.parse(line)
	if req.who {
		r.tell(m, Frame{Kind: Roster, Names: r.names()})
		return
	}
	f := Frame{Kind: Line, Sender: m.Name, Text: req.text, Target: req.target, From: m}
	if part := strings.Split(f.stamp(), "-"); len(part) == 3 {
		m.Chatter, _ = strconv.Atoi(part[1])
	}
	if h := r.Hooks.Line; h != nil {
		var ok bool
		if f, ok = h(m, f); !ok {
			return
		}
	}
	if h := r.Hooks.Refuse; h != nil {
		if text := h(m, f); text != "" {
			r.tell(m, Frame{Kind: Failure, Text: text})
			return
		}
	}
	r.place(f)
}

// place appends a line to the order.
func (r *Room) place(f Frame) {
	r.lines++
	if !f.Private() {
		r.tellAll(f)
		if r.echo != nil && f.From.conn != nil {
			r.echo(f)
		}
		return
	}
	to := r.holder(f.Target)
	if h := r.Hooks.Lookup; h != nil {
		to = h(f.From, f.Target)
	}
	if h := r.Hooks.Tell; h != nil && h(f.From, to, f) {
		return
	}
	if to == nil {
		r.tell(f.From, Frame{Kind: Failure, Text: "no such user: " + f.Target})
		return
	}
	r.tell(f.From, f)
	if to != f.From {
		r.tell(to, f)
	}
}

func (r *Room) tellAll(f Frame) {
	frames := []Frame{f}
	if h := r.Hooks.All; h != nil {
		frames = h(f)
	}
	for _, g := range frames {
		for _, m := range slices.Clone(r.members) {
			r.tell(m, g)
		}
	}
}

// tell has a member told of a frame, as the fault wants it.
func (r *Room) tell(m *Member, f Frame) {
	h := r.Hooks.Emit
	if h == nil {
		r.writeTo(m, f)
		return
	}
	for _, g := range h(m, f) {
		r.writeTo(m, g)
	}
}

func (r *Room) writeTo(m *Member, f Frame) {
	if m.conn != nil {
		r.write(m.conn, f)
	}
}

// write drops what cannot be written: nobody is there, the reader will tell.
func (r *Room) write(c *conn, f Frame) { _, _ = c.Write(r.Spelling.render(nil, f)) }
