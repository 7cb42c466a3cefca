// Package ws is the frame of a WebSocket (RFC 6455, 5.2): its header, written and
// read, and its mask. Clients and servers share it; what a message means and
// which frames a peer may send are theirs.
package ws

import (
	"bytes"
	"encoding/binary"
	"math"
)

// The kinds of frames, in the first byte.
const (
	More   = 0x0 // the message goes on
	Text   = 0x1
	Binary = 0x2
	Close  = 0x8
	Ping   = 0x9
	Pong   = 0xa
)

// Bits of the first byte, and of the second one.
const (
	Final    = 0x80 // the message ends with this frame
	Reserved = 0x70
	Opcode   = 0x0f
	Masked   = 0x80
)

const (
	MaxHeader  = 14  // bytes of a header
	MaxControl = 125 // of the payload of a control frame
)

// IsControl reports whether a first byte is that of a control frame.
func IsControl(first byte) bool { return first&0x8 != 0 }

// Key is the mask of a frame from a client.
type Key [4]byte

// AppendHeader appends the header of a frame without a mask, as servers send
// them.
func AppendHeader(dst []byte, first byte, size int) []byte {
	switch {
	case size < 126:
		return append(dst, first, byte(size))
	case size <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, first, 126), uint16(size))
	}
	return binary.BigEndian.AppendUint64(append(dst, first, 127), uint64(size))
}

// AppendMessages appends each line as one text message, without its '\n'. A line that has
// no end is the beginning of a message, which goes on with the first line of the next
// call. inside reports whether one was begun before, and the second result whether one is
// then.
func AppendMessages(dst, lines []byte, inside bool) ([]byte, bool) {
	for len(lines) > 0 {
		kind := byte(Text)
		if inside {
			kind = More
		}
		end := bytes.IndexByte(lines, '\n')
		if inside = end < 0; inside {
			return append(AppendHeader(dst, kind, len(lines)), lines...), true
		}
		dst = append(AppendHeader(dst, kind|Final, end), lines[:end]...)
		lines = lines[end+1:]
	}
	return dst, inside
}

// AppendMasked appends a whole frame under a mask, as clients send them.
func AppendMasked(dst []byte, first byte, payload []byte, key Key) []byte {
	at := len(dst)
	dst = AppendHeader(dst, first, len(payload))
	dst[at+1] |= Masked
	dst = append(dst, key[:]...)
	from := len(dst)
	dst = append(dst, payload...)
	key.Mask(dst[from:], 0)
	return dst
}

// Mask masks a part of a payload, which begins at a place in it, or takes the
// mask off.
func (k Key) Mask(part []byte, at int) {
	var key [8]byte
	for i := range key {
		key[i] = k[(at+i)&3]
	}
	for word := binary.NativeEndian.Uint64(key[:]); len(part) >= len(key); part = part[len(key):] {
		binary.NativeEndian.PutUint64(part, binary.NativeEndian.Uint64(part)^word)
	}
	for i := range part {
		part[i] ^= key[i]
	}
}

// HeaderSize returns how many bytes a header has, as far as those that are known
// tell: at least 2.
func HeaderSize(known []byte) int {
	if len(known) < 2 {
		return 2
	}
	size := 2
	switch known[1] &^ Masked {
	case 126:
		size += 2
	case 127:
		size += 8
	}
	if known[1]&Masked != 0 {
		size += len(Key{})
	}
	return size
}

// PayloadSize returns how long the payload is behind a whole header. It is the peer's
// word: it may be more than an int holds.
func PayloadSize(header []byte) uint64 {
	switch n := header[1] &^ Masked; n {
	case 126:
		return uint64(binary.BigEndian.Uint16(header[2:]))
	case 127:
		return binary.BigEndian.Uint64(header[2:])
	default:
		return uint64(n)
	}
}

// FrameSize returns how many bytes a whole frame without a mask has that stands in memory.
func FrameSize(frame []byte) int { return HeaderSize(frame) + int(PayloadSize(frame)) }

// KeyOf returns the mask in a whole header that has one.
func KeyOf(header []byte) Key { return Key(header[len(header)-len(Key{}):]) }
