//go:build unix

package socket

import (
	"net"
	"syscall"
)

// SyscallConn is as of package net.
func (c *Conn) SyscallConn() (syscall.RawConn, error) { return (*descriptor)(c), nil }

// descriptor is a Conn as a syscall.RawConn: both have a Read and a Write.
type descriptor Conn

// Control is as of package net.
func (d *descriptor) Control(fn func(fd uintptr)) error {
	return (*Conn)(d).with("raw-control", func(fd int) error {
		fn(uintptr(fd))
		return nil
	})
}

// Read is as of package net. The runtime is asked to wait only if fn has asked for
// it, where c is bare.
func (d *descriptor) Read(fn func(fd uintptr) bool) error {
	c := (*Conn)(d)
	w := c.whole.Load()
	if w == nil {
		var err error
		if w, err = c.try(fn); w == nil {
			return c.opError("raw-read", err)
		}
		defer c.end()
	}
	return c.failure("raw-read", w.raw.Read(fn))
}

// Write is as of package net. The runtime is asked to wait only if fn has asked for it.
// It is for one at a time.
func (d *descriptor) Write(fn func(fd uintptr) bool) error {
	c := (*Conn)(d)
	w, err := c.try(fn)
	if w == nil {
		return c.opError("raw-write", err)
	}
	defer c.end()
	return c.failure("raw-write", w.raw.Write(fn))
}

// try calls fn at once. Where fn asks to wait, try begins a call that does.
func (c *Conn) try(fn func(fd uintptr) bool) (w *whole, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd == closed {
		return nil, net.ErrClosed
	}
	if fn(uintptr(c.fd)) {
		return nil, nil
	}
	if w, err = c.wholeLocked(); err == nil {
		c.waiting++
	}
	return w, err
}
