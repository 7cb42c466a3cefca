package cluster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	step  = 50 * time.Millisecond
	lease = 4 * time.Second
)

// world is several Managers over one simulated stream, of a seed: everything that
// may go wrong with a stream goes wrong.
type world struct {
	rnd     *rand.Rand
	now     time.Duration
	stream  []Message // those that are kept
	next    uint64    // place of the next one
	made    int       // how often the stream was made anew
	elected time.Duration
	nodes   []*node
	flights []flight
	mail    []letter
	heard   map[ID][]time.Time // when the stream stored something new of a life
	number  map[ID]uint64      // of its next request
	truth   map[string][]string
	sums    map[string][]uint64
	bad     string
	story   []string
	closed  map[error]int
	broken  fault
	flood   *flood // nil: the stream keeps all, and few talk
	old     bool   // Managers speak the oldest version until they are killed
}

// node is one Manager of a world.
type node struct {
	index  int
	core   *Core
	house  *house
	made   int // the stream that it reads
	asleep time.Duration
	cut    time.Duration // until when what it publishes is lost
	deaf   time.Duration // until when it does not know that the stream was made anew
	slow   int           // messages that it takes a step
	asked  int           // requests of this life
	in     map[int]bool
	sent   time.Duration // when the last message arrives, in a flood, where they keep their order
	asks   time.Duration // when it may ask for a snapshot again
}

// flight is a message on its way to the stream.
type flight struct {
	at   time.Duration
	from *node
	data []byte
}

// letter is a snapshot on its way.
type letter struct {
	at   time.Duration
	to   *node
	data []byte
}

func newWorld(seed uint64, nodes int, broken fault, flooded bool) *world {
	w := &world{rnd: rand.New(rand.NewPCG(seed, 7)), next: 1, heard: map[ID][]time.Time{}, number: map[ID]uint64{}, truth: map[string][]string{}, sums: map[string][]uint64{},
		closed: map[error]int{}, broken: broken}
	if flooded {
		w.flood = newFlood(w)
	}
	w.old = !flooded && seed%2 == 1
	for i := range nodes {
		w.nodes = append(w.nodes, &node{index: i})
		w.start(w.nodes[i])
	}
	return w
}

// start has a Manager begin, or begin again: nothing is left of what it was.
func (w *world) start(n *node) {
	n.house = &house{w: w, n: n}
	n.core, n.made, n.asleep, n.cut, n.deaf, n.slow, n.asks = nil, w.made, 0, 0, 0, 1000, 0
	speaks := byte(newest)
	if w.old && w.now == 0 {
		speaks = oldest
	}
	core := NewCore(Config{Machine: n.house, Speaks: speaks, Settings: []byte("settings"), Lease: lease, Grace: grace, MaxBatch: 300, Address: address(n.index), NewID: func() (id ID) {
		for i := range id {
			id[i] = byte(w.rnd.Uint32())
		}
		return id
	}})
	core.pulse.ticked, core.broken, core.pace.broken = w.now, w.broken, w.broken
	if w.flood != nil {
		core.pace.keep(flooded)
	}
	core.Begin(w.now, w.next-1, nil)
	n.core = core
}

func (w *world) chance(per1000 int) bool { return w.rnd.IntN(1000) < per1000 }

func (w *world) upTo(d time.Duration) time.Duration { return time.Duration(w.rnd.Int64N(int64(d))) }

func (w *world) fail(format string, args ...any) {
	if w.bad == "" {
		w.bad = fmt.Sprintf("%v: ", w.now) + fmt.Sprintf(format, args...)
	}
}

func (w *world) says(format string, args ...any) {
	w.story = append(w.story, fmt.Sprintf(format, args...))
}

// agree holds that all rooms that began at one reset have the same entries.
func (w *world) agree(h *house, text string) {
	all, i := w.truth[h.state.Epoch], h.state.Entries-1
	switch {
	case i < len(all) && (all[i] != text || w.sums[h.state.Epoch][i] != h.state.Sum):
		w.fail("entry %d is %q at node %d, and %q at another", i, text, h.n.index, all[i])
	case i == len(all):
		w.truth[h.state.Epoch] = append(all, text)
		w.sums[h.state.Epoch] = append(w.sums[h.state.Epoch], h.state.Sum)
	case i > len(all):
		w.fail("node %d is at entry %d of %d", h.n.index, i, len(all))
	}
}

// hear records that the stream has something new of a life.
func (w *world) hear(data []byte) {
	k, id, body, err := parse(data, newest)
	first, requests, wrong := split(body)
	if err != nil || wrong != nil || k != numbered {
		return
	}
	next := max(w.number[id], 1)
	if end := first + uint64(len(requests)); first <= next && end > next {
		w.number[id] = end
		w.heard[id] = append(w.heard[id], w.clock())
	}
}

// ended holds that a life is not buried of which the stream has had something.
func (w *world) ended(id ID, at time.Time) {
	last := time.Time{}
	for _, t := range w.heard[id] {
		if !t.After(at) {
			last = t
		}
	}
	if quiet := at.Sub(last); quiet < lease-2*beatEvery {
		w.fail("%s is buried %v after it was heard", name(id), quiet)
	}
}

// clock returns the time of the next message of the stream.
func (w *world) clock() time.Time {
	return time.Unix(1_700_000_000, 0).Add(w.now + time.Duration(w.next)*time.Microsecond)
}

// run steps the world for a time, with faults or without.
func (w *world) run(d time.Duration, faults bool) {
	for end := w.now + d; w.now < end && w.bad == ""; w.now += step {
		if faults {
			w.trouble()
		}
		w.store()
		for _, n := range w.nodes {
			if w.now >= n.asleep {
				w.turn(n, faults)
			}
		}
		w.deliver()
	}
}

