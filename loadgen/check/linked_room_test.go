package check

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// A room of two linked servers, each of which tells its own clients what they do at
// once, and the other server in turn. All is one goroutine's, and every step is drawn.

type linkedRoom struct {
	rnd     *rand.Rand
	judge   *Judge
	now     time.Duration
	servers [2]*linkedServer
	all     []*linkedUser
	spoil   *linkedFault // nil: it is right
	count   int          // lines so far
	planted bool
	replay  *ledger.Replay
	broken  error // the recording could not be played again
}

// linkedServer is a server: who is there by its own view, and what is on its way to the other.
type linkedServer struct {
	room  *linkedRoom
	other *linkedServer
	here  []*linkedUser
	known []*linkedUser // at the other server, whose joins may still come
	link  []linkedEvent
	held  *linkedEvent // a swap has kept it back
}

// linkedUser is a chatter, at its server for one stay.
type linkedUser struct {
	*Session
	at     *linkedServer
	name   string
	number int
	seq    int
	up     []linkedEvent // on its way to the server
	down   []wire.Frame  // on its way to the chatter
	loyal  bool          // stays to the end
	left   bool          // has said so
	closed bool          // its stream has ended, once it has read all
	done   bool
}

// linkedEvent is something that somebody does.
type linkedEvent struct {
	kind   wire.Kind // Join, Leave, Line, or Error: that the target of its line is not there
	who    *linkedUser
	text   string
	target string
	untold bool // nobody is told of it
}

func (e linkedEvent) frame() wire.Frame {
	f := wire.Frame{Kind: e.kind}
	switch e.kind {
	case wire.Line:
		f.Sender, f.Text, f.Target, f.Private = []byte(e.who.name), []byte(e.text), []byte(wire.Group), e.target != ""
		if f.Private {
			f.Target = []byte(e.target)
		}
	case wire.Error:
		f.Text = []byte(wire.NoSuchUser.With(e.target))
	default:
		f.Names = [][]byte{[]byte(e.who.name)}
	}
	return f
}

func (s *linkedServer) holder(name string) *linkedUser {
	i := slices.IndexFunc(s.here, func(u *linkedUser) bool { return u.name == name })
	if i < 0 {
		return nil
	}
	return s.here[i]
}

func (s *linkedServer) tell(to *linkedUser, e linkedEvent) {
	if to.at != s || to.closed {
		return
	}
	if r := s.room; r.spoil != nil && r.spoil.tell != nil && !r.planted && r.spoil.tell(to, e) {
		r.planted = true
		return
	}
	to.down = append(to.down, e.frame())
}

func (s *linkedServer) tellAll(e linkedEvent) {
	for _, u := range s.here {
		s.tell(u, e)
	}
}

// take does what one of its clients asks for, or the other server tells.
func (s *linkedServer) take(e linkedEvent, local bool) {
	switch e.kind {
	case wire.Join:
		if !e.untold {
			s.tellAll(e)
		}
		s.here = append(s.here, e.who)
		if local {
			s.greet(e.who)
			s.link = append(s.link, linkedEvent{kind: wire.Welcome, who: e.who}) // its nick goes first
		}
	case wire.Welcome:
		s.known = append(s.known, e.who)
		return
	case wire.Leave:
		s.here = slices.DeleteFunc(s.here, func(u *linkedUser) bool { return u == e.who })
		s.known = slices.DeleteFunc(s.known, func(u *linkedUser) bool { return u == e.who })
		s.tellAll(e)
		e.who.closed = e.who.closed || local
	case wire.Error:
		s.tell(e.who, e)
		return
	default:
		if e.target != "" {
			s.private(e, local)
			return
		}
		s.tellAll(e)
	}
	if local {
		s.link = append(s.link, e)
	}
}

func (s *linkedServer) greet(u *linkedUser) {
	roster := wire.Frame{Kind: wire.Roster}
	for _, o := range s.here {
		roster.Names = append(roster.Names, []byte(o.name))
	}
	u.down = append(u.down, wire.Frame{Kind: wire.Welcome, Names: [][]byte{[]byte(u.name)}}, roster)
}

func (s *linkedServer) private(e linkedEvent, local bool) {
	to := s.holder(e.target)
	if i := slices.IndexFunc(s.known, func(u *linkedUser) bool { return u.name == e.target }); i >= 0 {
		to = s.known[i]
	}
	switch {
	case local && to == nil:
		s.tell(e.who, linkedEvent{kind: wire.Error, who: e.who, target: e.target})
		return
	case local:
		s.tell(e.who, e)
	case to == nil || to.at != s: // it has left meanwhile
		s.link = append(s.link, linkedEvent{kind: wire.Error, who: e.who, target: e.target})
		return
	}
	if to.at == s && to != e.who {
		s.tell(to, e)
	} else if to.at != s {
		s.link = append(s.link, e)
	}
}

// pass has the other server be told of what is first on the link.
func (s *linkedServer) pass() bool {
	if len(s.link) == 0 {
		return false
	}
	e := s.link[0]
	s.link = s.link[1:]
	out := []linkedEvent{e}
	if r := s.room; r.spoil != nil && r.spoil.pass != nil && !r.planted && r.count > 60 {
		wrong, yes := r.spoil.pass(s, e)
		switch {
		case yes:
			r.planted, out = true, wrong
		case s.held != nil && s.held.who == e.who && s.held.text == e.text:
			return true
		}
	}
	for _, e := range out {
		s.other.take(e, false)
	}
	return true
}

