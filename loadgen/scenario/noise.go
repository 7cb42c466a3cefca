package scenario

import "bytes"

// overlong is far more than servers take for a line, in bytes.
const overlong = 64 << 10

// foreign is what other protocols begin with.
var foreign = []string{"GET / HTTP/1.1\r\nHost: chat\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", "SSH-2.0-chatsim\r\n", "\x00\x00\x00\x08\x04\xd2\x16\x2f\n"}

// Noise returns piece seq of what a chatter sends that is no protocol: letters without
// sense, bytes that are no text, a line far too long, one without an end, empty ones,
// or the beginning of another protocol.
func (s *Script) Noise(chatter, seq int) []byte {
	d := s.draw('N', uint64(chatter), uint64(seq))
	n := 1 + mix(d).below(200)
	switch d.below(6) {
	case 0:
		return append(d.bytes(n, 'A', 'z'), '\n')
	case 1:
		return append(d.bytes(n, 0, 255), '\n')
	case 2:
		return append(bytes.Repeat([]byte("x"), overlong), '\n')
	case 3:
		return d.bytes(n, 'a', 'z')
	case 4:
		return bytes.Repeat([]byte("\r\n"), 1+n/20)
	}
	return []byte(foreign[n%len(foreign)])
}

// bytes returns n drawn bytes from one to another, without the slash with which
// commands begin.
func (d random) bytes(n, from, to int) []byte {
	out := make([]byte, n)
	for i := range out {
		d = mix(d)
		if out[i] = byte(from + d.below(to-from+1)); out[i] == '/' {
			out[i] = '.'
		}
	}
	return out
}
