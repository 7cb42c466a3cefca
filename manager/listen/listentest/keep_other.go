//go:build !linux

package listentest

import "net"

// keep returns a port that was free a moment ago.
func keep() (addr string, free func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	return ln.Addr().String(), func() {}, ln.Close()
}
