package cluster

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// What is no message, or a damaged one, is told from a newer version of the protocol.
func TestParse(t *testing.T) {
	good := appendSum(append(binary.AppendUvarint(appendHeader(nil, oldest, numbered, ID{1}), 7), 2, byte(user), 'x'))
	newer := bytes.Clone(good[:len(good)-4])
	newer[1] = newest + 1
	newer = appendSum(newer)
	k, id, body, err := parse(good, newest)
	if first, requests, wrong := split(body); err != nil || wrong != nil || k != numbered || id != (ID{1}) || first != 7 || string(requests[0]) != "\x00x" {
		t.Errorf("%v of %x: %d, %q, %v, %v", k, id, first, requests, err, wrong)
	}
	if _, _, _, err := parse(newer, newest); err != ErrNewer {
		t.Errorf("a newer version: %v", err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 4
		if _, _, _, err := parse(bad, newest); err != errGarbage {
			t.Errorf("damaged at byte %d: %v", i, err)
		}
		if _, _, _, err := parse(good[:i], newest); err != errGarbage {
			t.Errorf("cut at byte %d: %v", i, err)
		}
	}
}

// Whatever the stream holds, nobody panics, and only whole messages are taken.
func FuzzTake(f *testing.F) {
	f.Add(appendReset(nil, ID{1}, 0, []byte("settings")))
	f.Add(appendSum(append(binary.AppendUvarint(appendHeader(nil, oldest, numbered, ID{1}), 1), appendBytes(nil, appendUintField([]byte{byte(hello)}, speaksField, newest))...)))
	f.Add(appendSum(append(appendHeader(nil, oldest, numbered, ID{1}), appendBytes([]byte{1}, appendGone([]byte{byte(gone)}, ID{2}, 3))...)))
	f.Add(appendSum(append(appendHeader(nil, newest, numbered, ID{1}), appendBytes([]byte{1}, appendGone([]byte{byte(slow)}, ID{2}, 3))...)))
	f.Add(appendSum(append(appendHeader(nil, newest, applied, ID{1}), 1)))
	f.Add(appendSum(append(appendHeader(nil, oldest, numbered, ID{1}), appendBytes([]byte{1}, appendUintField(appendHeartbeat([]byte{byte(heartbeat)}, 3, 4), appliedField, 5))...)))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, data := range [][]byte{b, appendSum(append(appendHeader(nil, oldest, numbered, ID{1}), b...)), appendSum(append(appendHeader(nil, newest, applied, ID{1}), b...))} {
			w := newWorld(1, 1, right, true)
			c := w.nodes[0].core
			c.Take(0, Message{Seq: 1, Data: appendReset(nil, ID{9}, 0, []byte("settings"))})
			c.Take(0, Message{Seq: 2, Data: data})
			if _, _, body, err := parse(data, newest); err == nil {
				_, requests, err := split(body)
				if err == nil && len(bytes.Join(requests, nil)) > len(data) {
					t.Errorf("%d bytes of requests in %d", len(bytes.Join(requests, nil)), len(data))
				}
			}
		}
	})
}
