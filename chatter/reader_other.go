//go:build !unix

package chatter

import (
	"net"
	"syscall"
)

// rawConn gives no access to sockets here: all reads go through conn.Read.
func rawConn(net.Conn) syscall.RawConn { return nil }

// tryRead is never called without a RawConn.
func (r *reader) tryRead(uintptr) bool { return true }
