package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// named has one newcomer called by another name than is due; "" leaves it.
func named(give func(p *plan, u *user, due string) string) func(*plan) {
	return func(p *plan) {
		p.spoil.name = func(u *user, due string) string {
			if !p.ready() {
				return due
			}
			if name := give(p, u, due); name != "" {
				p.planted(u, name)
				return name
			}
			return due
		}
	}
}

func skipped(p *plan, u *user, due string) string {
	if due == u.asked {
		return ""
	}
	return u.asked + "7777"
}

func needless(p *plan, u *user, due string) string {
	if due != u.asked {
		return ""
	}
	return due + "6666"
}

// unfreed does not give a suffix again while a higher one is in use.
func unfreed(p *plan, u *user, due string) string {
	k, _ := strconv.Atoi("0" + strings.TrimPrefix(due, u.asked))
	for top := len(p.users); top > k; top-- {
		if p.holder(fmt.Sprint(u.asked, top)) != nil {
			return fmt.Sprint(u.asked, top+1)
		}
	}
	return ""
}

func equal(p *plan, u *user, due string) string {
	if o := p.holder(u.asked); o != nil && o.leaving == Stays && due != u.asked {
		return u.asked
	}
	return ""
}

// rostered spoils one newcomer's snapshot.
func rostered(change func(p *plan, names []string) []string) func(*plan) {
	return func(p *plan) {
		p.spoil.roster = func(u *user, names []string) []string {
			if !p.ready() || len(names) < 3 {
				return names
			}
			changed := change(p, slices.Clone(names))
			if !slices.Equal(changed, names) {
				p.planted(u, u.name)
			}
			return changed
		}
	}
}

// told says how often one leave is told to everybody.
func told(times int) func(*plan) {
	return func(p *plan) {
		p.spoil.leave = func(u *user) int {
			if !p.ready() {
				return 1
			}
			p.planted(u, u.name)
			if times > 1 {
				p.who = nil
			}
			return times
		}
	}
}

func falseLeave(all bool) func(*plan) {
	return func(p *plan) {
		p.spoil.tick = func() {
			u := p.someone(p.users[0], p.faulty)
			if !p.ready() || u == nil {
				return
			}
			p.planted(u, u.name)
			to := []*user{p.faulty}
			if all {
				to = slices.DeleteFunc(slices.Clone(p.here), func(o *user) bool { return o == u })
			}
			p.tell(to, wire.Frame{Kind: wire.Leave, Names: [][]byte{[]byte(u.name)}})
			for _, o := range p.users { // before it may leave indeed
				if o != p.lazy {
					p.read(o, 1<<30)
				}
			}
		}
	}
}

// ghost has somebody's last line told after its leave.
func ghost(p *plan) {
	var last *Line
	p.spoil.line = func(from *user, l *Line) bool {
		if !p.ready() || last != nil || from.leaving == Stays || l.Private() || len(from.in) > 0 {
			return true
		}
		last, p.who = l, from
		p.mark = from.name
		return false
	}
	p.spoil.tick = func() {
		if last != nil && !p.done && !p.who.here {
			p.planted(p.who, string(ledger.AppendStamp(nil, p.nonce, p.who.n, last.Seq)))
			p.tell(nil, wire.Frame{Kind: wire.Line, Sender: []byte(p.mark), Text: []byte(last.Text), Target: []byte(wire.Group)})
		}
	}
}

// unheard has nobody told of a join.
func unheard(p *plan) {
	p.spoil.emit = func(to *user, f wire.Frame) []wire.Frame {
		if p.ready() && f.Kind == wire.Join {
			for _, u := range p.users { // whoever dials is not there yet
				if u.here && u.name == string(f.Names[0]) && u.s != nil {
					p.planted(u, u.name)
				}
			}
			p.seen = len(p.here)
		}
		if p.seen > 0 {
			p.seen--
			return nil
		}
		return []wire.Frame{f}
	}
}

// closed has the server put out somebody who reads.
func closed(p *plan) {
	p.spoil.tick = func() {
		u := p.someone(p.users[0], p.faulty)
		if !p.ready() || u == nil {
			return
		}
		p.planted(u, u.name)
		p.remove(u)
		p.read(u, 1<<30)
		u.s.Ended(p.now)
		u.s = nil
	}
}

// refused answers a private line by an error although its target is there.
func refused(p *plan) {
	p.spoil.line = func(from *user, l *Line) bool {
		t := p.holder(l.Target)
		if !p.ready() || t == nil || from != p.faulty || t.leaving != Stays || !t.loyal && t.s == nil {
			return true
		}
		p.planted(from, string(ledger.AppendStamp(nil, p.nonce, from.n, l.Seq)))
		p.tell([]*user{from}, wire.Frame{Kind: wire.Error, Text: []byte(wire.NoSuchUser.With(l.Target))})
		return false
	}
	p.spoil.tick = func() {
		if u := p.someone(p.faulty); u != nil && p.ready() && p.faulty.talks() {
			p.say(p.faulty, "u0")
		}
	}
}
