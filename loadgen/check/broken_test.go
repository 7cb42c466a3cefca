package check

import (
	"slices"
	"strings"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// A plan spoils a right server once, somewhere in the second half of a run.
type plan struct {
	*sim
	faulty *user // who receives, or sends, what is spoiled
	armed  bool
	done   bool
	who    *user    // the chatter that the witness must name, nil where all see it
	about  []string // one of these must stand in the witness
	held   *wire.Frame
	mark   string
	seen   int
}

// planted records what the witness must say.
func (p *plan) planted(who *user, about ...string) {
	p.done, p.who, p.about = true, who, append(p.about, about...)
}

func (p *plan) ready() bool { return p.armed && !p.done }

// stampOf returns what names a frame in a witness.
func stampOf(f wire.Frame) string {
	if f.Kind == wire.Line {
		stamp, _, _ := strings.Cut(string(f.Text), ";")
		return stamp + ";"
	}
	return string(append([][]byte{nil}, f.Names...)[len(f.Names)])
}

// caused reports whether b was sent by somebody who had seen a.
func (p *plan) caused(a, b wire.Frame) bool {
	x, y := p.lineOf(a), p.lineOf(b)
	return x.Place() >= 0 && y.Session.HadSeen(x.Place(), y.Seen)
}

func (p *plan) lineOf(f wire.Frame) *Line {
	stamp, _, _ := strings.Cut(string(f.Text), ";")
	return p.sent[stamp]
}

func group(f wire.Frame) bool { return f.Kind == wire.Line && !f.Private }

func view(f wire.Frame) bool { return f.Kind == wire.Join || f.Kind == wire.Leave }

// by finds who sent a line.
func (p *plan) by(f wire.Frame) *user {
	chatter, _, _ := ledger.ParseStamp(f.Text, p.nonce)
	return p.users[chatter]
}

// atOne spoils one fitting frame on its way to the faulty receiver.
func atOne(fits func(p *plan, f wire.Frame) bool, spoil func(p *plan, f wire.Frame) []wire.Frame) func(*plan) {
	return func(p *plan) {
		p.spoil.emit = func(to *user, f wire.Frame) []wire.Frame {
			if !p.ready() || to != p.faulty || !fits(p, f) {
				return []wire.Frame{f}
			}
			p.planted(to, stampOf(f))
			return spoil(p, f)
		}
	}
}

// atAll spoils one fitting frame on its way to everybody.
func atAll(fits func(p *plan, f wire.Frame) bool, spoil func(p *plan, f wire.Frame) []wire.Frame) func(*plan) {
	return func(p *plan) {
		p.spoil.emit = func(to *user, f wire.Frame) []wire.Frame {
			if p.ready() && fits(p, f) {
				p.seen = len(p.here)
				p.planted(nil, stampOf(f))
			}
			if p.seen == 0 {
				return []wire.Frame{f}
			}
			p.seen--
			return spoil(p, f)
		}
	}
}

func ofOthers(p *plan, f wire.Frame) bool { return group(f) && p.by(f) != p.faulty }

func ofItself(p *plan, f wire.Frame) bool { return group(f) && p.by(f) == p.faulty }

func anyLine(_ *plan, f wire.Frame) bool { return group(f) }

func aJoin(_ *plan, f wire.Frame) bool { return f.Kind == wire.Join }

func aLeave(_ *plan, f wire.Frame) bool { return f.Kind == wire.Leave }

// toItself: from somebody who stays to see its own copy.
func toItself(p *plan, f wire.Frame) bool { return f.Private && p.by(f) != p.faulty && p.by(f).loyal }

// someone returns a chatter that is there, has joined, and is not to leave now.
func (p *plan) someone(but ...*user) *user {
	for range 20 {
		u := p.users[p.rnd.IntN(len(p.users))]
		if u.talks() && u.s.Bound && len(u.in) == 0 && !slices.Contains(but, u) {
			return u
		}
	}
	return nil
}