// trouble is what goes wrong in one step.
func (w *world) trouble() {
	n := w.nodes[w.rnd.IntN(len(w.nodes))]
	switch w.rnd.IntN(400) {
	case 0, 1:
		w.says("%v node %d is killed", w.now, n.index)
		w.start(n)
	case 2, 3, 4:
		n.asleep = w.now + w.upTo(3*lease)
		w.says("%v node %d is stopped until %v", w.now, n.index, n.asleep)
	case 5, 6:
		n.cut = w.now + w.upTo(2*lease)
		w.says("%v what node %d publishes is lost until %v", w.now, n.index, n.cut)
	case 7, 8:
		w.elected = w.now + w.upTo(5*time.Second)
		w.says("%v the leader is dead until %v", w.now, w.elected)
		w.flights = slices.DeleteFunc(w.flights, func(flight) bool { return w.chance(500) })
	case 9:
		if w.flood != nil {
			return
		}
		w.stream = w.stream[max(0, len(w.stream)-w.rnd.IntN(40)):]
		w.says("%v the stream keeps %d messages", w.now, len(w.stream))
	case 10:
		if w.chance(300) {
			w.says("%v the stream is made anew", w.now)
			w.made, w.next, w.stream, w.flights, w.mail = w.made+1, 1, nil, nil, nil
			w.flood.anew()
			for _, n := range w.nodes {
				n.deaf = w.now + w.upTo(2*time.Second)
			}
		}
	case 11, 12:
		n.slow = 1 + w.rnd.IntN(3)
	case 13, 14:
		n.slow = 1000
	}
}

// store has the stream store what has arrived.
func (w *world) store() {
	if w.now < w.elected {
		if w.flood != nil { // nobody keeps so much
			w.flights = slices.DeleteFunc(w.flights, func(f flight) bool { return f.at <= w.now })
		}
		return
	}
	for i := 0; i < len(w.flights); {
		f := w.flights[i]
		if f.at > w.now {
			i++
			continue
		}
		w.flights = slices.Delete(w.flights, i, i+1)
		for range 1 + w.rnd.IntN(50)/49 {
			w.stream = append(w.stream, Message{Seq: w.next, At: w.clock(), Data: f.data})
			w.hear(f.data)
			w.next++
			w.flood.store()
		}
		if w.chance(5) {
			f.from.core.Failed(w.now) // its acknowledgement is lost
		}
	}
}

// turn has one Manager take, do and publish what it can.
func (w *world) turn(n *node, talk bool) {
	if n.made != w.made && w.broken != anewIgnored && w.now >= n.deaf {
		n.made = w.made
		n.core.Begin(w.now, 0, ErrReset)
	}
	for taken := 0; taken < n.slow && (n.made == w.made || w.broken == anewIgnored); taken++ {
		i, _ := slices.BinarySearchFunc(w.stream, n.core.last+1, func(m Message, seq uint64) int { return int(m.Seq) - int(seq) })
		if i >= len(w.stream) {
			break
		}
		n.core.Take(w.now, w.stream[i])
	}
	n.core.Tick(w.now)
	if talk && n.core.Ready() && w.chance(300) {
		n.talk(w)
	}
	for talks := 0; talk && w.flood != nil && talks < 4 && n.core.Ready() && n.core.Takes(); talks++ {
		n.talk(w)
	}
	for b := n.core.Publish(w.now); b != nil; b = n.core.Publish(w.now) {
		if w.now < n.cut {
			continue
		}
		late := 0
		if w.chance(10) {
			late = 300 // overtaken by those behind
		}
		at := w.now + step*time.Duration(w.rnd.IntN(3)+late/50)
		if w.flood != nil && late == 0 {
			n.sent = max(n.sent, at)
			at = n.sent
		}
		w.flights = append(w.flights, flight{at, n, bytes.Clone(b)})
	}
	if n.core.Wants() && w.now >= n.asks {
		n.asks = w.now + time.Second
		from := w.nodes[w.rnd.IntN(len(w.nodes))]
		if b, err := from.core.Snapshot(); b != nil && err == nil && w.now >= from.asleep {
			w.mail = append(w.mail, letter{w.now + w.upTo(1500*time.Millisecond), n, b})
		}
	}
	if err := n.core.fatal; err == ErrNewer && n.core.cfg.Speaks == oldest {
		w.says("%v node %d is too old", w.now, n.index)
		w.closed[err]++
		w.start(n)
	} else if err != nil {
		w.fail("node %d gives up: %v", n.index, err)
	}
}

// deliver has snapshots arrive, some of them late.
func (w *world) deliver() {
	w.mail = slices.DeleteFunc(w.mail, func(l letter) bool {
		if l.at <= w.now {
			_ = l.to.core.Install(w.now, l.data) // may be too old
		}
		return l.at <= w.now
	})
}

// talk has a user do something.
func (n *node) talk(w *world) {
	if n.in == nil {
		n.in = map[int]bool{}
	}
	a := ask{K: n.asked, User: w.rnd.IntN(6), Do: "say", Name: []string{"bob", "amy", "bob2"}[w.rnd.IntN(3)]}
	switch {
	case !n.in[a.User]:
		a.Do = "join"
		n.in[a.User] = true
	case w.chance(200):
		a.Do = "leave"
		n.in[a.User] = false
	}
	if w.flood != nil {
		a.More = long[:w.rnd.IntN(len(long))]
	}
	n.asked++
	b, _ := json.Marshal(a)
	n.core.Propose(b)
}
