package feed

import "syscall"

// queueProbe asks the kernel how much of what was written to a socket its peer
// has not yet acknowledged. The kernel wakes a writer only when a third of the
// send buffer is free, which for a slow reader can be long after it has begun to
// read.
type queueProbe struct {
	fn func(fd uintptr)
	n  int
}

// queued returns bytes, or -1 if the socket does not tell.
func (p *queueProbe) queued(raw syscall.RawConn) int {
	if p.fn == nil {
		p.fn = func(fd uintptr) {
			if n, err := queuedBytes(int(fd)); err == nil {
				p.n = n
			}
		}
	}
	p.n = -1
	if raw.Control(p.fn) != nil {
		return -1
	}
	return p.n
}
