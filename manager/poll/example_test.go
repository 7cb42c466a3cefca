package poll_test

import (
	"errors"
	"fmt"
	"io"
	"net"

	"chatsim/manager/poll"
)

// One goroutine reads all connections, by one buffer: one read of each that has
// something to read, then the next round.
func ExamplePoller() {
	p, err := poll.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()
	near, far := net.Pipe() // or a socket, or TLS
	if _, err := p.Add(near, nil, "amy"); err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		fmt.Fprint(far, "hello")
		far.Close()
	}()

	buf := make([]byte, 64<<10)
	for over := false; !over; {
		ready, err := p.Wait(-1)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, c := range ready {
			n, err := c.Read(buf)
			switch {
			case n > 0:
				fmt.Printf("%v: %s\n", c.Owner(), buf[:n])
			case err == io.EOF:
				fmt.Printf("%v has ended\n", c.Owner())
				c.Close() // it is returned once more
			case errors.Is(err, net.ErrClosed):
				over = true
			}
		}
	}
	// Output:
	// amy: hello
	// amy has ended
}
