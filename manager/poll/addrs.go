package poll

import (
	"net"
	"net/netip"
)

// addrs are the two addresses of a connection. Those of TCP take less memory so than
// in the form of package net, which is made of them when somebody asks.
type addrs struct {
	tcp    [2]netip.AddrPort // local and remote
	others *[2]net.Addr      // likewise; nil: those of tcp
}

func addrsOf(conn net.Conn) addrs {
	local, is := conn.LocalAddr().(*net.TCPAddr)
	remote, are := conn.RemoteAddr().(*net.TCPAddr)
	if !is || !are {
		return addrs{others: &[2]net.Addr{conn.LocalAddr(), conn.RemoteAddr()}}
	}
	return addrs{tcp: [2]netip.AddrPort{local.AddrPort(), remote.AddrPort()}}
}

func (a *addrs) local() net.Addr  { return a.of(0) }
func (a *addrs) remote() net.Addr { return a.of(1) }

func (a *addrs) of(end int) net.Addr {
	if a.others != nil {
		return a.others[end]
	}
	return net.TCPAddrFromAddrPort(a.tcp[end])
}
