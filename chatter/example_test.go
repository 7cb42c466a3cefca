package chatter_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"

	"chatsim/chatter"
	"chatsim/manager/wire"
)

func ExampleDial() {
	addr, stop := echoServer()
	defer stop()
	c, err := chatter.Dial(context.Background(), addr, "bob")
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	var f chatter.Frame
	for c.Next(&f) == nil {
		switch f.Kind {
		case wire.Welcome:
			fmt.Println("I am", c.Name())
			c.Say([]byte("hello"))
		case wire.Line:
			fmt.Printf("%s: %s\n", f.Sender, f.Text)
			c.Leave(chatter.FIN) // Next goes on to the end
		}
	}
	// Output:
	// I am bob2
	// bob2: hello
}

// echoServer returns a room for one user, who is always called bob2.
func echoServer() (addr string, stop func()) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		in := bufio.NewScanner(conn)
		in.Scan()
		conn.Write(wire.AppendWelcome(nil, "bob2"))
		for in.Scan() {
			request := wire.ParseRequest(in.Bytes(), "bob", "bob2")
			conn.Write(wire.AppendLine(nil, "bob2", request.Text, wire.Group))
		}
		io.Copy(io.Discard, conn)
	}()
	return listener.Addr().String(), func() { listener.Close(); <-done }
}
