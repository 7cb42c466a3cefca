package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"chatsim/manager"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// masked returns a frame as a client sends it, under a mask of zeros.
func masked(first byte, payload string) string {
	switch n := len(payload); {
	case n < 126:
		return string([]byte{first, 0x80 | byte(n), 0, 0, 0, 0}) + payload
	default:
		return string([]byte{first, 0x80 | 126, byte(n >> 8), byte(n), 0, 0, 0, 0}) + payload
	}
}

const upgrade = "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
	"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"

// bare returns a WebSocket by hand.
func (h *house) bare(t *testing.T, frames string) (*net.TCPConn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", h.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, upgrade+frames); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(c)
	resp, err := http.ReadResponse(in, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("Sec-WebSocket-Extensions") != "" {
		t.Fatalf("the answer is %v, %v", resp, err)
	}
	return c.(*net.TCPConn), in
}

// nextFrame reads a short frame of the server's.
func nextFrame(t *testing.T, in *bufio.Reader) (first byte, payload string) {
	t.Helper()
	header := make([]byte, 2)
	if _, err := io.ReadFull(in, header); err != nil {
		t.Fatalf("there is no frame: %v", err)
	}
	b := make([]byte, header[1])
	if _, err := io.ReadFull(in, b); err != nil || len(b) > 125 {
		t.Fatalf("a frame of %d bytes: %v", len(b), err)
	}
	return header[0], string(b)
}

func expectFrame(t *testing.T, in *bufio.Reader, first byte, payload string) {
	t.Helper()
	if f, p := nextFrame(t, in); f != first || p != payload {
		t.Errorf("got %#x %q, want %#x %q", f, p, first, payload)
	}
}

func closing(code int, reason string) string {
	return string([]byte{byte(code >> 8), byte(code)}) + reason
}

// Whoever breaks the protocol is told how and sees the stream end, though much
// of what it has sent is unread: an RST would take the words away. The others
// are told of a leave, and what was said before stays.
func TestViolationIsAnswered(t *testing.T) {
	h := open(t, manager.Config{}, web.Config{})
	watch := h.line(t, "watch")
	await(t, watch, wire.Roster)
	for _, tc := range []struct {
		frames string
		code   int
		reason string
	}{
		{masked(0xc1, "x"), 1002, "a frame has reserved bits, and no extension was agreed on"},
		{masked(0x83, "x"), 1002, "opcode 3 is reserved"},
		{"\x81\x01x", 1002, "a frame from a client is not masked"},
		{masked(0x82, "x"), 1003, "text messages only"},
		{masked(0x81, "\xff"), 1007, "the text is not UTF-8"},
		{masked(0x01, "\xf0\x9f") + masked(0x80, "x"), 1007, "the text is not UTF-8"},
		{"\x81\xff\x00\x00\x00\x00\x40\x00\x00\x00\x00\x00\x00\x00", 1009, "a message of more than 1048576 bytes"},
		{masked(0x88, closing(1005, "")), 1002, "a closing frame has code 1005, which none may have"},
	} {
		for _, in := range []bool{true, false} {
			opening := ""
			if in {
				opening = masked(0x81, "eve") + masked(0x81, "hello")
			}
			c, r := h.bare(t, opening)
			if in {
				expectFrame(t, r, 0x81, `{"welcome":"eve"}`)
				expectFrame(t, r, 0x81, `["watch","eve"]`)
				expectFrame(t, r, 0x81, said("eve", "hello"))
			}
			// More than is read, and nothing of it is.
			sent := make(chan error, 1)
			go func() { _, err := io.WriteString(c, tc.frames+strings.Repeat("x", 10<<10)); sent <- err }()
			expectFrame(t, r, 0x88, closing(tc.code, tc.reason))
			if n, err := io.Copy(io.Discard, r); n > 0 || err != nil {
				t.Errorf("%q, in: %v: then %d bytes and %v", tc.frames, in, n, err)
			}
			<-sent
			c.Close()
			if in {
				hears(t, watch, "hello")
				await(t, watch, wire.Leave)
			}
		}
	}
	if st := h.room.Stats(); st.Panics > 0 || st.Online != 1 {
		t.Errorf("%d panics, %d online", st.Panics, st.Online)
	}
}

// What ends in the middle of a frame is a leave, and no part of it is said.
func TestHalfAFrame(t *testing.T) {
	h := open(t, manager.Config{}, web.Config{})
	watch := h.line(t, "watch")
	await(t, watch, wire.Roster)
	for i, half := range []string{"\x81", "\x81\x85\x00\x00", masked(0x81, "hello")[:9], masked(0x01, "hello"), masked(0x01, "hello")[:9], "\x89\x85\x00\x00\x00\x00x"} {
		name := fmt.Sprintf("eve%d", i)
		c, r := h.bare(t, masked(0x81, name)+half)
		expectFrame(t, r, 0x81, `{"welcome":"`+name+`"}`)
		c.CloseWrite()
		if f := await(t, watch, wire.Leave); string(f.Names[0]) != name {
			t.Errorf("%q leaves", f.Names)
		}
		expectFrame(t, r, 0x81, `["watch","`+name+`"]`)
		expectFrame(t, r, 0x88, closing(1000, ""))
		if _, err := r.ReadByte(); err != io.EOF {
			t.Errorf("after half a frame: %v", err)
		}
	}
	if st := h.room.Stats(); st.Lines > 0 {
		t.Errorf("%d lines were said", st.Lines)
	}
}

// Pings are answered between lines, and a closing frame with its own code.
func TestControlFrames(t *testing.T) {
	h := open(t, manager.Config{}, web.Config{})
	for sent, want := range map[string]string{closing(1001, "bye"): closing(1001, ""), "": "", closing(4999, ""): closing(4999, "")} {
		c, r := h.bare(t, masked(0x81, "ann")+masked(0x89, "are you there?"))
		pongs := 0
		for range 3 {
			switch first, payload := nextFrame(t, r); {
			case first == 0x8a && payload == "are you there?":
				pongs++
			case first != 0x81:
				t.Errorf("got %#x %q", first, payload)
			}
		}
		if pongs != 1 {
			t.Errorf("%d answers to a ping", pongs)
		}
		if _, err := io.WriteString(c, masked(0x8a, "unasked")+masked(0x01, "a")+masked(0x89, "again")); err != nil {
			t.Fatal(err)
		}
		expectFrame(t, r, 0x8a, "again")
		if _, err := io.WriteString(c, masked(0x80, "b")+masked(0x88, sent)); err != nil {
			t.Fatal(err)
		}
		expectFrame(t, r, 0x81, said("ann", "ab"))
		expectFrame(t, r, 0x88, want)
		if _, err := r.ReadByte(); err != io.EOF {
			t.Errorf("after the close: %v", err)
		}
	}
}
