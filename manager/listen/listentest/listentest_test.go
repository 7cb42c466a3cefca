package listentest

import (
	"net"
	"testing"
)

// A port that is kept can be listened at again and again, and refuses between.
func TestPort(t *testing.T) {
	addr := Port(t)
	for range 3 {
		if conn, err := net.Dial("tcp", addr); err == nil {
			conn.Close()
			t.Error("somebody answers")
		}
		ln := Open(t, addr)
		near, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		far, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		far.Close() // first: its port waits for a minute
		near.Close()
		ln.Close()
	}
}
