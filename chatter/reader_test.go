package chatter

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"chatsim/chatter/dialect"
	"chatsim/manager/wire"
)

const some = " amy:hello@amy@bob\n{\"leave\":[\"amy\"]}\n"

// Wherever the stream is cut into reads, it is the same frames.
func TestFramesCutAnywhere(t *testing.T) {
	client, server := connect(t)
	for cut := 1; cut < len(some); cut++ {
		write(t, server, some[:cut])
		if err := client.in.fill(); err != nil {
			t.Fatal(err)
		}
		first := "amy to bob: hello"
		if cut > strings.Index(some, "\n") {
			expect(t, client, first)
			write(t, server, some[cut:])
		} else {
			write(t, server, some[cut:])
			expect(t, client, first+" +")
		}
		expect(t, client, "5 [amy]")
	}
}

func TestFramesCutAnywhereOnAPipe(t *testing.T) {
	mine, theirs := net.Pipe()
	go func() {
		defer theirs.Close()
		io.ReadFull(theirs, make([]byte, len("bob\n")))
		for cut := range len(some) {
			io.WriteString(theirs, some[:cut])
			io.WriteString(theirs, some[cut:])
		}
	}()
	client, err := New(mine, "bob")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for range len(some) {
		if got := strings.TrimSuffix(next(client), " +"); got != "amy to bob: hello" {
			t.Fatalf("Next gave %q", got)
		}
		expect(t, client, "5 [amy]")
	}
	expect(t, client, "EOF")
}

// A frame may be larger than every buffer; its memory goes with it.
func TestFrameOfAMegabyte(t *testing.T) {
	names := make([]string, 1<<20/16)
	for i := range names {
		names[i] = fmt.Sprintf("user name %05d", i)
	}
	roster := string(wire.AppendRoster(nil, slices.Values(names)))
	for _, home := range []int{bufferSize, plainSize} {
		client, server := connect(t)
		client.LimitFrames(len(roster))
		if client.in.home = home; home == plainSize {
			client.in.raw = nil // as where there is none
		}
		written := make(chan error)
		go func() {
			_, err := io.WriteString(server, some+roster+some)
			written <- err
		}()
		var f Frame
		expect(t, client, "amy to bob: hello +", "5 [amy]")
		if err := client.Next(&f); err != nil || len(f.Names) != len(names) || string(f.Names[len(names)-1]) != names[len(names)-1] {
			t.Fatalf("the roster has %d names, %v, want %d", len(f.Names), err, len(names))
		}
		if err := <-written; err != nil {
			t.Fatal(err)
		}
		expect(t, client, "amy to bob: hello +", "5 [amy]")
		server.Close()
		client.in.makeRoom()
		if len(client.in.buf) > home {
			t.Errorf("a buffer of %d bytes is kept, want %d at most", len(client.in.buf), home)
		}
		expect(t, client, "EOF")
	}
}

// What is no frame is told and skipped.
func TestGarbage(t *testing.T) {
	client, server := connect(t)
	long := strings.Repeat("x", 300)
	write(t, server, some+"HTTP/1.1 400\x1b\r\n\n"+long+"\n[\"amy\"\n"+some)
	expect(t, client, "amy to bob: hello +", "5 [amy] +",
		`frame "HTTP/1.1 400\x1b\r": frame starts with none of space, [ and {`,
		`frame "": frame is empty`,
		`frame "`+long[:dialect.MaxQuote]+`"… (300 bytes): frame starts with none of space, [ and {`,
	)
	var f Frame
	var wrong *FrameError
	if err := client.Next(&f); !errors.As(err, &wrong) || !errors.Is(err, wire.ErrJSON) || !f.More || f.At.IsZero() || f.Kind != wire.Invalid {
		t.Errorf("Next gave %v, %+v", err, f)
	}
	expect(t, client, "amy to bob: hello +", "5 [amy]")
}

func TestNoAllocation(t *testing.T) {
	const runs = 200
	client, server := connect(t)
	write(t, server, strings.Repeat(" amy:hello@amy@------Group chat-------\n{\"leave\":[\"amy\"]}\n", runs+1))
	var f Frame
	if n := testing.AllocsPerRun(runs, func() {
		for range 2 {
			if err := client.Next(&f); err != nil {
				t.Errorf("Next: %v", err)
			}
		}
		if f.Kind != wire.Leave {
			t.Errorf("Next gave %s", show(&f))
		}
	}); n != 0 {
		t.Errorf("two frames from one read: %v allocations, want none", n)
	}
	line := []byte(" amy:hello@amy@bob\n")
	if n := testing.AllocsPerRun(runs, func() {
		server.Write(line)
		if client.Next(&f) != nil || f.Kind != wire.Line {
			t.Errorf("Next gave %s", show(&f))
		}
	}); n != 0 {
		t.Errorf("a frame and its read: %v allocations, want none", n)
	}
	text := []byte("hello")
	for what, send := range map[string]func() error{
		"Say":  func() error { return client.Say(text) },
		"Tell": func() error { return client.Tell("amy", text) },
	} {
		// One a run: the race detector has pools forget a quarter of what they
		// hold, and AllocsPerRun rounds down.
		if n := testing.AllocsPerRun(runs, func() {
			if err := send(); err != nil {
				t.Error(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations, want none", what, n)
		}
	}
}

// Lines of the default size as fast as a socket carries them.
func BenchmarkNext(b *testing.B) {
	client, server := connect(b)
	line := wire.AppendLine(nil, "user0042", []byte(strings.Repeat("0123456789abcdef", 4)), wire.Group)
	batch := []byte(strings.Repeat(string(line), bufferSize/len(line)))
	written := make(chan struct{})
	go func() {
		defer close(written)
		for {
			if _, err := server.Write(batch); err != nil {
				return
			}
		}
	}()
	var f Frame
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if err := client.Next(&f); err != nil {
			b.Fatal(err)
		}
	}
	client.Leave(Reset)
	<-written
}

// A frame without end does not take all memory.
func TestFrameWithoutEnd(t *testing.T) {
	client, server := connect(t)
	go func() {
		for b := make([]byte, 1<<20); ; {
			if _, err := server.Write(b); err != nil {
				return
			}
		}
	}()
	for range 2 { // it is the end of the stream
		var f Frame
		if err := client.Next(&f); !errors.Is(err, ErrFrameTooLong) {
			t.Fatalf("Next gave %v", err)
		}
	}
	if size := len(client.in.buf); size > 0 {
		t.Errorf("%d bytes are still held", size)
	}
	client.Close()
}

// A frame may be as long as is said, and no longer.
func TestLimitFrames(t *testing.T) {
	for _, limit := range []int{0, 3 << 20} {
		for _, over := range []int{0, around} {
			client, server := connect(t)
			most := dialect.DefaultFrame
			if limit > 0 {
				client.LimitFrames(limit)
				most = limit
			}
			frame := []byte(`{"motd":"` + strings.Repeat("x", most+over-len(`{"motd":""}`)) + "\"}\n")
			go func() { _, _ = server.Write(frame) }()
			var f Frame
			fits := over == 0
			if err := client.Next(&f); fits != (err == nil) || !fits && !errors.Is(err, ErrFrameTooLong) {
				t.Errorf("a frame of %d bytes with a limit of %d: %v", len(frame)-1, most, err)
			}
			client.Close()
		}
	}
}
