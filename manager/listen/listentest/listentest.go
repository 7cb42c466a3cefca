// Package listentest keeps a port for a test whose server goes and comes back:
// meanwhile nobody answers there, and the system lets nobody else have the port.
package listentest

import (
	"net"
	"testing"
)

// Port returns the address of a port of loopback that is kept until the end of
// the test, at which the test may listen, close and listen again.
func Port(t testing.TB) (addr string) {
	t.Helper()
	addr, free, err := keep()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(free)
	return addr
}

// Open listens at an address of Port.
func Open(t testing.TB, addr string) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return ln
}
