package manager

import (
	"net"
	"net/netip"
	"time"

	"golang.org/x/time/rate"
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
		return func() {}, true
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

// fullLocked says that nobody more may be in the room.
func (m *Manager) fullLocked() bool {
	return m.cfg.MaxUsers > 0 && m.room.Len() >= m.cfg.MaxUsers
}

// newFlood is the limit for one user's lines, nil if there is none.
func (m *Manager) newFlood() *rate.Limiter {
	if m.cfg.LineRate <= 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(m.cfg.LineRate), max(m.cfg.LineBurst, 1))
}

// charge counts a line of so many bytes against the limit, and says whether the
// next has to wait for that: nothing is dropped, it is read later.
func (s *session) charge(bytes int) (slowed bool) {
	if s.flood == nil {
		return false
	}
	now := time.Now()
	cost := min(1+bytes/floodUnit, s.flood.Burst())
	s.delay = s.flood.ReserveN(now, cost).DelayFrom(now)
	return s.delay > 0
}

// chargeExtra counts what came beside lines, such as pings, as lines.
func (s *session) chargeExtra() {
	if c, ok := s.conn.(interface{ Extra() int }); ok {
		for range c.Extra() {
			s.charge(0)
		}
	}
}

// slowDown waits as charge has said, unless the room is closing.
func (s *session) slowDown() {
	if s.delay <= 0 {
		return
	}
	t := time.NewTimer(s.delay)
	defer t.Stop()
	select {
	case <-t.C:
	case <-s.m.ctx.Done():
	}
	s.delay = 0
}
