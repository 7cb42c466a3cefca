package trace

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// errMalformed is all that is said of events that cannot be read: their block's
// checksum is right, so it is a bug, or somebody wrote them by hand.
var errMalformed = errors.New("its events cannot be read")

// maxChatters is more than the highest number of a chatter.
const maxChatters = 100_000

// decoder reads events. After an error nothing more can be read.
type decoder struct {
	state
	rest      []byte
	bad       bool
	names     [][]byte
	wireFrame wire.Frame
	places    []ledger.Standing
}

// next reads an event out of rest, which must not be empty. What it returns holds
// until the next call.
func (d *decoder) next(ev *ledger.Event) error {
	*ev = ledger.Event{}
	op := int(d.rest[0])
	d.rest = d.rest[1:]
	if op >= len(layouts) || layouts[op].fields == nil {
		d.bad = true
		return errMalformed
	}
	ev.Kind = layouts[op].kind
	for _, f := range layouts[op].fields {
		if f.read(d, ev); d.bad {
			return errMalformed
		}
	}
	return nil
}

// below reads a number from 0 to limit-1.
func (d *decoder) below(limit int) int {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 || v >= uint64(limit) {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return int(v)
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) bytes() []byte {
	n := d.below(len(d.rest) + 1)
	if n > len(d.rest) {
		d.bad, d.rest = true, nil
		return nil
	}
	b := d.rest[:n:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) time() time.Duration {
	d.at += time.Duration(d.int())
	return d.at
}

func (d *decoder) took() time.Duration { return time.Duration(d.below(math.MaxInt)) }

// dialled reads a session's chatter and name.
func (d *decoder) dialled(ev *ledger.Event) {
	ev.Session, ev.Chatter, ev.Asked = d.dials, d.below(maxChatters), string(d.name(nil))
	if d.linked {
		ev.Server = d.below(math.MaxInt32)
	}
	d.dial(ev.Chatter)
}

func (d *decoder) place(ev *ledger.Event) {
	d.c[ev.Session] += d.int()
	ev.C = d.c[ev.Session]
	ev.Pos = ev.C - d.int()
}

// seq reads a line's number; last is one more than the one before.
func (d *decoder) seq(last *int) int {
	seq := int64(*last) + d.int()
	if seq < 0 || seq > math.MaxInt32 {
		d.bad = true
		return 0
	}
	*last = int(seq) + 1
	return int(seq)
}

// name reads a name, and puts its number where asked; -1 if it has none.
func (d *decoder) name(number *int) []byte {
	n := d.below(len(d.names)+1) - 1
	if n >= 0 {
		if number != nil {
			*number = n
		}
		return d.names[n]
	}
	b := append([]byte(nil), d.bytes()...)
	if len(d.names) < maxNames && len(b) <= maxName && !d.bad {
		n = len(d.names)
		d.names = append(d.names, b)
	}
	if number != nil {
		*number = n
	}
	return b
}

// began reads what encoder.began writes, now and in version 1: there, the checks
// that could not be exercised stood with their reasons, which began with the
// protocol.
func (d *decoder) began(ev *ledger.Event) {
	level := d.below(2 * linked)
	ev.Level, ev.Nonce = ledger.Level(level&^allFlags), string(d.bytes())
	d.nonce = ev.Nonce
	can := &ev.Capabilities
	if level&rosters != 0 {
		can.Views = ledger.WholeRosters
	}
	if level&noViews != 0 {
		can.Views = ledger.NoViews
	}
	for flag, has := range switches(can) {
		*has = level&flag != 0
	}
	if level&protocol != 0 {
		can.Protocol = string(d.bytes())
	}
	if level&graced != 0 {
		ev.Grace = d.took()
	}
	if d.linked = level&linked != 0; d.linked {
		can.Servers = d.below(math.MaxInt32)
	}
	if level&unable == 0 {
		return
	}
	for range d.below(len(d.rest) + 1) {
		d.bytes()
		can.Protocol, _, _ = strings.Cut(string(d.bytes()), " tells who is there")
	}
}

func (d *decoder) sent(ev *ledger.Event) {
	flags := d.below(2 * mayRefuse)
	n, chatter := &ev.Note, d.chatterOf[ev.Session]
	n.Seq = d.seq(&d.chatter(chatter).sent)
	n.Measured = flags&measured != 0
	switch {
	case flags&comesBack != 0:
		n.Due = ledger.ComesBack
	case flags&mayRefuse != 0:
		n.Due = ledger.MayRefuse
	}
	n.Actual = d.time()
	n.Intended = n.Actual
	if flags&later != 0 {
		n.Intended -= time.Duration(d.int())
	}
	ev.Pos = d.c[ev.Session] + d.int()
	d.c[ev.Session] = max(d.c[ev.Session], ev.Pos)
	if flags&private != 0 {
		n.Target = string(d.name(nil))
	}
	if flags&claims != 0 {
		n.Claims = string(d.name(nil))
	}
	text := d.bytes()
	if flags&stamped != 0 {
		text = append(d.stamp(make([]byte, 0, ledger.MaxStamp+len(text)), chatter, n.Seq), text...)
	}
	n.Text = string(text)
}

// line reads which line of the run came just as it was sent.
func (d *decoder) line(ev *ledger.Event) {
	ev.Line.Chatter = d.below(len(d.chatters))
	ev.Line.Seq = d.seq(&d.chatter(ev.Line.Chatter).saw)
}

// frame reads what encoder.frame writes. The judge relies on frames of a kind
// to be as the wire gives them.
func (d *decoder) frame() *wire.Frame {
	f := &d.wireFrame
	kind := d.below(2 * int(wire.Error+1))
	*f = wire.Frame{Kind: wire.Kind(kind / 2), Private: kind%2 == 1, Names: f.Names[:0]}
	switch f.Kind {
	case wire.Line:
		f.Sender, f.Target, f.Text = d.name(nil), d.name(nil), d.bytes()
	case wire.Error:
		f.Text = d.bytes()
	case wire.Roster:
		d.rosterOf(f)
	case wire.Welcome, wire.Join, wire.Leave:
		n := d.below(len(d.rest) + 1) // each takes a byte
		for range n {
			f.Names = append(f.Names, d.name(nil))
		}
		d.bad = d.bad || n == 0
	default:
		d.bad = true
	}
	return f
}

// rosterOf reads what encoder.rosterOf writes.
func (d *decoder) rosterOf(f *wire.Frame) {
	count := d.below(len(d.roster) + len(d.rest) + 1)
	next, own := 0, false
	all := make([]int, 0, count)
	for len(f.Names) < count && !d.bad {
		copied := d.below(min(len(d.roster)-next, count-len(f.Names)) + 1)
		for _, n := range d.roster[next : next+copied] {
			if n < 0 {
				d.bad = true
				return
			}
			f.Names, all = append(f.Names, d.names[n]), append(all, n)
		}
		next += copied
		skipped := d.below(len(d.roster) - next + 1)
		next += skipped
		added := d.below(count - len(f.Names) + 1)
		for range added {
			n := -1
			f.Names = append(f.Names, d.name(&n))
			all, own = append(all, n), true
		}
		d.bad = d.bad || copied+skipped+added == 0
	}
	if own {
		d.roster = all
	}
}

func (d *decoder) stood(ev *ledger.Event) {
	d.frontier += d.int()
	ev.Frontier = d.frontier
	d.places = d.places[:0]
	for range d.below(len(d.rest) + 1) {
		n := d.below(2 * d.dials)
		p := ledger.Standing{Session: n / 2, Pos: d.frontier - d.int()}
		if n%2 == 1 {
			p.Isolated = int64(d.below(math.MaxInt))
		}
		if d.bad {
			return
		}
		d.c[p.Session] = max(d.c[p.Session], p.Pos)
		d.places = append(d.places, p)
	}
	ev.Places = d.places
}

func (d *decoder) finished(ev *ledger.Event) {
	flags := d.below(2 * cut)
	ev.End.Advancing, ev.End.Cut = flags&advancing != 0, flags&cut != 0
	for range d.below(len(d.rest) + 1) {
		ev.End.Required = append(ev.End.Required, string(d.bytes()))
	}
}
