package bench

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"

	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
	"chatsim/manager/wire"
)

// BenchmarkHub is the room's deliveries/s at saturation as a ratio to those of
// the usual design, both verified fully.
func BenchmarkHub(b *testing.B) { run(b, hubTrials) }

func hubTrials(s scale) []trial {
	users := min(500, s.most)
	return []trial{{fmt.Sprintf("users=%d", users), func(tb testing.TB) figures {
		at := func(open opener) func() *report.Report {
			return func() *report.Report { return saturate(tb, s, open, users, defaultSize, check.Full) }
		}
		return s.compare("room/hub", "room", "hub", at(openRoom), at(openHub))
	}}}
}

// hub is the usual design of a chat server: one goroutine knows who is present
// and passes each line on, over a buffered channel for each client, to the
// goroutine that writes to it. It waits for clients that are slow, where most
// would let lines go or close the connection: else it would not pass
// verification. Private lines it does not know.
type hub struct {
	events  chan event
	clients []*hubClient // present, in the order of their joins
	wg      sync.WaitGroup
}

// hubClient is one connection.
type hubClient struct {
	conn        net.Conn
	asked, name string
	send        chan []byte
}

// event is a join, a leave or a line.
type event struct {
	from        *hubClient
	join, leave bool
	text        []byte
}

const hubBuffer = 256 // lines to one client, as in the best known example, gorilla's

func openHub(tb testing.TB) (addr string, stop func()) {
	h := &hub{events: make(chan event)}
	ln := listen(tb)
	h.wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			h.wg.Go(func() { h.read(&hubClient{conn: conn, send: make(chan []byte, hubBuffer)}) })
		}
	})
	var running sync.WaitGroup
	running.Go(h.run)
	return ln.Addr().String(), func() {
		ln.Close()
		h.wg.Wait() // for the clients, who leave by themselves
		close(h.events)
		running.Wait()
	}
}

// run is the one goroutine.
func (h *hub) run() {
	for e := range h.events {
		c := e.from
		switch {
		case e.join:
			c.name = c.asked
			for n := 2; slices.ContainsFunc(h.clients, func(o *hubClient) bool { return o.name == c.name }); n++ {
				c.name = fmt.Sprint(c.asked, n)
			}
			h.broadcast(wire.AppendJoin(nil, c.name))
			h.clients = append(h.clients, c)
			c.send <- wire.AppendRoster(wire.AppendWelcome(nil, c.name), h.names)
		case e.leave:
			h.clients = slices.DeleteFunc(h.clients, func(o *hubClient) bool { return o == c })
			close(c.send)
			h.broadcast(wire.AppendLeave(nil, c.name))
		default:
			h.broadcast(wire.AppendLine(nil, c.name, e.text, wire.Group))
		}
	}
}

func (h *hub) broadcast(frame []byte) {
	for _, c := range h.clients {
		c.send <- frame
	}
}

func (h *hub) names(yield func(string) bool) {
	for _, c := range h.clients {
		if !yield(c.name) {
			return
		}
	}
}

// read is a client's stay. The name that it was given need not be known here:
// the load's clients claim what they asked for or were given.
func (h *hub) read(c *hubClient) {
	defer c.conn.Close()
	in := bufio.NewScanner(c.conn)
	if !in.Scan() {
		return
	}
	c.asked = in.Text()
	h.wg.Go(c.write)
	h.events <- event{from: c, join: true}
	for in.Scan() {
		text := wire.ParseRequest(in.Bytes(), c.asked, c.asked).Text
		h.events <- event{from: c, text: slices.Clone(text)}
	}
	h.events <- event{from: c, leave: true}
}

// write goes on to the end of the stay where the connection has ended before.
func (c *hubClient) write() {
	for frame := range c.send {
		_, _ = c.conn.Write(frame)
	}
}
