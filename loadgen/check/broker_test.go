package check

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/manager/wire"
)

// likeBroker is what clients of a broker can show.
var likeBroker = Capabilities{Protocol: "a broker", Views: ledger.NoViews, NoPrivate: true, NoClaims: true}

// topic is a room of a broker without sockets: whoever is in gets what is published,
// and nobody is told who that is. Its chatters come, talk, read and go as a seed has
// it, and a defect spoils what one of them gets.
type topic struct {
	rnd      *rand.Rand
	j        *Judge
	now      time.Duration
	users    []*subscriber
	bySender bool // the lines of several senders have no order
	spoil    func(to *subscriber, f wire.Frame) []wire.Frame
	lines    int
	lost     int // the line of this number is lost for everybody; 0: none
}

// subscriber is one chatter, stay after stay.
type subscriber struct {
	n, seq int
	s      *Session
	in     bool
	out    []wire.Frame
	asked  bool // the server has closed its connection
}

func newTopic(seed uint64, users int, bySender bool) *topic {
	can := likeBroker
	can.BySender = bySender
	return topicOf(seed, users, can)
}

func topicOf(seed uint64, users int, can Capabilities) *topic {
	m := &topic{rnd: rand.New(rand.NewPCG(seed, 2)), bySender: can.BySender, j: New(Config{Nonce: "t3st", Capabilities: can})}
	for n := range users {
		m.users = append(m.users, &subscriber{n: n})
	}
	return m
}

func (m *topic) come(u *subscriber) {
	name := fmt.Sprintf("bob-%d", u.n)
	u.s = m.j.Dial(u.n, name, m.now)
	u.in, u.out = true, nil
	for _, kind := range []wire.Kind{wire.Welcome, wire.Roster} {
		u.s.Observe(&wire.Frame{Kind: kind, Names: [][]byte{[]byte(name)}}, m.now)
	}
}

// publish has a chatter send a line, which everybody who is in gets.
func (m *topic) publish(u *subscriber) {
	text := string(ledger.AppendStamp(nil, "t3st", u.n, u.seq)) + "hello"
	u.s.Send(Note{Seq: u.seq, Text: text, Intended: m.now, Actual: m.now, Measured: true})
	u.seq++
	m.lines++
	if m.lines == m.lost {
		return
	}
	f := wire.Frame{Kind: wire.Line, Sender: []byte(u.s.Name()), Text: []byte(text), Target: []byte(wire.Group)}
	for _, to := range m.users {
		if !to.in {
			continue
		}
		fs := []wire.Frame{f}
		if m.spoil != nil {
			fs = m.spoil(to, f)
		}
		to.out = append(to.out, fs...)
		if m.bySender {
			m.stir(to)
		}
	}
}

// stir has the last line that a chatter is to get overtake some of others.
func (m *topic) stir(to *subscriber) {
	for i := len(to.out) - 1; i > 0 && string(to.out[i].Sender) != string(to.out[i-1].Sender) && m.rnd.IntN(2) == 0; i-- {
		to.out[i], to.out[i-1] = to.out[i-1], to.out[i]
	}
}

func (m *topic) read(u *subscriber, n int) {
	for ; n > 0 && len(u.out) > 0; n-- {
		u.s.Observe(&u.out[0], m.now)
		u.out = u.out[1:]
	}
	u.s.Flush(m.now)
}

func (m *topic) leave(u *subscriber, kind Leave) {
	u.s.Closing(kind, m.now)
	u.in = false
	if kind != Reset {
		m.read(u, len(u.out))
	}
	u.s.Ended(m.now)
	u.s, u.out = nil, nil
}

// run returns a whole run, to the end of which everybody reads.
func (m *topic) run(steps int) Result {
	for _, u := range m.users {
		m.come(u)
	}
	for range steps {
		m.now += time.Millisecond
		u := m.users[m.rnd.IntN(len(m.users))]
		switch k := m.rnd.IntN(10); {
		case u.s == nil:
			m.come(u)
		case u.asked:
		case k < 3:
			m.publish(u)
		case k == 3 && u.n > 1 && m.rnd.IntN(5) == 0:
			m.leave(u, Leave(1+m.rnd.IntN(3)))
		default:
			m.read(u, m.rnd.IntN(8))
		}
	}
	m.publish(m.users[0])
	for _, u := range m.users {
		if u.s != nil && !u.asked {
			m.read(u, len(u.out))
		}
	}
	return m.j.End(End{})
}

// put has the server close a connection.
func (m *topic) put(u *subscriber) {
	u.s.Ended(m.now)
	u.in, u.asked, u.out = false, true, nil
}

// brokers returns what brokers may promise.
func brokers() (all []Capabilities) {
	for i := range 4 {
		can := likeBroker
		can.BySender, can.AtMostOnce = i&1 != 0, i&2 != 0
		all = append(all, can)
	}
	return all
}

func TestRightBroker(t *testing.T) {
	for seed := range seeds(200) {
		for _, by := range []bool{false, true} {
			for _, o := range newTopic(seed, 7, by).run(600).Checks {
				severally := by && (o.Name == TotalOrder || o.Name == CausalOrder)
				unable := slices.Contains([]string{ViewOrder, LeaveCompleteness, NameUniqueness, NameSuffixing, Confidentiality, Authenticity}, o.Name) || severally
				if o.Violations > 0 || unable != (o.Reason != "" && o.Verdict == report.NotExercised) && o.Name != Isolation {
					t.Fatalf("seed %d, by sender %v: %s is %s (%s), with %d violations, %d implied: %+v", seed, by, o.Name, o.Verdict, o.Reason, o.Violations, o.Implied, o.Witnesses)
				}
			}
		}
	}
}

