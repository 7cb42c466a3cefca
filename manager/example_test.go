package manager_test

import (
	"bufio"
	"context"
	"fmt"
	"net"

	"chatsim/manager"
)

// A Manager is given connections: of a listener by Serve, or one by one, here the
// end of a pipe. The other end is a client: its first line is its name, each
// further one is for everybody.
func ExampleManager_ServeConn() {
	m := manager.New(manager.Config{})
	server, client := net.Pipe()
	go m.ServeConn(server)

	frames := bufio.NewReader(client)
	next := func() {
		frame, _ := frames.ReadString('\n')
		fmt.Print(frame)
	}
	fmt.Fprintln(client, "ann")
	next() // the name that it is given
	next() // who is there
	fmt.Fprintln(client, "hello")
	next() // what it says comes back, at its place in the order

	client.Close()
	m.Shutdown(context.Background())
	fmt.Println(m.Stats().Joins, "join,", m.Stats().Lines, "line")
	// Output:
	// {"welcome":"ann"}
	// ["ann"]
	//  ann:hello@ann@------Group chat-------
	// 1 join, 1 line
}
