package check

import (
	"testing"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// linkedPair is two linked servers of which a test tells step by step what their chatters see.
type linkedPair struct {
	*Judge
	now    time.Duration
	seqs   map[*Session]int
	replay *ledger.Replay
	broken error // the recording could not be played again
}

func newLinkedPair(retired func(*Line, time.Duration, time.Duration), set ...func(*Config)) *linkedPair {
	p := &linkedPair{seqs: make(map[*Session]int), replay: ledger.NewReplay()}
	cfg := Config{Nonce: "l1nk", Retired: retired, Capabilities: Capabilities{Protocol: "IRC", Sets: true, OwnSuffix: true, NoClaims: true, Servers: 2},
		Slowest: func(time.Duration) time.Duration { return time.Minute }, Record: func(e *ledger.Event) {
			if p.broken == nil {
				p.broken = p.replay.Step(e)
			}
		}}
	for _, f := range set {
		f(&cfg)
	}
	p.Judge = New(cfg)
	return p
}

func linkedNames(names ...string) (out [][]byte) {
	for _, n := range names {
		out = append(out, []byte(n))
	}
	return out
}

func (p *linkedPair) see(s *Session, f wire.Frame) {
	s.Observe(&f, p.now)
	s.Flush(p.now)
}

// comes has a chatter come in, and those there be told.
func (p *linkedPair) comes(server, number int, name string, there ...*Session) *Session {
	s := p.newcomer(server, number, name, there...)
	p.told(wire.Join, name, there...)
	return s
}

// newcomer has a chatter come in.
func (p *linkedPair) newcomer(server, number int, name string, there ...*Session) *Session {
	p.now += time.Millisecond
	s := p.DialAt(server, number, name, p.now)
	p.see(s, wire.Frame{Kind: wire.Welcome, Names: linkedNames(name)})
	var roster []string
	for _, o := range there {
		roster = append(roster, o.Name())
	}
	roster = append(roster, name)
	p.see(s, wire.Frame{Kind: wire.Roster, Names: linkedNames(roster...)})
	return s
}

// told has some be told of a join or leave.
func (p *linkedPair) told(k wire.Kind, name string, all ...*Session) {
	for _, s := range all {
		p.see(s, wire.Frame{Kind: k, Names: linkedNames(name)})
	}
}

// leaves has a chatter leave, and others be told.
func (p *linkedPair) leaves(s *Session, told ...*Session) {
	s.Closing(FIN, p.now)
	p.now += time.Millisecond
	p.told(wire.Leave, s.Name(), told...)
	s.Ended(p.now)
}

// says has a chatter say something to a name, or all, and returns what comes of it.
func (p *linkedPair) says(s *Session, target string) wire.Frame {
	text := string(ledger.AppendStamp(nil, "l1nk", s.Chatter, p.seqs[s])) + "words"
	s.Send(Note{Seq: p.seqs[s], Text: text, Target: target, Intended: p.now, Actual: p.now, Measured: true})
	p.seqs[s]++
	f := wire.Frame{Kind: wire.Line, Sender: []byte(s.Name()), Text: []byte(text), Target: []byte(wire.Group), Private: target != ""}
	if f.Private {
		f.Target = []byte(target)
	}
	return f
}

// heard has a line come to some.
func (p *linkedPair) heard(f wire.Frame, all ...*Session) {
	for _, s := range all {
		p.see(s, f)
	}
}

// noUser has a chatter be told that a name is not there.
func (p *linkedPair) noUser(s *Session, name string) {
	p.see(s, wire.Frame{Kind: wire.Error, Text: []byte(wire.NoSuchUser.With(name))})
}

// ends holds how many violations there are, live and from the recording.
func (p *linkedPair) ends(t *testing.T, violations int64) Result {
	t.Helper()
	res := p.End(End{})
	_, why := failures(res)
	n := int64(0)
	for _, c := range res.Checks {
		n += c.Violations
	}
	if n != violations {
		t.Errorf("%d violations, want %d\n%s", n, violations, why)
	}
	if p.broken != nil {
		t.Fatal(p.broken)
	}
	if _, again := failures(Replayed(p.replay)); again != why {
		t.Errorf("judged again\n%s\nlive\n%s", again, why)
	}
	return res
}

// known returns how many lines a server's ledger knows.
func (p *linkedPair) known(server int) (n int) {
	(&ledger.Closed{Ledger: p.ledger.Servers()[server]}).EachLine(func(*Line) { n++ })
	return n
}
