package cluster

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// A message is magic, version, kind, life, body and a checksum of all that.
const (
	magic    = 0xC5
	oldest   = 1 // version in which all say hello
	paced    = 2 // version that has applied and slow
	newest   = 2
	overhead = 3 + len(ID{}) + crc32.Size
)

// kind is that of a message.
type kind byte

const (
	numbered kind = 1 + iota // requests of a life, next to each other
	knock                    // number, bytes: of a Manager that wants to know whether the stream moves, and what it had applied then
	reset                    // likewise: the room is to begin anew
	applied                  // bytes: as much of the stream has this life applied
)

// order is the first byte of a request.
type order byte

const (
	user      order = iota // the Machine's
	hello                  // fields: the first of each life
	bye                    // the last, of one that ends in order
	heartbeat              // place, hash, fields: the life goes on, and what its room was at a place
	gone                   // life, place of its last request: it is dead
	slow                   // life, bytes that it has applied: it holds the others up
)

var table = crc32.MakeTable(crc32.Castagnoli)

var errGarbage = errors.New("cluster: not a message of a Manager")

func appendHeader(dst []byte, version byte, k kind, life ID) []byte {
	return append(append(dst, magic, version, byte(k)), life[:]...)
}

func appendSum(dst []byte) []byte {
	return binary.BigEndian.AppendUint32(dst, crc32.Checksum(dst, table))
}

// parse takes a message apart. A version above newest is ErrNewer, anything else that is
// no message errGarbage.
func parse(b []byte, newest byte) (k kind, life ID, body []byte, err error) {
	if len(b) < overhead || b[0] != magic {
		return 0, ID{}, nil, errGarbage
	}
	end := len(b) - crc32.Size
	if binary.BigEndian.Uint32(b[end:]) != crc32.Checksum(b[:end], table) {
		return 0, ID{}, nil, errGarbage
	}
	if b[1] > newest {
		return 0, ID{}, nil, ErrNewer
	}
	k = kind(b[2])
	copy(life[:], b[3:])
	if body = b[3+len(life) : end]; k < numbered || k > applied {
		return 0, ID{}, nil, errGarbage
	}
	return k, life, body, nil
}

// cutUint takes a number off the front of b.
func cutUint(b []byte) (v uint64, rest []byte, err error) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, errGarbage
	}
	return v, b[n:], nil
}

// cutBytes takes what appendBytes has appended off the front of b.
func cutBytes(b []byte) (piece, rest []byte, err error) {
	n, b, err := cutUint(b)
	if err != nil || n > uint64(len(b)) {
		return nil, nil, errGarbage
	}
	return b[:n], b[n:], nil
}

func appendBytes(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// split takes the body of a numbered message apart: the number of its first request,
// and all of them, none of which is empty.
func split(body []byte) (first uint64, requests [][]byte, err error) {
	first, body, err = cutUint(body)
	for err == nil && len(body) > 0 {
		var r []byte
		if r, body, err = cutBytes(body); err == nil && len(r) == 0 {
			err = errGarbage
		}
		requests = append(requests, r)
	}
	if err != nil || first == 0 || len(requests) == 0 {
		return 0, nil, errGarbage
	}
	return first, requests, nil
}

func appendGone(dst []byte, life ID, place uint64) []byte {
	return binary.AppendUvarint(append(dst, life[:]...), place)
}

func parseGone(b []byte) (life ID, place uint64, err error) {
	if len(b) < len(life) {
		return ID{}, 0, errGarbage
	}
	copy(life[:], b)
	place, _, err = cutUint(b[len(life):])
	return life, place, err
}

// Fields are what a Manager says of itself: a number, which tells what it is, and
// bytes. One that is not known is passed over, so that there may be more of them later.
const (
	addressField = 1 // where the users of a Manager find it
	speaksField  = 2 // newest version of the protocol
	appliedField = 3 // bytes of the stream that it has applied
)

func appendUintField(dst []byte, field, v uint64) []byte {
	return appendBytes(binary.AppendUvarint(dst, field), binary.AppendUvarint(nil, v))
}

// findField returns what a field has; nil: there is none, or what stands there is no
// field.
func findField(fields []byte, field uint64) []byte {
	for len(fields) > 0 {
		found, rest, err := cutUint(fields)
		if err != nil {
			return nil
		}
		var b []byte
		if b, fields, err = cutBytes(rest); err != nil {
			return nil
		}
		if found == field {
			return b
		}
	}
	return nil
}

// findUint returns the number in a field, or another one where there is none.
func findUint(fields []byte, field, none uint64) uint64 {
	if v, _, err := cutUint(findField(fields, field)); err == nil {
		return v
	}
	return none
}

// appendAddress appends where the users of a Manager find it; none where that is empty.
func appendAddress(dst []byte, address string) []byte {
	if address == "" {
		return dst
	}
	return appendBytes(binary.AppendUvarint(dst, addressField), []byte(address))
}

// findAddress returns the address among fields; empty: there is none.
func findAddress(fields []byte) string {
	if b := findField(fields, addressField); len(b) <= maxAddress {
		return string(b)
	}
	return ""
}

func appendKnock(dst []byte, number, bytes uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(dst, number), bytes)
}

func parseKnock(b []byte) (number, bytes uint64, err error) {
	if number, b, err = cutUint(b); err != nil {
		return 0, 0, err
	}
	bytes, _, err = cutUint(b)
	return number, bytes, err
}

func appendHeartbeat(dst []byte, place, hash uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(dst, place), hash)
}

func parseHeartbeat(b []byte) (place, hash uint64, fields []byte, err error) {
	if place, b, err = cutUint(b); err != nil {
		return 0, 0, nil, err
	}
	hash, fields, err = cutUint(b)
	return place, hash, fields, err
}