// come has a new chatter dial, by a name that nobody has or has had a moment ago.
func (r *linkedRoom) come(s *linkedServer, number int, loyal bool) {
	name := fmt.Sprint("u", number)
	if !loyal {
		name = fmt.Sprint("g", r.rnd.IntN(6))
		if slices.ContainsFunc(r.all, func(u *linkedUser) bool {
			return u.name == name && (!u.done || r.servers[0].holder(name) != nil || r.servers[1].holder(name) != nil)
		}) || len(r.servers[0].link)+len(r.servers[1].link) > 0 {
			return
		}
	}
	k := slices.Index(r.servers[:], s)
	u := &linkedUser{Session: r.judge.DialAt(k, number, name, r.now), at: s, name: name, number: number, loyal: loyal}
	r.all = append(r.all, u)
	u.up = append(u.up, linkedEvent{kind: wire.Join, who: u})
}

// says has somebody say something, to one or all.
func (r *linkedRoom) says(u *linkedUser, target string) {
	text := string(ledger.AppendStamp(nil, "l1nk", u.number, u.seq)) + "words"
	u.Send(Note{Seq: u.seq, Text: text, Target: target, Intended: r.now, Actual: r.now, Measured: true})
	u.seq++
	r.count++
	u.up = append(u.up, linkedEvent{kind: wire.Line, who: u, text: text, target: target})
}

func (r *linkedRoom) leaves(u *linkedUser) {
	kind := FIN
	if r.rnd.IntN(3) == 0 {
		kind = Reset
	}
	if r.says(u, ""); kind == FIN && r.rnd.IntN(2) == 0 {
		kind = HalfClose
	}
	u.Closing(kind, r.now)
	u.left = true
	u.up = append(u.up, linkedEvent{kind: wire.Leave, who: u})
	if kind == Reset {
		u.up = append(u.up[:r.rnd.IntN(len(u.up))], linkedEvent{kind: wire.Leave, who: u})
		u.Ended(r.now)
		u.done = true
	}
}

// reads has somebody read one frame.
func (r *linkedRoom) reads(u *linkedUser) bool {
	switch {
	case u.done || len(u.down) == 0 && !u.closed:
		return false
	case len(u.down) == 0:
		u.Ended(r.now)
		u.done = true
		return true
	}
	u.Observe(&u.down[0], r.now)
	u.Flush(r.now)
	u.down = u.down[1:]
	return true
}

// asks has a server take what somebody asks for.
func (u *linkedUser) asks() bool {
	if len(u.up) == 0 {
		return false
	}
	e := u.up[0]
	u.up = u.up[1:]
	u.at.take(e, true)
	return true
}

// run plays a run and has it judged.
func (r *linkedRoom) run(seed uint64) Result {
	r.rnd, r.replay = rand.New(rand.NewPCG(seed, 1)), ledger.NewReplay()
	r.judge = New(Config{Nonce: "l1nk", Capabilities: Capabilities{Protocol: "IRC", Sets: true, OwnSuffix: true, NoClaims: true, Servers: 2},
		Slowest: func(time.Duration) time.Duration { return time.Minute }, Record: r.record})
	for i := range r.servers {
		r.servers[i] = &linkedServer{room: r}
	}
	r.servers[0].other, r.servers[1].other = r.servers[1], r.servers[0]
	for n := range 8 {
		r.come(r.servers[n%2], n, true)
		if n < 2 {
			r.settle()
		}
	}
	next := 8
	for range 4000 {
		r.step(&next)
	}
	for _, u := range slices.Clone(r.all) {
		if !u.loyal && !u.left && u.Joined() {
			r.leaves(u)
		}
	}
	r.settle()
	for _, n := range []int{0, 1} {
		r.says(r.all[n], "")
		r.settle()
	}
	return r.judge.End(End{})
}

// record has the run be judged once more, from its recording.
func (r *linkedRoom) record(e *ledger.Event) {
	if r.broken == nil {
		r.broken = r.replay.Step(e)
	}
}

func (r *linkedRoom) step(next *int) {
	r.now += time.Duration(1+r.rnd.IntN(300)) * time.Microsecond
	u := r.all[r.rnd.IntN(len(r.all))]
	switch n := r.rnd.IntN(100); {
	case n < 1 && *next < 40:
		before := len(r.all)
		if r.come(r.servers[*next%2], *next, false); len(r.all) > before {
			*next++
		}
	case n < 6 && u.Joined() && !u.left:
		r.says(u, "")
	case n < 12 && u.Joined() && !u.left:
		r.says(u, r.all[r.rnd.IntN(len(r.all))].name)
	case n < 14 && !u.loyal && u.Joined() && !u.left:
		r.leaves(u)
	case n < 45:
		u.asks()
	case n < 55:
		r.servers[r.rnd.IntN(2)].pass()
	default:
		for range 3 {
			r.reads(u)
		}
	}
}

// settle has all that is on its way come.
func (r *linkedRoom) settle() {
	for moved := true; moved; {
		moved = false
		r.now += time.Millisecond
		for _, u := range r.all {
			asked := u.asks()
			moved = r.reads(u) || asked || moved
		}
		for _, s := range r.servers {
			moved = s.pass() || moved
		}
	}
}
