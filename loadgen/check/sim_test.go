package check

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// sim is a room without sockets, goroutines or clock: a right server whose
// streams a defect may spoil, and the chatters that feed the judge from them,
// in an order that a seed decides.
type sim struct {
	early bool // something was seen before the end
	rnd   *rand.Rand
	judge *Judge
	nonce string
	now   time.Duration
	tick  time.Duration // between two deeds: whoever reads slowly is still in time for leaves
	users []*user
	sent  map[string]*Line // by their stamps
	here  []*user          // in join order, as the server knows it
	spoil spoiler
	eager *user // reads everything at once, nil for nobody
	lazy  *user // reads nothing before the end, nil for nobody
	once  bool  // everybody has one stay only, half of them from the start
	haste int   // who might leave does once in that many times
	rash  bool  // some leave before they have read their rosters

	awake  bool  // nobody ever stops reading
	asleep *user // reads nothing for now, and says so; nil for nobody
	passed int   // frames that the judge took by their bytes
}

// spoiler lets a defect have its way with what a server does.
type spoiler struct {
	emit     func(to *user, f wire.Frame) []wire.Frame                     // what the receiver gets for one frame
	name     func(u *user, due string) string                              // the name that a newcomer gets
	greeting func(u *user, fs []wire.Frame) []wire.Frame                   // the welcome and the snapshot that it gets
	greets   func(u *user) string                                          // the name in its welcome
	roster   func(u *user, names []string) []string                        // the snapshot that a newcomer gets
	absent   func(from *user, f wire.Frame, due []wire.Frame) []wire.Frame // the answer to a line to nobody
	line     func(from *user, l *Line) bool                                // false: the line is taken and never told
	leave    func(who *user) int                                           // how often a leave is told
	input    func(u *user)                                                 // what is done to a sender's lines on their way
	tick     func()                                                        // called once a step
}

// user is one chatter, stay after stay.
type user struct {
	n        int
	asked    string
	loyal    bool // never leaves
	pace     int  // reads fewer frames than that at a time
	seq      int
	s        *Session // nil while away
	name     string
	welcomed string  // which it signs with
	in       []*Line // written, not yet taken by the server
	out      []wire.Frame
	leaving  Leave
	stays    int
	here     bool // as the server sees it
}

func newSim(seed uint64, users int, level Level) *sim {
	m := &sim{rnd: rand.New(rand.NewPCG(seed, 1)), nonce: "t3st", sent: make(map[string]*Line), haste: 3, tick: time.Millisecond}
	if users > 100 {
		m.tick /= 10
	}
	m.judge = New(Config{Nonce: m.nonce, Level: level})
	for i := range users {
		u := &user{n: i, asked: fmt.Sprintf("u%d", i), loyal: i == 0, pace: []int{2, 6, 60}[m.rnd.IntN(3)]}
		if i%2 == 1 {
			u.asked = "bob"
		}
		m.users = append(m.users, u)
	}
	return m
}

func (m *sim) dial(u *user) {
	m.now += m.tick
	u.s = m.judge.Dial(u.n, u.asked, m.now)
	u.leaving, u.in, u.out = Stays, nil, nil
	u.stays++
	name := u.asked
	for k := 2; m.holder(name) != nil; k++ {
		name = fmt.Sprintf("%s%d", u.asked, k)
	}
	if m.spoil.name != nil {
		name = m.spoil.name(u, name)
	}
	u.name, u.here = name, true
	m.tell(nil, wire.Frame{Kind: wire.Join, Names: [][]byte{[]byte(name)}})
	m.here = append(m.here, u)
	var all []string
	for _, o := range m.here {
		all = append(all, o.name)
	}
	if m.spoil.roster != nil {
		all = m.spoil.roster(u, all)
	}
	roster := wire.Frame{Kind: wire.Roster}
	for _, n := range all {
		roster.Names = append(roster.Names, []byte(n))
	}
	u.welcomed = name
	if m.spoil.greets != nil {
		u.welcomed = m.spoil.greets(u)
	}
	greeting := []wire.Frame{{Kind: wire.Welcome, Names: [][]byte{[]byte(u.welcomed)}}, roster}
	if m.spoil.greeting != nil {
		greeting = m.spoil.greeting(u, greeting)
	}
	u.out = append(u.out, greeting...)
}

// stranger has somebody who is not of the run come into the room.
func (m *sim) stranger(name string) *user {
	u := &user{n: -1, name: name, welcomed: name, here: true, loyal: true}
	m.tell(nil, wire.Frame{Kind: wire.Join, Names: [][]byte{[]byte(name)}})
	m.here = append(m.here, u)
	return u
}

// utter has a stranger say something to the group.
func (m *sim) utter(u *user, text string) {
	u.out = nil
	m.tell(nil, wire.Frame{Kind: wire.Line, Sender: []byte(u.name), Text: []byte(text), Target: []byte(wire.Group)})
}

// holder returns who has a name, the latest where a defect gave it twice.
func (m *sim) holder(name string) *user {
	for _, u := range slices.Backward(m.here) {
		if u.name == name {
			return u
		}
	}
	return nil
}

