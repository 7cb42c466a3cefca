package manager

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"time"

	"chatsim/manager/room"
)

// What a request that travels is; the numbers are part of the protocol between
// Managers.
const (
	isJoin byte = 1 + iota
	isPublication
	isLeave
	isNick
	isOp
	isKick
	isUnban
	isAnnouncement
)

// errRequest is the error of bytes that are no request: of a newer Manager, for
// they were whole.
var errRequest = errors.New("a request of a newer version of chatsim is in the room")

// appendRequest appends a request as it travels.
func appendRequest(dst []byte, r request) []byte {
	w := packer(dst)
	switch r := r.(type) {
	case joinRequest:
		w.byte(isJoin).id(r.stay).text(r.asked).flag(r.returns).bytes(r.token[:]).bytes(r.fresh[:])
		from, _ := r.from.MarshalBinary() // never fails
		w.bytes(from)
	case *publication:
		w.byte(isPublication).id(r.from)
		for i := range r.ops {
			o := &r.ops[i]
			w.byte(byte(o.kind)).bytes(o.target).bytes(r.frames[o.start:o.end])
		}
	case leaveRequest:
		w.byte(isLeave).id(r.stay).byte(byte(r.by)).number(uint64(r.hold))
	case nickRequest:
		w.byte(isNick).id(r.stay).text(r.asked)
	case opRequest:
		w.byte(isOp).id(r.stay)
	case kickRequest:
		w.byte(isKick).text(r.name).text(r.by).number(uint64(r.span)).flag(r.ban).flag(r.address)
	case unbanRequest:
		w.byte(isUnban).text(r.name).text(r.by)
	case announcement:
		w.byte(isAnnouncement).bytes(r.frame).bytes(r.text)
	}
	return w
}

// travelSize returns about how many bytes appendRequest appends.
func (p *publication) travelSize() int {
	size := len(p.frames) + 32
	for i := range p.ops {
		size += len(p.ops[i].target) + 16
	}
	return size
}

// packer appends the parts of a request.
type packer []byte

func (w *packer) byte(b byte) *packer { *w = append(*w, b); return w }

func (w *packer) number(n uint64) *packer { *w = binary.AppendUvarint(*w, n); return w }

func (w *packer) id(id stayID) *packer { return w.number(uint64(id)) }

func (w *packer) bytes(b []byte) *packer { *w = append(*w.number(uint64(len(b))), b...); return w }

func (w *packer) text(s string) *packer { *w = append(*w.number(uint64(len(s))), s...); return w }

func (w *packer) flag(f bool) *packer {
	if f {
		return w.byte(1)
	}
	return w.byte(0)
}

// unpacker takes the parts of a request off its front; failed is set where there is
// less than that.
type unpacker struct {
	rest   []byte
	failed bool
}

func (u *unpacker) byte() byte {
	if len(u.rest) == 0 {
		u.failed = true
		return 0
	}
	b := u.rest[0]
	u.rest = u.rest[1:]
	return b
}

func (u *unpacker) number() uint64 {
	n, size := binary.Uvarint(u.rest)
	if size <= 0 {
		u.failed, u.rest = true, nil
		return 0
	}
	u.rest = u.rest[size:]
	return n
}

func (u *unpacker) id() stayID { return stayID(u.number()) }

func (u *unpacker) bytes() []byte {
	n := u.number()
	if n > uint64(len(u.rest)) {
		u.failed, u.rest = true, nil
		return nil
	}
	b := u.rest[:n]
	u.rest = u.rest[n:]
	return b
}

func (u *unpacker) text() string { return string(u.bytes()) }

func (u *unpacker) flag() bool { return u.byte() == 1 }

func (u *unpacker) token() (t room.Token) {
	if copy(t[:], u.bytes()) != len(t) {
		u.failed = true
	}
	return t
}

func (u *unpacker) span() time.Duration { return time.Duration(u.number()) }

// parseRequest reads what appendRequest has appended, in memory of b. p is lent for a
// publication.
func parseRequest(b []byte, p *publication) (r request, err error) {
	u := &unpacker{rest: b}
	switch u.byte() {
	case isJoin:
		j := joinRequest{stay: u.id(), asked: u.text(), returns: u.flag(), token: u.token(), fresh: u.token()}
		if from := u.bytes(); len(from) > 0 && j.from.UnmarshalBinary(from) != nil {
			j.from = netip.Prefix{}
		}
		r = j
	case isPublication:
		p.unpack(u)
		r = p
	case isLeave:
		l := leaveRequest{stay: u.id(), by: end(u.byte()), hold: u.span()}
		u.failed = u.failed || l.by <= nobody || int(l.by) >= len(endings)
		r = l
	case isNick:
		r = nickRequest{stay: u.id(), asked: u.text()}
	case isOp:
		r = opRequest{u.id()}
	case isKick:
		r = kickRequest{name: u.text(), by: u.text(), span: u.span(), ban: u.flag(), address: u.flag()}
	case isUnban:
		r = unbanRequest{u.text(), u.text()}
	case isAnnouncement:
		r = announcement{u.bytes(), u.bytes()}
	default:
		u.failed = true
	}
	if u.failed || len(u.rest) > 0 {
		return nil, errRequest
	}
	return r, nil
}

// unpack reads the steps of a publication.
func (p *publication) unpack(u *unpacker) {
	p.reset()
	p.from = u.id()
	for len(u.rest) > 0 {
		o := op{kind: opKind(u.byte()), target: u.bytes(), start: len(p.frames)}
		p.frames = append(p.frames, u.bytes()...)
		if o.end = len(p.frames); o.kind > reply || o.end == o.start || p.frames[o.end-1] != '\n' {
			u.failed = true
			return
		}
		if o.kind == say {
			p.lines += uint64(bytes.Count(p.frames[o.start:o.end], newline))
		}
		p.ops = append(p.ops, o)
	}
}
