package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

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

// planted notes what the witness must say.
func (p *plan) planted(who *user, about ...string) {
	p.done, p.who, p.about = true, who, append(p.about, about...)
}

func (p *plan) ready() bool { return p.armed && !p.done }

// stampOf gives what names a frame in a witness.
func stampOf(f wire.Frame) string {
	if f.Kind == wire.Line {
		stamp, _, _ := strings.Cut(string(f.Text), ";")
		return stamp + ";"
	}
	return string(append([][]byte{nil}, f.Names...)[len(f.Names)])
}

// caused says whether b was sent by somebody who had seen a.
func (p *plan) caused(a, b wire.Frame) bool {
	x, y := p.lineOf(a), p.lineOf(b)
	return x.Place() >= 0 && y.Session.HadSeen(x.Place(), y.Seen)
}

func (p *plan) lineOf(f wire.Frame) *Line {
	stamp, _, _ := strings.Cut(string(f.Text), ";")
	return p.sent[stamp]
}

func group(f wire.Frame) bool { return f.Kind == wire.Line && !f.Private }
func view(f wire.Frame) bool  { return f.Kind == wire.Join || f.Kind == wire.Leave }

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

// swapped holds a frame back until the next one has gone to the faulty receiver.
func swapped(fits func(p *plan, a, b wire.Frame) bool) func(*plan) {
	return func(p *plan) {
		p.spoil.emit = func(to *user, f wire.Frame) []wire.Frame {
			if to != p.faulty || !p.ready() {
				return []wire.Frame{f}
			}
			held := p.held
			p.held = nil
			switch {
			case held != nil && fits(p, *held, f):
				p.planted(to, stampOf(*held), stampOf(f))
				return []wire.Frame{f, *held}
			case f.Private:
			default:
				p.held = &f
				if held == nil {
					return nil
				}
				return []wire.Frame{*held}
			}
			if held == nil {
				return []wire.Frame{f}
			}
			return []wire.Frame{*held, f}
		}
	}
}

func ofOthers(p *plan, f wire.Frame) bool { return group(f) && p.by(f) != p.faulty }
func ofItself(p *plan, f wire.Frame) bool { return group(f) && p.by(f) == p.faulty }
func anyLine(_ *plan, f wire.Frame) bool  { return group(f) }
func aJoin(_ *plan, f wire.Frame) bool    { return f.Kind == wire.Join }
func aLeave(_ *plan, f wire.Frame) bool   { return f.Kind == wire.Leave }

// toItself: from somebody who stays to see its own copy.
func toItself(p *plan, f wire.Frame) bool { return f.Private && p.by(f) != p.faulty && p.by(f).loyal }

func nothing(*plan, wire.Frame) []wire.Frame {
	return nil
}
func twofold(_ *plan, f wire.Frame) []wire.Frame { return []wire.Frame{f, f} }

// text replaces a frame's text.
func text(change func(string) string) func(*plan, wire.Frame) []wire.Frame {
	return func(p *plan, f wire.Frame) []wire.Frame {
		f.Text = []byte(change(string(f.Text)))
		p.about = append(p.about, strconv.Quote(string(f.Text))) // where the stamp is not what it was
		return []wire.Frame{f}
	}
}

func upper(s string) string { return strings.Replace(s, "ü", "Ü", 1) }
func cut(s string) string   { return s[:len(s)-3] }
func short(s string) string { return s[:6] }
func empty(string) string   { return "" }
func renonced(s string) string {
	return "T" + s[1:]
}

// restamped makes it another line's stamp, of one that was sent long ago or never.
func restamped(s string) string {
	head, rest, _ := strings.Cut(s, ";")
	part := strings.Split(head, "-")
	other := "1"
	if part[2] == other {
		other = "0"
	}
	return "t3st-" + part[1] + "-" + other + ";" + rest
}

func overstamped(s string) string {
	head, rest, _ := strings.Cut(s, ";")
	return head + "999;" + rest
}

