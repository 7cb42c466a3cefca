package listentest

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// keep binds a socket that never listens: with SO_REUSEADDR on both, which net
// sets too, another one may listen there all the same.
func keep() (addr string, free func(), err error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", nil, err
	}
	free = func() { unix.Close(fd) }
	err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err != nil {
		free()
		return "", nil, err
	}
	at, err := unix.Getsockname(fd)
	if err != nil {
		free()
		return "", nil, err
	}
	return fmt.Sprintf("127.0.0.1:%d", at.(*unix.SockaddrInet4).Port), free, nil
}
