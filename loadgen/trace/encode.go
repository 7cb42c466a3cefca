package trace

import (
	"bytes"
	"encoding/binary"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// encoder writes events.
type encoder struct {
	state
	buf       []byte
	names     map[string]int
	chatterOf []int // by session
	stampBuf  []byte
}

// append appends an event.
func (e *encoder) append(dst []byte, ev *ledger.Event) []byte {
	e.buf = dst
	switch ev.Kind {
	case ledger.EventBegan:
		e.nonce = ev.Nonce
		e.op(opBegan)
		e.began(ev)
	case ledger.EventDialled:
		e.op(opDialled)
		e.time(ev.At)
		e.uint(ev.Chatter)
		e.name([]byte(ev.Asked))
		e.dial(ev.Chatter)
		e.chatterOf = append(e.chatterOf, ev.Chatter)
	case ledger.EventSent:
		e.sent(ev)
	case ledger.EventLeaving:
		e.op(opLeaving)
		e.uint(ev.Session)
		e.time(ev.At)
		e.uint(int(ev.Leave))
	case ledger.EventSaw:
		e.saw(ev)
	case ledger.EventGarbled:
		e.op(opGarbled)
		e.uint(ev.Session)
		e.place(ev)
		e.text(ev.Text)
	case ledger.EventPassed:
		e.op(opPassed)
		e.uint(ev.Session)
		e.time(ev.At)
		e.place(ev)
	case ledger.EventStalls:
		e.op(opStalls)
		e.uint(ev.Session)
		e.time(ev.At)
	case ledger.EventResumes:
		e.op(opResumes)
		e.uint(ev.Session)
		e.time(ev.At)
	case ledger.EventSilent:
		e.op(opSilent)
		e.uint(ev.Session)
		e.time(ev.At)
	case ledger.EventLost:
		e.op(opLost)
		e.uint(ev.Session)
		e.time(ev.At)
		e.uint(int(ev.Took))
	case ledger.EventFound:
		e.op(opFound)
		e.uint(ev.Session)
	case ledger.EventOver:
		e.op(opOver)
		e.uint(ev.Session)
		e.time(ev.At)
		e.place(ev)
		e.uint(int(ev.Isolated))
	case ledger.EventStood:
		e.stood(ev)
	case ledger.EventSlow:
		e.op(opSlow)
		e.time(ev.At)
		e.uint(int(ev.Took))
	case ledger.EventDenied:
		e.op(opDenied)
		e.uint(ev.Session)
		e.time(ev.At)
		e.uint(int(ev.Denial))
		e.text(ev.Text)
	case ledger.EventAsked:
		e.op(opAsked)
		e.uint(ev.Session)
		e.time(ev.At)
	case ledger.EventCalm:
		e.op(opCalm)
		e.uint(int(ev.Took))
	case ledger.EventFinished:
		e.finished(&ev.End)
	}
	dst, e.buf = e.buf, nil
	return dst
}

func (e *encoder) op(op byte)  { e.buf = append(e.buf, op) }
func (e *encoder) uint(n int)  { e.buf = binary.AppendUvarint(e.buf, uint64(n)) }
func (e *encoder) int(n int64) { e.buf = binary.AppendVarint(e.buf, n) }

func (e *encoder) time(at time.Duration) {
	e.int(int64(at - e.at))
	e.at = at
}

func (e *encoder) text(s string) {
	e.uint(len(s))
	e.buf = append(e.buf, s...)
}

func (e *encoder) bytes(b []byte) {
	e.uint(len(b))
	e.buf = append(e.buf, b...)
}

// place writes C and Pos.
func (e *encoder) place(ev *ledger.Event) {
	e.int(ev.C - e.c[ev.Session])
	e.c[ev.Session] = ev.C
	e.int(ev.C - ev.Pos)
}

// name writes a name, and gives its number; -1 if it has none.
func (e *encoder) name(b []byte) int {
	n, ok := e.names[string(b)]
	if ok {
		e.uint(n + 1)
		return n
	}
	e.uint(0)
	e.bytes(b)
	if len(e.names) == maxNames || len(b) > maxName {
		return -1
	}
	if e.names == nil {
		e.names = make(map[string]int)
	}
	n = len(e.names)
	e.names[string(b)] = n
	return n
}

func (e *encoder) began(ev *ledger.Event) {
	level := int(ev.Level)
	can := ev.Capabilities
	for flag, on := range map[int]bool{rosters: can.Views == ledger.WholeRosters, noViews: can.Views == ledger.NoViews, protocol: can.Protocol != "",
		sets: can.Sets, ownSuffix: can.OwnSuffix, noClaims: can.NoClaims, noPrivate: can.NoPrivate, bySender: can.BySender, cutsLeaves: can.CutsLeaves, silent: can.Silent, atMostOnce: can.AtMostOnce, graced: ev.Grace > 0} {
		if on {
			level |= flag
		}
	}
	e.uint(level)
	e.text(ev.Nonce)
	if can.Protocol != "" {
		e.text(can.Protocol)
	}
	if ev.Grace > 0 {
		e.uint(int(ev.Grace))
	}
}

func (e *encoder) sent(ev *ledger.Event) {
	n := &ev.Note
	chatter := e.chatterOf[ev.Session]
	flags := 0
	set := func(flag int, on bool) {
		if on {
			flags |= flag
		}
	}
	e.stampBuf = e.stamp(e.stampBuf[:0], chatter, n.Seq)
	text := n.Text
	if bytes.HasPrefix([]byte(text), e.stampBuf) {
		text = text[len(e.stampBuf):]
		flags |= stamped
	}
	set(measured, n.Measured)
	set(private, n.Target != "")
	set(claims, n.Claims != "")
	set(later, n.Actual != n.Intended)
	set(comesBack, n.Due == ledger.ComesBack)
	set(mayRefuse, n.Due == ledger.MayRefuse)
	e.op(opSent)
	e.uint(ev.Session)
	e.uint(flags)
	c := e.chatter(chatter)
	e.int(int64(n.Seq - c.sent))
	c.sent = n.Seq + 1
	e.time(n.Actual)
	if n.Actual != n.Intended {
		e.int(int64(n.Actual - n.Intended))
	}
	e.int(ev.Pos - e.c[ev.Session])
	e.c[ev.Session] = max(e.c[ev.Session], ev.Pos)
	if n.Target != "" {
		e.name([]byte(n.Target))
	}
	if n.Claims != "" {
		e.name([]byte(n.Claims))
	}
	e.text(text)
}

func (e *encoder) saw(ev *ledger.Event) {
	f := ev.Frame
	if f == nil {
		e.op(opLine)
	} else {
		e.op(opFrame)
	}
	e.uint(ev.Session)
	e.time(ev.At)
	e.place(ev)
	if f == nil {
		c := e.chatter(ev.Line.Chatter)
		e.uint(ev.Line.Chatter)
		e.int(int64(ev.Line.Seq - c.saw))
		c.saw = ev.Line.Seq + 1
		return
	}
	e.frame(f)
}

// frame writes a kind, whether it is private, and what a frame of that kind has.
func (e *encoder) frame(f *wire.Frame) {
	kind := 2 * int(f.Kind)
	if f.Private {
		kind++
	}
	e.uint(kind)
	switch f.Kind {
	case wire.Line:
		e.name(f.Sender)
		e.name(f.Target)
		e.bytes(f.Text)
	case wire.Error:
		e.bytes(f.Text)
	case wire.Roster:
		e.rosterOf(f.Names)
	default:
		e.uint(len(f.Names))
		for _, n := range f.Names {
			e.name(n)
		}
	}
}

// rosterOf writes a roster as what it takes over from the last one that had
// names of its own: how many names it has, and until there are so many, how
// many it copies, skips and adds.
func (e *encoder) rosterOf(names [][]byte) {
	e.uint(len(names))
	base, next := e.roster, 0
	same := func(i, n int) bool {
		k, ok := e.names[string(names[n])]
		return ok && i < len(base) && base[i] == k
	}
	all := make([]int, 0, len(names))
	own := false
	for n := 0; n < len(names); {
		from := n
		for n < len(names) && same(next, n) {
			all = append(all, base[next])
			next, n = next+1, n+1
		}
		e.uint(n - from)
		skip := 0
		for n < len(names) && next+skip < len(base) && !same(next+skip, n) {
			skip++
		}
		if n == len(names) || next+skip == len(base) {
			skip = 0 // it is not there
		}
		e.uint(skip)
		next += skip
		if skip > 0 || n == len(names) {
			e.uint(0)
			continue
		}
		from = n
		for n < len(names) && !same(next, n) && (n == from || next == len(base)) {
			n++
		}
		e.uint(n - from)
		for _, name := range names[from:n] {
			all = append(all, e.name(name))
		}
		own = true
	}
	if own {
		e.roster = all
	}
}

func (e *encoder) stood(ev *ledger.Event) {
	e.op(opStood)
	e.int(ev.Frontier - e.frontier)
	e.frontier = ev.Frontier
	e.uint(len(ev.Places))
	for _, p := range ev.Places {
		isolated := 0
		if p.Isolated > 0 {
			isolated = 1
		}
		e.uint(2*p.Session + isolated)
		e.int(ev.Frontier - p.Pos)
		if isolated > 0 {
			e.uint(int(p.Isolated))
		}
		e.c[p.Session] = max(e.c[p.Session], p.Pos)
	}
}

func (e *encoder) finished(end *ledger.End) {
	flags := 0
	if end.Advancing {
		flags |= advancing
	}
	if end.Cut {
		flags |= cut
	}
	e.op(opFinished)
	e.uint(flags)
	e.uint(len(end.Required))
	for _, c := range end.Required {
		e.text(c)
	}
}