// tell hands a frame to everybody, or to some.
func (m *sim) tell(to []*user, f wire.Frame) {
	if to == nil {
		to = m.here
	}
	for _, u := range to {
		fs := []wire.Frame{f}
		if m.spoil.emit != nil {
			fs = m.spoil.emit(u, f)
		}
		u.out = append(u.out, fs...)
	}
	if m.eager != nil {
		m.read(m.eager, 1<<30)
	}
}

// say has a chatter write a line to the group, or to target.
func (m *sim) say(u *user, target string) *Line { return m.claim(u, target, "") }

// claim is say with a sender field of somebody else, which is text to a right server.
func (m *sim) claim(u *user, target, claims string) *Line {
	m.now += m.tick
	text := string(ledger.AppendStamp(nil, m.nonce, u.n, u.seq)) + fmt.Sprintf("@ a\tb ü %d", m.rnd.IntN(1e9))
	if claims != "" {
		text += "@" + claims + "@" + wire.Group
	}
	l := u.s.Send(Note{Seq: u.seq, Text: text, Target: target, Claims: claims, Intended: m.now, Actual: m.now, Measured: true})
	stamp, _, _ := strings.Cut(text, ";")
	m.sent[stamp] = l
	u.seq++
	u.in = append(u.in, l)
	return l
}

// take has the server take up to n of what a chatter wrote.
func (m *sim) take(u *user, n int) {
	if m.spoil.input != nil {
		m.spoil.input(u)
	}
	for ; n > 0 && len(u.in) > 0; n-- {
		l := u.in[0]
		u.in = u.in[1:]
		if m.spoil.line == nil || m.spoil.line(u, l) {
			m.deliver(u, l)
		}
	}
	if u.leaving != Stays && len(u.in) == 0 && u.here {
		m.remove(u)
	}
}

func (m *sim) deliver(u *user, l *Line) {
	f := wire.Frame{Kind: wire.Line, Sender: []byte(u.name), Text: []byte(l.Text), Target: []byte(wire.Group)}
	if u.welcomed != u.name { // another's name: text
		f.Text = fmt.Appendf(f.Text, "@%s@%s", u.welcomed, cmp.Or(l.Target, wire.Group))
	}
	if !l.Private() || u.welcomed != u.name {
		m.tell(nil, f)
		return
	}
	f.Private, f.Target = true, []byte(l.Target)
	t := m.holder(l.Target)
	switch {
	case t == nil:
		answer := []wire.Frame{{Kind: wire.Error, Text: []byte(wire.NoSuchUser.With(l.Target))}}
		if m.spoil.absent != nil {
			answer = m.spoil.absent(u, f, answer)
		}
		for _, a := range answer {
			m.tell([]*user{u}, a)
		}
	case t == u:
		m.tell([]*user{u}, f)
	default:
		m.tell([]*user{u, t}, f)
	}
}

func (m *sim) remove(u *user) {
	u.here = false
	m.here = slices.DeleteFunc(m.here, func(o *user) bool { return o == u })
	times := 1
	if m.spoil.leave != nil {
		times = m.spoil.leave(u)
	}
	for range times {
		m.tell(nil, wire.Frame{Kind: wire.Leave, Names: [][]byte{[]byte(u.name)}})
	}
}

// read has a chatter read up to n frames.
func (m *sim) read(u *user, n int) {
	if u.s == nil {
		return
	}
	m.now += time.Microsecond
	for ; n > 0 && len(u.out) > 0; n-- {
		f := u.out[0]
		u.out = u.out[1:]
		m.observe(u, &f)
	}
	u.s.Flush(m.now)
}

// observe has two of three chatters show what they got by its bytes first, as
// clients do that parse only what they have to.
func (m *sim) observe(u *user, f *wire.Frame) {
	if f.Kind == wire.Invalid {
		u.s.Garbage(fmt.Sprintf("frame %q", f.Raw))
		return
	}
	if raw := rawOf(f); raw != nil && u.n%3 != 2 {
		f.Raw = bytes.TrimSuffix(raw, []byte("\n"))
		if _, ok := u.s.Pass(f.Raw, m.now); ok {
			m.passed++
			return
		}
	}
	u.s.Observe(f, m.now)
}

// rawOf returns a frame as bytes, nil for those that nobody else gets.
func rawOf(f *wire.Frame) []byte {
	switch f.Kind {
	case wire.Line:
		return wire.AppendLine(nil, string(f.Sender), f.Text, string(f.Target))
	case wire.Join:
		return wire.AppendJoin(nil, string(f.Names[0]))
	case wire.Leave:
		return wire.AppendLeave(nil, string(f.Names[0]))
	}
	return nil
}

func (u *user) String() string { return fmt.Sprintf("chatter %d", u.n) }

// talks reports whether the chatter may write a line.
func (u *user) talks() bool { return u.s != nil && u.s.Joined() && u.leaving == Stays && u.here }
