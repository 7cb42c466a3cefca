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
	buf      []byte
	names    map[string]int
	stampBuf []byte
}

// append appends an event.
func (e *encoder) append(dst []byte, ev *ledger.Event) []byte {
	op := opOf[ev.Kind]
	if ev.Kind == ledger.EventSaw && ev.Frame == nil {
		op = opLine
	}
	e.buf = append(dst, op)
	for _, f := range layouts[op].fields {
		f.write(e, ev)
	}
	dst, e.buf = e.buf, nil
	return dst
}

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

// name writes a name, and returns its number; -1 if it has none.
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
	e.nonce = ev.Nonce
	level := int(ev.Level)
	can := ev.Capabilities
	set := func(flag int, on bool) {
		if on {
			level |= flag
		}
	}
	set(rosters, can.Views == ledger.WholeRosters)
	set(noViews, can.Views == ledger.NoViews)
	set(protocol, can.Protocol != "")
	set(graced, ev.Grace > 0)
	set(linked, can.Servers > 1)
	for flag, has := range switches(&can) {
		set(flag, *has)
	}
	e.uint(level)
	e.text(ev.Nonce)
	if can.Protocol != "" {
		e.text(can.Protocol)
	}
	if ev.Grace > 0 {
		e.uint(int(ev.Grace))
	}
	if e.linked = can.Servers > 1; e.linked {
		e.uint(can.Servers)
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

// dialled writes a session's chatter and name.
func (e *encoder) dialled(ev *ledger.Event) {
	e.uint(ev.Chatter)
	e.name([]byte(ev.Asked))
	if e.linked {
		e.uint(ev.Server)
	}
	e.dial(ev.Chatter)
}

// line writes which line of the run came just as it was sent.
func (e *encoder) line(ev *ledger.Event) {
	c := e.chatter(ev.Line.Chatter)
	e.uint(ev.Line.Chatter)
	e.int(int64(ev.Line.Seq - c.saw))
	c.saw = ev.Line.Seq + 1
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
	all := make([]int, 0, len(names))
	own := false
	for r := (change{e, e.roster, names}); len(r.names) > 0; {
		copied := r.copied()
		e.uint(len(copied))
		all = append(all, copied...)
		e.uint(r.skipped())
		added := r.added()
		e.uint(len(added))
		for _, name := range added {
			all, own = append(all, e.name(name)), true
		}
	}
	if own {
		e.roster = all
	}
}

// change is what is left to compare of two rosters.
type change struct {
	*encoder
	base  []int // the last one, as numbers of names
	names [][]byte
}

// same reports whether two names are one: that at i of the base, and the nth.
func (r *change) same(i, n int) bool {
	number, ok := r.encoder.names[string(r.names[n])]
	return ok && i < len(r.base) && r.base[i] == number
}

// copied takes the names that both have next.
func (r *change) copied() []int {
	n := 0
	for n < len(r.names) && r.same(n, n) {
		n++
	}
	both := r.base[:n]
	r.base, r.names = r.base[n:], r.names[n:]
	return both
}

// skipped passes what the base has before the next name, if that is in it, and
// returns how many those are.
func (r *change) skipped() int {
	for i := range r.base {
		if len(r.names) > 0 && r.same(i, 0) {
			r.base = r.base[i:]
			return i
		}
	}
	return 0
}

// added takes the next name if the base has it not next, and all if that is at its end.
func (r *change) added() [][]byte {
	n := 0
	for n < len(r.names) && !r.same(0, n) && (n == 0 || len(r.base) == 0) {
		n++
	}
	own := r.names[:n]
	r.names = r.names[n:]
	return own
}

func (e *encoder) stood(ev *ledger.Event) {
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

func (e *encoder) finished(ev *ledger.Event) {
	end := &ev.End
	flags := 0
	if end.Advancing {
		flags |= advancing
	}
	if end.Cut {
		flags |= cut
	}
	e.uint(flags)
	e.uint(len(end.Required))
	for _, c := range end.Required {
		e.text(c)
	}
}
