package poll

// feedSize is the buffer of a connection that a goroutine reads, in bytes.
const feedSize = 8 << 10

// feed reads the connection piece by piece. The next piece is read once the last
// one was, as which counts what was read before Add.
func (c *Conn) feed(before int) {
	if before > 0 {
		<-c.more
	}
	buf := make([]byte, feedSize)
	for !c.isClosed() {
		n, err := c.conn.Read(buf)
		c.mu.Lock()
		c.piece, c.end = buf[:n], err
		c.mu.Unlock()
		c.poller.enqueue(c)
		switch {
		case err != nil:
			return
		case n > 0:
			<-c.more
		}
	}
}

// feedOn has feed look again, if it is there.
func (c *Conn) feedOn() {
	select {
	case c.more <- struct{}{}:
	default:
	}
}
