//go:build unix

package term

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"chatsim/chatter"
	"chatsim/manager"
	"chatsim/manager/wire"
)

// ghosts passes connections on to a room. cut ends the one of now for the user,
// and leaves it to the room as it is.
func ghosts(t *testing.T, room string) (addr string, cut func()) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	type pass struct{ user, far net.Conn }
	passed, over := make(chan pass, 8), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(passed)
		for {
			user, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", room)
			if err != nil {
				t.Error(err)
				return
			}
			passed <- pass{user, far}
			wg.Go(func() { io.Copy(user, far) })
			wg.Go(func() { io.Copy(far, user); <-over; far.Close() }) // no end is passed on
		}
	})
	t.Cleanup(func() {
		ln.Close()
		close(over)
		for p := range passed {
			p.user.Close()
		}
		wg.Wait()
	})
	return ln.Addr().String(), func() { (<-passed).user.Close() }
}

// Whose connection breaks is back under its name, although its ghost still has it.
func TestComesBackAsItself(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{})
	bob := friend(t, addr, "bob")
	told := func(want wire.Kind) {
		t.Helper()
		var f chatter.Frame
		if err := bob.Next(&f); err != nil || f.Kind != want || string(f.Sender)+string(bytes.Join(f.Names, nil)) != "Ann" {
			t.Fatalf("bob is told %+v, %v, want kind %d of Ann", f.Frame, err, want)
		}
	}
	through, cut := ghosts(t, addr)
	ann := sit(t, Config{Addr: through, Name: "Ann"})
	ann.sees("2 online: bob, Ann")
	told(wire.Join)
	for range 2 {
		cut()
		ann.sees("The connection is lost")
		got := ann.sees("Back in the room[^\r]*\r")
		if strings.Contains(got, "Ann2") || strings.Contains(got, "is taken") {
			t.Errorf("the terminal shows %q", got)
		}
		told(wire.Leave)
		told(wire.Join)
	}
	ann.types("hello!\r")
	told(wire.Line)
	ann.types("\x03\x03") // nobody waits for the last lines
	if err := ann.ends(); err != nil {
		t.Error(err)
	}
}

// answers listens, and says the next of the texts to each who comes and asks for a
// name. It closes behind an error, and nobody listens behind the last text.
func answers(t *testing.T, texts ...string) (addr string, asked chan string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked = make(chan string, len(texts))
	var wg sync.WaitGroup
	wg.Go(func() {
		defer ln.Close()
		for _, says := range texts {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			line, _ := bufio.NewReader(conn).ReadString('\n')
			asked <- line
			io.WriteString(conn, says+"\n")
			wg.Go(func() {
				if !strings.Contains(says, "error") {
					io.Copy(io.Discard, conn)
				}
				conn.Close()
			})
		}
	})
	t.Cleanup(func() { ln.Close(); wg.Wait() })
	return ln.Addr().String(), asked
}

// One who joined from somewhere else does not come back by itself: that would go on
// for ever.
func TestOutFromElsewhere(t *testing.T) {
	addr, asked := answers(t, `{"welcome":"Ann","token":"x"}`+"\n"+`["Ann"]`+"\n"+`{"error":"you joined from somewhere else"}`, "")
	c := sit(t, Config{Addr: addr, Name: "Ann"})
	if err := c.ends(); !isRefusal(wire.Elsewhere, err) {
		t.Errorf("it ends with %v", err)
	}
	if <-asked; len(asked) > 0 {
		t.Error("it came back")
	}
}

// One whose server has lost the room, or is no more, comes back at the next address of
// the room, by its token.
func TestComesBackElsewhere(t *testing.T) {
	first, _ := answers(t, `{"welcome":"Ann","token":"x"}`+"\n"+`["Ann"]`+"\n"+`{"error":"this server has lost the room, come in again: it cannot reach the room"}`)
	second, asked := answers(t, `{"welcome":"Ann","token":"x"}`+"\n"+`["Bob","Ann"]`)
	c := sit(t, Config{Addr: first + "," + second, Name: "Ann"})
	c.sees("1 online: Ann")
	c.sees("Back in the room")
	if line := <-asked; !strings.HasPrefix(line, "Ann@token=x@") {
		t.Errorf("the second is asked %q", line)
	}
	c.types("\x04")
	if err := c.ends(); err != nil {
		t.Error(err)
	}
}

// A room of before tokens is talked to without, also one that takes them for a
// part of the name.
func TestRoomWithoutTokens(t *testing.T) {
	for _, first := range []string{`{"error":"name refused: name has an @ in it"}`, `{"welcome":"Ann@token="}` + "\n" + `["Ann@token="]`} {
		addr, asked := answers(t, first, `{"welcome":"Ann"}`+"\n"+`["Ann"]`)
		c := sit(t, Config{Addr: addr, Name: "Ann"})
		c.sees("1 online: Ann")
		if a, b := <-asked, <-asked; a != "Ann@token=@history=200\n" || b != "Ann\n" {
			t.Errorf("the room is asked %q, then %q", a, b)
		}
		c.types("\x04")
		if err := c.ends(); err != nil {
			t.Error(err)
		}
	}
}
