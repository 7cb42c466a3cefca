package manager

import (
	"net"
	"net/netip"
	"time"
)

// floodUnit is how many bytes of a line count as one more line, so that long
// lines are limited too.
const floodUnit = 512

// admit counts a connection of an address that may have only so many; false
// says that it has them already. Clients of this machine are not limited: they
// have one address together.
func (m *Manager) admit(addr net.Addr) (release func(), ok bool) {
	tcp, isTCP := addr.(*net.TCPAddr)
	if m.cfg.PerAddress <= 0 || !isTCP || tcp.IP.IsLoopback() {
		return nil, true
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.addresses[ip] >= m.cfg.PerAddress {
		return nil, false
	}
	m.addresses[ip]++
	return func() { m.leaveAddress(ip) }, true
}

func (m *Manager) leaveAddress(ip netip.Addr) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.addresses[ip]--; m.addresses[ip] == 0 {
		delete(m.addresses, ip)
	}
}

// charge counts a line of so many bytes against the limit, and reports whether
// the next has to wait for that: nothing is dropped, it is read later. The first
// time the user is told of the limit.
func (s *session) charge(b *batch, bytes int) (slowed bool) {
	if s.refusing || !s.spend(bytes) {
		return false
	}
	if !s.toldSlow {
		s.toldSlow = true
		b.answer(s.appendSlow(b.frames, s.m.cfg.LineRate))
	}
	return true
}

// spend counts a line of so many bytes, and reports whether there is a delay.
func (s *session) spend(bytes int) (slowed bool) {
	if s.flood == nil {
		return false
	}
	now := time.Now()
	cost := min(1+bytes/floodUnit, s.flood.Burst())
	s.delay = s.flood.ReserveN(now, cost).DelayFrom(now)
	return s.delay > 0
}

// chargeExtra counts what came beside lines, such as pings, as lines, and what
// came at once as no more than may be said at once.
func (s *session) chargeExtra() {
	c, ok := s.conn.(interface{ Extra() int })
	if !ok {
		return
	}
	if n := c.Extra(); n > 0 {
		s.spend((n - 1) * floodUnit)
	}
}

// slowDown waits as charge has said, unless the room is closing or the stay was
// cut. It looks meanwhile whether the peer has gone, for what it has sent before
// may take minutes.
func (s *session) slowDown() {
	for s.delay > 0 {
		s.in.limited = 0 // wait sets other deadlines
		s.lookAtPeer()
		s.wait()
		if s.isCut() {
			s.delay, s.refusing = 0, true
		}
	}
}

// wait waits for the delay or a part of it, and not longer than until the peer
// closes. It reads on meanwhile to see that.
func (s *session) wait() {
	begin := time.Now()
	switch {
	case !s.passed.Load() && !s.over() && s.in.raw != nil:
		s.setReadDeadline(begin.Add(s.delay))
		_ = s.under.Read(func(fd uintptr) bool {
			s.in.ahead.read(fd)
			return hangupOfFD(fd) != stays
		})
		s.setReadDeadline(s.until)
	case !s.passed.Load() && !s.over() && s.in.mayReadOn():
		s.setReadDeadline(begin.Add(s.delay))
		s.in.readOn()
		s.setReadDeadline(s.until)
		if err := s.in.late; err != nil {
			s.peerHasClosed(howClosed(err))
		}
	default:
		t := time.NewTimer(min(s.delay, glanceEvery))
		defer t.Stop()
		select {
		case <-t.C:
		case <-s.m.ctx.Done():
		}
	}
	s.delay -= time.Since(begin)
	if s.m.draining.Load() || s.isDismissed() {
		s.delay = 0
	}
}
