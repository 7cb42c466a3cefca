package simtest_test

// pipe is one direction of a connection: the bytes on their way.
type pipe struct {
	bytes []byte
	size  int  // most bytes on their way
	over  bool // nothing more is written
}

// write takes as much of b as fits, but at most n bytes, and says how much.
func (p *pipe) write(b []byte, n int) int {
	n = max(0, min(n, len(b), p.size-len(p.bytes)))
	p.bytes = append(p.bytes, b[:n]...)
	return n
}

// read returns up to n bytes; they hold until the next write.
func (p *pipe) read(n int) []byte {
	n = min(n, len(p.bytes))
	b := p.bytes[:n:n]
	p.bytes = p.bytes[n:]
	return b
}

// conn is one connection.
type conn struct {
	up, down pipe // to the server, and from it
	reset    bool // the chatter has cut it by an RST
	cut      bool // the server has
}
