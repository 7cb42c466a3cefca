package chatter

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
)

// After FIN and half-close the client hears all that is still under way.
func TestLeaveInOrder(t *testing.T) {
	for _, kind := range []Leave{FIN, HalfClose} {
		client, server := connect(t)
		if err := client.Say([]byte("bye")); err != nil {
			t.Fatal(err)
		}
		if err := client.Leave(kind); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(server); string(got) != "bye@bob@------Group chat-------\n" || err != nil {
			t.Errorf("%v: the server reads %q, %v", kind, got, err)
		}
		write(t, server, " bob:bye@bob@------Group chat-------\n")
		server.Close()
		expect(t, client, "bob to ------Group chat-------: bye", "EOF", "EOF")
		if err := client.Say([]byte("again")); err == nil {
			t.Errorf("%v: a line is sent after the end of sending", kind)
		}
		if err := client.Close(); err != nil {
			t.Errorf("%v: Close gives %v", kind, err)
		}
	}
}

func TestLeaveByReset(t *testing.T) {
	client, server := connect(t)
	waiting := make(chan error)
	go func() {
		var f Frame
		waiting <- client.Next(&f)
	}()
	if err := client.Leave(Reset); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Next gives %v after the own reset", err)
	}
	if _, err := server.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the server reads %v after a reset", err)
	}
}

func TestServerResets(t *testing.T) {
	client, server := connect(t)
	write(t, server, "{\"join\":[\"amy\"]}\n{\"jo")
	expect(t, client, "4 [amy]")
	server.SetLinger(0)
	server.Close()
	var f Frame
	for range 2 {
		if err := client.Next(&f); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("Next gives %v after the server's reset", err)
		}
	}
}

func TestServerEndsInAFrame(t *testing.T) {
	client, server := connect(t)
	write(t, server, "{\"join\":[\"amy\"]}\n{\"jo")
	server.Close()
	expect(t, client, "4 [amy]", "unexpected EOF", "unexpected EOF")
}

// A pipe has no directions to end one by one.
func TestLeaveOnAPipe(t *testing.T) {
	mine, theirs := net.Pipe()
	go io.Copy(io.Discard, theirs)
	client, err := New(mine, "bob")
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Leave(FIN); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Leave(FIN) gives %v", err)
	}
	if err := client.Leave(Reset); err != nil {
		t.Errorf("Leave(Reset) gives %v", err)
	}
	if err := client.Say(nil); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Say gives %v after the leave", err)
	}
	theirs.Close()
}

func TestLeaveString(t *testing.T) {
	for kind, want := range map[Leave]string{FIN: "FIN", Reset: "RST", HalfClose: "half-close", 7: "Leave(7)"} {
		if got := kind.String(); got != want {
			t.Errorf("%d is %q, want %q", kind, got, want)
		}
	}
}
