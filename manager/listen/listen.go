// Package listen opens the sockets of this program's servers, and tells at which
// addresses these are reached.
//
// It does not know what is served there.
package listen

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"chatsim/manager/hinted"
)

// TCP listens at addr, HOST:PORT, which the flag of that name has told.
func TCP(flag, addr string) (net.Listener, error) {
	ln, err := net.Listen(network(addr), addr)
	if err == nil {
		return ln, nil
	}
	why, hint := fmt.Errorf("listen on %s: %w", addr, err), ""
	var unknown *net.DNSError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		why = fmt.Errorf("listen on %s: the port is in use", addr)
		hint = fmt.Sprintf("stop what runs there, or choose another address with -%s HOST:PORT; port 0 is any that is free", flag)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		why = fmt.Errorf("listen on %s: this machine has no such address", addr)
		hint = fmt.Sprintf("-%s 0.0.0.0:PORT listens at every IPv4 address that it has", flag)
	case errors.Is(err, syscall.EACCES):
		why = fmt.Errorf("listen on %s: the system does not permit it", addr)
		hint = "ports below 1024 are for privileged processes; choose one above"
	case errors.As(err, &unknown):
		why = fmt.Errorf("listen on %s: the host has no address: %s", addr, unknown.Err)
		hint = "write an address of this machine, such as 127.0.0.1, or no host for every address"
	}
	return nil, hinted.Wrap(why, hint)
}

// network returns what addr is listened to on. Where it has no host or "[::]" that is
// IPv4 and IPv6, as everywhere; with "0.0.0.0" net.Listen would do the same, and
// open what a firewall for IPv4 does not see.
func network(addr string) string {
	host, _, _ := net.SplitHostPort(addr)
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is4() {
		return "tcp4"
	}
	return "tcp"
}

// Hosts returns the addresses at which ln is reached: its own; where that is every
// address, those of this machine, loopback first.
func Hosts(ln net.Listener) []string {
	addr := ln.Addr().(*net.TCPAddr)
	if !addr.IP.IsUnspecified() {
		return []string{addr.AddrPort().Addr().Unmap().String()}
	}
	only4 := addr.IP.To4() != nil
	hosts := []string{"127.0.0.1"}
	addrs, _ := net.InterfaceAddrs() // else loopback alone
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok || n.IP.IsLoopback() || n.IP.IsLinkLocalUnicast() || only4 && n.IP.To4() == nil {
			continue
		}
		hosts = append(hosts, n.IP.String())
	}
	return hosts
}

// Port returns that of ln.
func Port(ln net.Listener) string {
	return strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
}
