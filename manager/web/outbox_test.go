package web

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chatsim/manager/wire/ws"
)

// TestTryWrite: whatever part of frames it is given, and whatever part of that a socket
// takes, and whatever is asked in between, all messages come and each control frame whole.
func TestTryWrite(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			server, client := narrow(t)
			c := newConn(server, nil)
			if c.Socket() == nil {
				t.Log("here frames do not go to a socket directly")
				return
			}
			var lines []byte
			for n := range 600 {
				lines = fmt.Appendf(lines, "%d %s\n", n, strings.Repeat("x", random.IntN(900)))
			}
			frames, _ := ws.AppendMessages(nil, lines, false)
			got, pings, within := new(heardFrames), 0, 0
			var ends []int // of frames
			for n := 0; n < len(frames); ends = append(ends, n) {
				n += ws.FrameSize(frames[n:])
			}
			for sent, waits := 0, false; sent < len(frames) || waits; {
				if random.IntN(3) == 0 {
					if !c.out.between() {
						within++
					}
					c.control(ws.Ping, []byte("there?"))
					pings++
				}
				if waits {
					got.read(t, client, 1+random.IntN(20_000))
				}
				end := min(sent+random.IntN(30_000), len(frames))
				i, whole := slices.BinarySearch(ends, end)
				if !whole && i > 0 && ends[i-1] > sent && random.IntN(2) == 0 {
					end, whole = ends[i-1], true
				}
				part := frames[sent:end]
				err := c.socket.Write(func(fd uintptr) bool {
					n, rest, err := c.TryWrite(fd, part, whole)
					if err != nil {
						t.Error(err)
					}
					sent, waits = sent+n, rest || n < len(part)
					return true
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if within == 0 {
				t.Error("no control frame was asked for within another frame")
			}
			go c.Close()
			got.all(t, client)
			if !bytes.Equal(got.text, lines) {
				t.Errorf("%d bytes of lines came, of %d", len(got.text), len(lines))
			}
			if got.pings > pings || got.pings == 0 || got.closes != 1 {
				t.Errorf("%d pings came, of %d, and %d closing frames", got.pings, pings, got.closes)
			}
		})
	}
}

// narrow returns the ends of a connection that holds little. It is no TCP: that may wait
// before it says that its buffer is free again.
func narrow(t *testing.T) (server, client *net.UnixConn) {
	t.Helper()
	at := &net.UnixAddr{Name: filepath.Join(t.TempDir(), "s"), Net: "unix"}
	ln, err := net.ListenUnix("unix", at)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if client, err = net.DialUnix("unix", nil, at); err != nil {
		t.Fatal(err)
	}
	if server, err = ln.AcceptUnix(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	_ = server.SetWriteBuffer(8 << 10) // a hint
	return server, client
}

// heardFrames is what a peer has read.
type heardFrames struct {
	part, text    []byte // of a frame; of messages, with line breaks
	pings, closes int
}

func (h *heardFrames) read(t *testing.T, from io.Reader, most int) {
	t.Helper()
	b := make([]byte, most)
	n, err := from.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	h.take(b[:n])
}

func (h *heardFrames) all(t *testing.T, from io.Reader) {
	t.Helper()
	b, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	h.take(b)
	if len(h.part) > 0 {
		t.Errorf("%d bytes of a frame at the end", len(h.part))
	}
}

func (h *heardFrames) take(b []byte) {
	for h.part = append(h.part, b...); len(h.part) >= ws.HeaderSize(h.part); {
		head := ws.HeaderSize(h.part)
		size := head + int(ws.PayloadSize(h.part))
		if len(h.part) < size {
			return
		}
		first, payload := h.part[0], h.part[head:size]
		switch {
		case first == ws.Final|ws.Ping && string(payload) == "there?":
			h.pings++
		case first == ws.Final|ws.Close:
			h.closes++
		default:
			h.text = append(h.text, payload...)
			if first&ws.Final != 0 {
				h.text = append(h.text, '\n')
			}
		}
		h.part = h.part[size:]
	}
}