// TestBrokenBroker: each defect fails its check and no other one.
func TestBrokenBroker(t *testing.T) {
	const at = 40 // the line that the defect is about
	// once has something done to a line on its way to the third chatter.
	once := func(m *topic, done *bool, do func(f wire.Frame, u *subscriber) []wire.Frame) {
		m.spoil = func(to *subscriber, f wire.Frame) []wire.Frame {
			if *done || to.n != 1 || m.lines < at || string(f.Sender) == to.s.Name() {
				return []wire.Frame{f}
			}
			*done = true
			return do(f, to)
		}
	}
	for _, d := range []struct {
		name     string
		check    string
		bySender bool // also where the lines of several senders have no order
		plant    func(m *topic, done *bool)
	}{
		{"a line is lost at one", Agreement, true, func(m *topic, done *bool) {
			once(m, done, func(wire.Frame, *subscriber) []wire.Frame { return nil })
		}},
		{"a line is lost for everybody", Validity, true, func(m *topic, done *bool) { m.lost, *done = at, true }},
		{"a line comes twice", NoDuplication, true, func(m *topic, done *bool) {
			once(m, done, func(f wire.Frame, _ *subscriber) []wire.Frame { return []wire.Frame{f, f} })
		}},
		{"a line is altered", NoCreation, true, func(m *topic, done *bool) {
			once(m, done, func(f wire.Frame, _ *subscriber) []wire.Frame {
				f.Text = append(slices.Clone(f.Text), '!')
				return []wire.Frame{f}
			})
		}},
		{"a line is forged", NoCreation, true, func(m *topic, done *bool) {
			once(m, done, func(f wire.Frame, _ *subscriber) []wire.Frame {
				forged := f
				forged.Text = []byte("nobody has said so")
				return []wire.Frame{f, forged}
			})
		}},
		{"two lines are swapped at one", TotalOrder, false, func(m *topic, done *bool) {
			once(m, done, func(f wire.Frame, to *subscriber) []wire.Frame {
				i := len(to.out) - 1
				if i < 0 || string(to.out[i].Sender) == string(f.Sender) {
					*done = false
					return []wire.Frame{f}
				}
				last := to.out[i]
				to.out[i] = f
				return []wire.Frame{last}
			})
		}},
		{"two lines of one sender are swapped at one", FIFOOrder, true, func(m *topic, done *bool) {
			once(m, done, func(f wire.Frame, to *subscriber) []wire.Frame {
				i := slices.IndexFunc(to.out, func(o wire.Frame) bool { return string(o.Sender) == string(f.Sender) })
				if i < 0 {
					*done = false
					return []wire.Frame{f}
				}
				earlier := to.out[i]
				to.out[i] = f
				return []wire.Frame{earlier}
			})
		}},
		{"somebody who reads is put out", RosterAccuracy, true, func(m *topic, done *bool) {
			once(m, done, func(_ wire.Frame, to *subscriber) []wire.Frame {
				m.put(to)
				return nil
			})
		}},
	} {
		for _, can := range brokers() {
			by := can.BySender
			if by && !d.bySender || !by && d.check == FIFOOrder {
				continue // elsewhere it is an order of all that is broken, see TestBroken
			}
			allowed := can.AtMostOnce && (d.check == Agreement || d.check == Validity)
			planted := 0
			for seed := uint64(0); planted < int(seeds(20)); seed++ {
				if seed > 200 {
					t.Fatalf("%s: planted in %d runs only", d.name, planted)
				}
				m := topicOf(seed, 7, can)
				done := false
				d.plant(m, &done)
				r := m.run(600)
				if !done {
					continue
				}
				planted++
				check := d.check
				if lost := r.Lost; allowed != (lost != nil) {
					t.Errorf("%s, seed %d, %+v: lost %+v", d.name, seed, can, lost)
				} else if allowed {
					check = ""
					one := report.Losses{Deliveries: 1, Lines: 1, Chatters: 1, Worst: []report.Loser{{Chatter: 1, Name: "bob-1", Deliveries: 1}}}
					if d.check == Validity {
						one = report.Losses{Everywhere: 1}
					}
					one.Allowed = "a broker promises to deliver a line at most once"
					if !reflect.DeepEqual(*lost, one) {
						t.Errorf("%s, seed %d, %+v: lost %+v", d.name, seed, can, lost)
					}
				}
				for _, o := range r.Checks {
					if o.Name == CausalOrder && check == TotalOrder && o.Violations > 0 {
						check = CausalOrder // the sender of the one had read the other
					}
				}
				for _, o := range r.Checks {
					want := int64(0)
					if o.Name == check {
						want = 1
					}
					if o.Violations != want {
						t.Errorf("%s, seed %d, by sender %v, at most once %v: %s has %d violations, want %d: %+v", d.name, seed, by, can.AtMostOnce, o.Name, o.Violations, want, o.Witnesses)
					}
				}
			}
		}
	}
}

// TestCrookedWays: receivers of a broker may each have an order of their own, in a run
// of any length. Behind 100,000 entries that came late no more of them are kept.
func TestCrookedWays(t *testing.T) {
	steps := 60_000
	if testing.Short() {
		steps = 6000
	}
	for seed := range seeds(4) {
		for _, o := range newTopic(seed, 40, true).run(steps).Checks {
			if o.Violations > 0 {
				t.Errorf("seed %d: %s has %d violations: %+v", seed, o.Name, o.Violations, o.Witnesses[0])
			}
		}
	}
}
