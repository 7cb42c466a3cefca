package ws

import (
	"bytes"
	"testing"
)

// TestFrame writes frames of all sizes at which the header changes and reads them
// again, byte by byte.
func TestFrame(t *testing.T) {
	for _, size := range []int{0, 1, 125, 126, 127, 65535, 65536, 100_000} {
		payload := bytes.Repeat([]byte("x"), size)
		plain := append(AppendHeader(nil, Final|Text, size), payload...)
		key := Key{1, 2, 3, 250}
		masked := AppendMasked([]byte("before"), Final|Text, payload, key)[len("before"):]
		for name, frame := range map[string][]byte{"plain": plain, "masked": masked} {
			known := 0
			for known < HeaderSize(frame[:known]) {
				known++
			}
			header, body := frame[:known], bytes.Clone(frame[known:])
			if known > MaxHeader || header[0] != Final|Text || PayloadSize(header) != uint64(size) {
				t.Fatalf("%s, %d bytes: the header is % x", name, size, header)
			}
			if name == "masked" {
				if header[1]&Masked == 0 || KeyOf(header) != key {
					t.Errorf("%d bytes: the mask of % x is lost", size, header)
				}
				cut := size / 3
				key.Mask(body[:cut], 0)
				key.Mask(body[cut:], cut)
			}
			if !bytes.Equal(body, payload) {
				t.Errorf("%s, %d bytes: the payload is another", name, size)
			}
		}
	}
}

// TestHeaderBytes has the examples of RFC 6455, 5.7.
func TestHeaderBytes(t *testing.T) {
	for want, got := range map[string][]byte{
		"\x81\x05Hello": append(AppendHeader(nil, Final|Text, 5), "Hello"...),
		"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58": AppendMasked(nil, Final|Text, []byte("Hello"), Key{0x37, 0xfa, 0x21, 0x3d}),
		"\x82\x7e\x01\x00":                         AppendHeader(nil, Final|Binary, 256),
		"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00": AppendHeader(nil, Final|Binary, 65536),
	} {
		if string(got) != want {
			t.Errorf("% x, want % x", got, want)
		}
	}
	if !IsControl(Final|Ping) || !IsControl(Close) || IsControl(Final|Binary) {
		t.Error("control frames are mistaken")
	}
}