// glued makes two lines one, as a server does that reads two messages at once.
func glued(all, sameSender bool) func(*plan) {
	return func(p *plan) {
		p.spoil.tick = func() {
			a := p.someone(p.faulty)
			b := a
			if !sameSender {
				b = p.someone(p.faulty, a)
			}
			if !p.ready() || a == nil || b == nil {
				return
			}
			first, second := p.say(a, ""), p.say(b, "")
			to := []*user{p.faulty}
			if all {
				to = p.here
			}
			others := slices.DeleteFunc(slices.Clone(p.here), func(o *user) bool { return slices.Contains(to, o) })
			f := wire.Frame{Kind: wire.Line, Sender: []byte(a.name), Text: []byte(first.Text), Target: []byte(wire.Group)}
			p.planted(nil, stampOf(f))
			p.tell(others, f)
			f.Text = fmt.Appendf(nil, "%s@%s@%s%s", first.Text, a.name, wire.Group, second.Text)
			p.tell(to, f)
			f.Text, f.Sender = []byte(second.Text), []byte(b.name)
			p.tell(others, f)
			a.in, b.in = nil, nil
		}
	}
}

// forged has the server tell a line that nobody sent.
func forged(all bool, text, sender func(p *plan) string) func(*plan) {
	return func(p *plan) {
		p.spoil.tick = func() {
			if !p.ready() || !p.faulty.talks() {
				return
			}
			f := wire.Frame{Kind: wire.Line, Sender: []byte(sender(p)), Text: []byte(text(p)), Target: []byte(wire.Group)}
			p.planted(p.faulty, string(f.Text))
			if all {
				p.who = nil
				p.tell(nil, f)
			} else {
				p.tell([]*user{p.faulty}, f)
			}
		}
	}
}

func sentence(*plan) string { return "I never said that" }
func future(p *plan) string { return string(ledger.AppendStamp(nil, p.nonce, 0, 9999)) + "soon" }
func nobody(*plan) string   { return "nobody" }
func anchor(p *plan) string { return p.users[0].name }
func itself(p *plan) string { return p.faulty.name }

// named gives one newcomer another name than is due; "" leaves it.
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

