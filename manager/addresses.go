package manager

import (
	"net"
	"net/netip"
	"sync"
)

// addresses limits the connections that one address may have. Those of this
// machine are not limited: they have one address together.
type addresses struct {
	limit int // 0: none; static

	mu    sync.Mutex
	conns map[netip.Addr]int // guarded by mu
}

func newAddresses(limit int) addresses {
	return addresses{limit: limit, conns: make(map[netip.Addr]int)}
}

// admit counts a connection; false says that its address has as many as it may.
// A release that is not nil is called at its end.
func (a *addresses) admit(addr net.Addr) (release func(), ok bool) {
	tcp, isTCP := addr.(*net.TCPAddr)
	if a.limit <= 0 || !isTCP || tcp.IP.IsLoopback() {
		return nil, true
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.conns[ip] >= a.limit {
		return nil, false
	}
	a.conns[ip]++
	return func() { a.leave(ip) }, true
}

func (a *addresses) leave(ip netip.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.conns[ip]--; a.conns[ip] == 0 {
		delete(a.conns, ip)
	}
}
