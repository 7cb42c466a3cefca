package web

import (
	"bytes"

	"chatsim/manager/wire/ws"
)

// walk follows the messages that are written to a peer, from one frame's header to the
// next: between two frames others may stand, and what the last error says is why the
// connection is closed.
type walk struct {
	head  [ws.MaxHeader]byte // of the frame that begins
	have  int                // bytes of it
	left  int                // bytes of the payload that are still to come
	final bool               // the message ends with this frame
	going bool               // a message was begun and goes on
	keep  bool               // it may be an error:
	text  []byte             // what was written of it
	last  []byte             // the last error
}

// between reports whether all frames that were begun are whole.
func (w *walk) between() bool { return w.have == 0 && w.left == 0 }

// skip passes over what is whole: the frame that was begun, and messages behind it that
// are no errors.
func (w *walk) skip() { w.have, w.left, w.going = 0, 0, false }

// toBoundary returns how much of b ends the frame that was begun; len(b) where it goes
// on, and 0 where there is none.
func (w *walk) toBoundary(b []byte) int {
	if w.between() {
		return 0
	}
	if w.have == 0 {
		return min(w.left, len(b))
	}
	head := w.head
	n := copy(head[w.have:], b)
	known := head[:w.have+n]
	size := ws.HeaderSize(known)
	if len(known) < size {
		return len(b)
	}
	return min(size-w.have+int(ws.PayloadSize(known)), len(b))
}

// pass follows what was written, cut anywhere.
func (w *walk) pass(b []byte) {
	for len(b) > 0 {
		if w.left > 0 {
			n := min(w.left, len(b))
			w.payload(b[:n])
			b = b[n:]
			continue
		}
		if w.have == 0 && !w.going {
			if b = b[ordinary(b):]; len(b) == 0 {
				return
			}
		}
		n := copy(w.head[w.have:ws.HeaderSize(w.head[:w.have])], b)
		w.have += n
		b = b[n:]
		if w.have == ws.HeaderSize(w.head[:w.have]) {
			w.begin()
		}
	}
}

// ordinary returns how many bytes at the front of b are whole messages of one frame that
// are no errors. Most of what is written is that, and follows from the headers alone.
func ordinary(b []byte) (n int) {
	for n+4 < len(b) {
		head, size := 2, int(b[n+1])
		switch size {
		case 127:
			return n
		case 126:
			head, size = 4, int(b[n+2])<<8|int(b[n+3])
		}
		next := n + head + size
		if b[n]&ws.Final == 0 || b[n+head] == errorStart[0] || next > len(b) {
			return n
		}
		n = next
	}
	return n
}

// begin begins the payload of the frame whose header is complete.
func (w *walk) begin() {
	if !w.going {
		w.keep, w.text = true, w.text[:0]
	}
	w.left, w.final = int(ws.PayloadSize(w.head[:w.have])), w.head[0]&ws.Final != 0
	w.have, w.going = 0, true
	if w.left == 0 {
		w.end()
	}
}

// payload follows a part of it.
func (w *walk) payload(part []byte) {
	w.left -= len(part)
	if w.keep {
		want := errorStart[min(len(w.text), len(errorStart)):]
		n := min(len(want), len(part))
		if w.keep = bytes.Equal(part[:n], want[:n]); w.keep {
			w.text = append(w.text, part...)
		}
	}
	if w.left == 0 {
		w.end()
	}
}

// end ends the frame, and its message if it is the last one of it.
func (w *walk) end() {
	if w.going = !w.final; w.going {
		return
	}
	if w.keep && len(w.text) >= len(errorStart) {
		w.last, w.text = w.text, w.last
	}
}