// someone gives a chatter that is there, has joined, and is not to leave now.
func (p *plan) someone(but ...*user) *user {
	for range 20 {
		u := p.users[p.rnd.IntN(len(p.users))]
		if u.talks() && u.s.Bound && len(u.in) == 0 && !slices.Contains(but, u) {
			return u
		}
	}
	return nil
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

// leaked tells the faulty receiver a private line between others.
func leaked(p *plan) {
	p.spoil.line = func(from *user, l *Line) bool {
		t := p.holder(l.Target)
		if p.ready() && l.Private() && t != nil && from != p.faulty && t != p.faulty {
			p.planted(p.faulty, string(ledger.AppendStamp(nil, p.nonce, from.n, l.Seq)))
			p.tell([]*user{p.faulty}, wire.Frame{Kind: wire.Line, Private: true, Sender: []byte(from.name), Text: []byte(l.Text), Target: []byte(l.Target)})
		}
		return true
	}
}

// whispers has somebody write to the faulty receiver, and spoils that.
func whispers(spoil func(*plan)) func(*plan) {
	return func(p *plan) {
		p.spoil.tick = func() {
			if u := p.someone(p.faulty); u != nil && p.ready() && p.faulty.talks() {
				u.loyal = true // or nobody can tell when it came back
				p.say(u, p.faulty.name)
			}
		}
		spoil(p)
	}
}

// displaced moves a private line behind the next public entry at its target.
func displaced(p *plan) {
	p.spoil.emit = func(to *user, f wire.Frame) []wire.Frame {
		held := p.held
		switch {
		case to != p.faulty || !p.ready():
			return []wire.Frame{f}
		case held == nil && toItself(p, f):
			p.held = &f
			return nil
		case held == nil:
			return []wire.Frame{f}
		case f.Kind == wire.Line && !f.Private || view(f):
			p.planted(to, stampOf(*held))
			return []wire.Frame{f, *held}
		}
		p.held = nil
		return []wire.Frame{*held, f}
	}
}

// crossed has two chatters write to each other at once, and one of them see
// the two lines the other way round; or one of them write two lines.
func crossed(back bool) func(*plan) {
	return func(p *plan) {
		p.spoil.tick = func() {
			u := p.someone(p.faulty)
			if !p.ready() || u == nil || !p.faulty.talks() || len(p.faulty.in) > 0 {
				return
			}
			p.say(u, p.faulty.name)
			if back {
				p.say(p.faulty, u.name)
			} else {
				p.say(u, p.faulty.name)
			}
			u.loyal = true
			p.mark = "now"
			p.take(u, 2)
			p.take(p.faulty, 1)
		}
		p.spoil.emit = func(to *user, f wire.Frame) []wire.Frame {
			if p.mark == "" || p.done || to != p.faulty {
				return []wire.Frame{f}
			}
			if p.held == nil {
				p.held = &f
				return nil
			}
			p.planted(to, stampOf(f), stampOf(*p.held))
			return []wire.Frame{f, *p.held}
		}
	}
}

// answered has somebody answer a question that the others get after the answer.
func answered(p *plan) {
	p.spoil.tick = func() {
		u := p.someone(p.faulty)
		if !p.ready() || u == nil || !p.faulty.talks() || !p.faulty.s.Bound || len(p.faulty.in) > 0 {
			return
		}
		question := p.say(u, "")
		u.in = nil
		ask := wire.Frame{Kind: wire.Line, Sender: []byte(u.name), Text: []byte(question.Text), Target: []byte(wire.Group)}
		p.tell([]*user{p.faulty}, ask)
		p.read(p.faulty, 1<<30)
		answer := p.say(p.faulty, "")
		p.faulty.in = nil
		others := slices.DeleteFunc(slices.Clone(p.here), func(o *user) bool { return o == p.faulty })
		p.planted(nil, stampOf(wire.Frame{Kind: wire.Line, Text: []byte(answer.Text)}))
		p.tell(nil, wire.Frame{Kind: wire.Line, Sender: []byte(p.faulty.name), Text: []byte(answer.Text), Target: []byte(wire.Group)})
		p.tell(others, ask)
	}
}

func anyPlain(p *plan, f wire.Frame) bool      { return group(f) && p.lineOf(f).Claims == "" }
func plainOfOthers(p *plan, f wire.Frame) bool { return anyPlain(p, f) && p.by(f) != p.faulty }

// renamed has a line come from somebody else than its sender.
func renamed(p *plan, f wire.Frame) []wire.Frame {
	for _, u := range p.here {
		if u.name != string(f.Sender) {
			f.Sender = []byte(u.name)
			break
		}
	}
	return []wire.Frame{f}
}

// swallowed loses a line of somebody who is about to leave, for all.
func swallowed(p *plan) {
	p.spoil.line = func(from *user, l *Line) bool {
		if !p.ready() || l.Private() || from.leaving != HalfClose || len(from.in) == 0 || from.in[0].Private() {
			return true
		}
		p.planted(from, string(ledger.AppendStamp(nil, p.nonce, from.n, l.Seq)))
		return false
	}
}

func aClaim(p *plan, f wire.Frame) bool { return group(f) && p.lineOf(f).Claims != "" }

// believed puts the name that a line claims as its sender's, and may take the
// claim off its text.
func believed(cut bool) func(*plan, wire.Frame) []wire.Frame {
	return func(p *plan, f wire.Frame) []wire.Frame {
		claims := p.lineOf(f).Claims
		f.Sender = []byte(claims)
		if cut {
			f.Text = []byte(strings.TrimSuffix(string(f.Text), "@"+claims+"@"+wire.Group))
		}
		return []wire.Frame{f}
	}
}

// unsorted swaps two lines of one sender on their way in.
func unsorted(private bool) func(*plan) {
	return func(p *plan) {
		if private {
			p.spoil.tick = func() {
				if u := p.someone(p.faulty); u != nil && p.ready() && p.faulty.talks() && len(p.faulty.in) == 0 {
					u.loyal = true
					p.say(p.faulty, u.name)
					p.say(p.faulty, u.name)
				}
			}
		}
		p.spoil.input = func(u *user) {
			if !p.ready() || u != p.faulty || len(u.in) < 2 || u.in[0].Private() != private || u.in[1].Private() != private {
				return
			}
			if private && p.holder(u.in[0].Target) == nil {
				return
			}
			u.in[0], u.in[1] = u.in[1], u.in[0]
			p.planted(u, stampOf(wire.Frame{Kind: wire.Line, Text: []byte(u.in[0].Text)}), stampOf(wire.Frame{Kind: wire.Line, Text: []byte(u.in[1].Text)}))
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

// dropped takes a line and tells it to nobody.
func dropped(p *plan) {
	p.spoil.line = func(from *user, l *Line) bool {
		if !p.ready() || from != p.faulty || l.Private() {
			return true
		}
		p.planted(from, string(ledger.AppendStamp(nil, p.nonce, from.n, l.Seq)))
		return false
	}
}

// stopped delivers nothing more.
func stopped(all bool) func(*plan) {
	return func(p *plan) {
		p.spoil.emit = func(to *user, f wire.Frame) []wire.Frame {
			if p.ready() && !all {
				p.planted(p.faulty, "")
			} else if p.ready() && len(p.users[0].in) > 0 {
				p.planted(p.users[0], "")
			}
			if p.done && (all || to == p.faulty) {
				return nil
			}
			return []wire.Frame{f}
		}
	}
}

// tardy tells a leave more than the limit after it began.
func tardy(p *plan) {
	p.spoil.leave = func(u *user) int {
		leaving := 0
		for _, o := range p.users {
			if o.leaving != Stays && o.here {
				leaving++
			}
		}
		if !p.ready() || leaving > 0 {
			return 1
		}
		for _, o := range p.users {
			p.read(o, 1<<30)
		}
		p.planted(u, u.name)
		p.now += ledger.LeaveLimit
		return 1
	}
}

// withheld keeps a line from everybody while one does not read.
func withheld(p *plan) {
	p.spoil.tick = func() {
		u := p.someone(p.asleep)
		if p.asleep == nil || u == nil || p.done {
			return
		}
		settle := func() {
			for _, o := range p.users {
				p.take(o, 1<<30)
			}
			for _, o := range p.users {
				if o != p.asleep {
					p.read(o, 1<<30)
					p.gone(o)
				}
			}
		}
		settle()
		l := p.say(u, "")
		p.planted(nil, stampOf(wire.Frame{Kind: wire.Line, Text: []byte(l.Text)}))
		p.now += 10 * time.Second
		settle()
	}
}

type defect struct {
	name  string
	check string
	plant func(*plan)
}

var defects = []defect{
	{"a stranger's line and another swapped at one", TotalOrder, estranged(swapped(func(p *plan, a, b wire.Frame) bool {
		return group(a) && group(b) && (p.lineOf(a) == nil) != (p.lineOf(b) == nil)
	}))},
	{"two lines swapped at one", TotalOrder, swapped(func(p *plan, a, b wire.Frame) bool { return group(a) && group(b) && !p.caused(a, b) })},
	{"an answer before its question at one", CausalOrder, swapped(func(p *plan, a, b wire.Frame) bool { return group(a) && group(b) && p.caused(a, b) })},
	{"an answer before its question at all others", CausalOrder, answered},
	{"a line and a join or leave swapped at one", ViewOrder, swapped(func(_ *plan, a, b wire.Frame) bool { return group(a) && view(b) || view(a) && group(b) })},
	{"two joins or leaves swapped at one", ViewOrder, swapped(func(_ *plan, a, b wire.Frame) bool { return view(a) && view(b) })},
	{"a join moved at one", ViewOrder, swapped(func(_ *plan, a, b wire.Frame) bool { return a.Kind == wire.Join && group(b) })},
	{"a private line displaced at its target", TotalOrder, whispers(displaced)},
	{"crossing private lines", TotalOrder, crossed(true)},
	{"two private lines swapped at their target", TotalOrder, crossed(false)},

	{"a line lost at one", Agreement, atOne(ofOthers, nothing)},
	{"a join lost at one", Agreement, atOne(aJoin, nothing)},
	{"a private line lost at its target", Agreement, whispers(atOne(toItself, nothing))},
	{"a line lost at its sender", Validity, atOne(ofItself, nothing)},
	{"a line lost for all", Validity, dropped},
	{"a line lost for all of somebody who leaves", Validity, swallowed},
	{"a private line refused", Validity, refused},
	{"a private line to nobody told as delivered", Validity, toNobody(func(p *plan, f wire.Frame, _ []wire.Frame) []wire.Frame { return []wire.Frame{f} })},
	{"that nobody has a name told twice", NoDuplication, toNobody(func(_ *plan, _ wire.Frame, due []wire.Frame) []wire.Frame { return append(due, due...) })},
	{"a private line to a leaver's socket", Confidentiality, toLeaver},
	{"a line refused and told to all others", Validity, refusing(slowDown, aLine, toOthers)},
	{"a line refused by its stamp and told to all", Validity, refusing(itsText, aLine, toAll)},
	{"a line told to all and refused by its stamp", Validity, refusing(itsText, aLine, toAllBefore)},
	{"a private line refused and told to its target", Validity, refusing(slowDown, aWhisper, toOthers)},
	{"a private line refused by its target and told to both", Validity, refusing(itsTarget, aWhisper, toAll)},
	{"a private line told to both and refused by its target", Validity, refusing(itsTarget, aWhisper, toAllBefore)},
	{"deliveries to one stop", Liveness, stopped(false)},
	{"deliveries to all stop", Liveness, stopped(true)},

	{"a line twice at one", NoDuplication, atOne(anyLine, twofold)},
	{"a line twice at all", NoDuplication, atAll(anyLine, twofold)},
	{"a private line twice", NoDuplication, whispers(atOne(toItself, twofold))},
	{"a join twice at one", NoDuplication, atOne(aJoin, twofold)},
	{"a join twice at all", NoDuplication, atAll(aJoin, twofold)},

	{"a line altered at one", NoCreation, atOne(anyLine, text(upper))},
	{"a line altered at all", NoCreation, atAll(anyLine, text(upper))},
	{"a private line altered", NoCreation, whispers(atOne(toItself, text(upper)))},
	{"a line truncated at one", NoCreation, atOne(anyLine, text(cut))},
	{"a line truncated at all", NoCreation, atAll(anyLine, text(cut))},
	{"a line truncated within its stamp at one", NoCreation, atOne(anyLine, text(short))},
	{"a line truncated within its stamp at all", NoCreation, atAll(anyLine, text(short))},
	{"a line broken at one", NoCreation, atOne(anyLine, broken)},
	{"a line broken at all", NoCreation, atAll(anyLine, broken)},
	{"a private line broken", NoCreation, whispers(atOne(toItself, broken))},
	{"a private line to another target", NoCreation, whispers(atOne(toItself, func(p *plan, f wire.Frame) []wire.Frame {
		f.Target = []byte("somebody")
		return []wire.Frame{f}
	}))},
	{"a line emptied at one", NoCreation, atOne(anyLine, text(empty))},
	{"a line with another nonce at one", NoCreation, atOne(anyLine, text(renonced))},
	{"a line with another line's stamp at one", NoCreation, atOne(anyLine, text(restamped))},
	{"a line with another line's stamp at all", NoCreation, atAll(anyLine, text(restamped))},
	{"a line with a stamp not given at one", NoCreation, atOne(anyLine, text(overstamped))},
	{"one sender's lines glued at all", NoCreation, glued(true, true)},
	{"one sender's lines glued at one", NoCreation, glued(false, true)},
	{"two senders' lines glued at one", NoCreation, glued(false, false)},
	{"two senders' lines glued at all", NoCreation, glued(true, false)},
	{"a line under another's name at one", NoCreation, atOne(plainOfOthers, renamed)},
	{"a line under another's name at all", NoCreation, atAll(anyPlain, renamed)},
	{"a line forged at one", NoCreation, forged(false, sentence, anchor)},
	{"a line forged at all", NoCreation, forged(true, sentence, anchor)},
	{"a line forged in one's own name", NoCreation, forged(false, sentence, itself)},
	{"a line forged in nobody's name", NoCreation, forged(true, sentence, nobody)},
	{"a line forged with a stamp", NoCreation, forged(true, future, anchor)},

	{"a suffix skipped", NameSuffixing, named(skipped)},
	{"a suffix on a free name", NameSuffixing, named(needless)},
	{"a freed suffix not given again", NameSuffixing, named(unfreed)},
	{"two equal names", NameUniqueness, named(equal)},
	{"a welcome with another's name", NameSuffixing, greeted(func(p *plan, u *user) string { return p.users[0].name })},
	{"a welcome with nobody's name", NameSuffixing, greeted(func(_ *plan, u *user) string { return u.name + "x" })},

	{"a leave told to nobody", LeaveCompleteness, told(0)},
	{"a leave lost at one", LeaveCompleteness, atOne(aLeave, nothing)},
	{"a leave told twice to all", LeaveCompleteness, told(2)},
	{"a leave told twice to one", LeaveCompleteness, atOne(aLeave, twofold)},
	{"a leave told late", LeaveCompleteness, tardy},
	{"a false leave told to all", RosterAccuracy, falseLeave(true)},
	{"a false leave told to one", RosterAccuracy, falseLeave(false)},
	{"a good reader closed", RosterAccuracy, closed},
	{"a join of nobody told to one", RosterAccuracy, ghostJoins(false)},
	{"a stranger's join told to all but one", Agreement, ghostJoins(true)},
	{"a stranger's leave told to one", RosterAccuracy, estranged(strangerLeaves)},
	{"a ghost in the first roster", RosterAccuracy, firstRoster(func(n []string) []string { return append([]string{"ghost"}, n...) })},
	{"a stranger lacking in the first roster", RosterAccuracy, estranged(firstRoster(func(n []string) []string { return n[1:] }))},
	{"two welcomes", NoDuplication, greets(func(fs []wire.Frame) []wire.Frame { return []wire.Frame{fs[0], fs[0], fs[1]} })},
	{"two welcomes around the roster", NoDuplication, greets(func(fs []wire.Frame) []wire.Frame { return []wire.Frame{fs[0], fs[1], fs[0]} })},
	{"a roster before its welcome", RosterAccuracy, greets(func(fs []wire.Frame) []wire.Frame { return []wire.Frame{fs[1], fs[0]} })},
	{"the roster of a greeting twice", NoDuplication, greets(func(fs []wire.Frame) []wire.Frame { return append(fs, fs[1]) })},
	{"a wrong roster after the first", RosterAccuracy, greets(func(fs []wire.Frame) []wire.Frame {
		second := fs[1]
		second.Names = second.Names[1:]
		return append(fs, second)
	})},
	{"a wrong roster to one, later", RosterAccuracy, laterRoster},
	{"a newcomer told of its own join", ViewOrder, greets(func(fs []wire.Frame) []wire.Frame { return append(fs, wire.Frame{Kind: wire.Join, Names: fs[0].Names}) })},
	{"a leaver told of its own leave", ViewOrder, behindLeave(func(p *plan) wire.Frame { return wire.Frame{Kind: wire.Leave, Names: [][]byte{[]byte(p.who.name)}} })},
	{"a leaver told what is behind its leave", ViewOrder, behindLeave(nil)},
	{"a stream that does not end", Liveness, behindLeave(func(*plan) wire.Frame { return wire.Frame{} })},
	{"a stale roster", RosterAccuracy, rostered(func(p *plan, n []string) []string { return slices.Delete(n, len(n)-2, len(n)-1) })},
	{"an empty roster", RosterAccuracy, rostered(func(*plan, []string) []string { return nil })},
	{"a roster without its newcomer", RosterAccuracy, rostered(func(p *plan, n []string) []string { return n[:len(n)-1] })},
	{"a roster with a ghost", RosterAccuracy, rostered(func(p *plan, n []string) []string { return slices.Insert(n, 1, "ghost") })},
	{"a roster in another order", RosterAccuracy, rostered(func(p *plan, n []string) []string { n[0], n[1] = n[1], n[0]; return n })},

	{"a private line leaked", Confidentiality, leaked},
	{"a private line said to the group", Confidentiality, shouted},
	{"a claimed sender believed at one", Authenticity, atOne(aClaim, believed(false))},
	{"a claimed sender believed at all", Authenticity, atAll(aClaim, believed(false))},
	{"a claimed sender believed and cut off at one", Authenticity, atOne(aClaim, believed(true))},
	{"a claimed sender believed and cut off at all", Authenticity, atAll(aClaim, believed(true))},
	{"one sender's lines swapped for all", FIFOOrder, unsorted(false)},
	{"one sender's private lines swapped for all", FIFOOrder, unsorted(true)},
	{"a line kept from all while one does not read", Isolation, withheld},
	{"a ghost speaks", ViewOrder, ghost},
	{"a join told to nobody", ViewOrder, unheard},
}

// spoiled runs one broken server.
func spoiled(d defect, users, steps int, seed uint64, first bool) (*plan, Result) {
	p := planned(d, users, steps, seed, first)
	return p, p.run(steps, true)
}

// planned is a broken server that has not run yet.
func planned(d defect, users, steps int, seed uint64, first bool) *plan {
	m := newSim(seed, users, Full)
	p := &plan{sim: m, faulty: m.users[1+int(seed)%(users-1)]}
	p.faulty.loyal, m.awake = true, d.check != Isolation
	if first {
		m.eager = p.faulty
	} else {
		m.lazy = p.faulty
	}
	d.plant(p)
	n, tick := 0, m.spoil.tick
	m.spoil.tick = func() {
		n++
		p.armed = n > steps/2
		if tick != nil {
			tick()
		}
	}
	return p
}

// wrong says how a result differs from the one violation that was planted.
func (p *plan) wrong(d defect, r Result) (out []string) {
	for _, o := range r.Checks {
		switch {
		case o.Name != d.check && o.Violations > 0:
			out = append(out, fmt.Sprintf("%s failed too (%d): %+v", o.Name, o.Violations, o.Witnesses))
		case o.Name == d.check && o.Violations != 1:
			out = append(out, fmt.Sprintf("%s has %d violations: %+v", o.Name, o.Violations, o.Witnesses))
		case o.Name == d.check:
			w := o.Witnesses[0]
			said := w.Sentence + w.Expected + w.Came
			if strings.Contains(d.name, "swapped at one") && (len(w.Sides) != 2 || slices.Equal(w.Sides[0].Saw, w.Sides[1].Saw)) {
				out = append(out, fmt.Sprintf("the witness does not show two sides: %+v", w))
			}
			if p.who != nil && !slices.Contains(w.Chatters, p.who.n) || !slices.ContainsFunc(p.about, func(s string) bool { return strings.Contains(said, s) }) {
				out = append(out, fmt.Sprintf("the witness does not name %v and %q: %+v", p.who, p.about, w))
			}
		}
	}
	return out
}

func TestBrokenServers(t *testing.T) {
	sizes := []struct {
		users, steps int
		seeds        uint64
	}{{7, 600, 8}, {40, 2400, 1}, {300, 2000, 1}}
	if testing.Short() {
		sizes = sizes[:2]
	}
	for _, size := range sizes {
		for i, d := range defects {
			for _, first := range []bool{true, false} {
				if size.users >= 300 && first != (i%2 == 0) {
					continue // the smaller rooms have both
				}
				t.Run(fmt.Sprintf("%d users/%s/first=%v", size.users, d.name, first), func(t *testing.T) {
					t.Parallel()
					planted, want := uint64(0), seeds(size.seeds)
					for seed := uint64(0); planted < want; seed++ {
						if seed > 10*want+50 {
							t.Fatalf("planted in %d of %d runs only", planted, seed)
						}
						p, r := spoiled(d, size.users, size.steps, seed, first)
						if !p.done {
							continue
						}
						if planted++; planted <= 3 {
							CheckCorpus(t, fmt.Sprintf("%s, %d users, first %v, seed %d", d.name, size.users, first, seed), r)
						}
						for _, w := range p.wrong(d, r) {
							t.Errorf("seed %d: %s", seed, w)
						}
						if t.Failed() {
							return
						}
					}
				})
			}
		}
	}
}
