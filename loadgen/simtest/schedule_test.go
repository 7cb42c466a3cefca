package simtest_test

import (
	"math/rand/v2"
	"time"

	"chatsim/loadgen/check"
)

// plan is all that decides a run.
type plan struct {
	sizes
	chatters int
	steps    []step
	plant    func(*world) // puts a bug into the server; may be nil
}

// sizes are in bytes but for the last.
type sizes struct {
	window   int // of the log
	up, down int // on their way to and from the server, at most
	scratch  int // written at once, at most
	before   int // stays of others, before the run
}

// roomy sizes are in nobody's way.
var roomy = sizes{window: 64 << 10, up: 5000, down: 5000, scratch: 4 << 10}

// draw makes the plan of a seed.
func draw(seed uint64, chatters, steps int, plant func(*world)) *plan {
	rnd := rand.New(rand.NewPCG(seed, 0))
	pick := func(from ...int) int { return from[rnd.IntN(len(from))] }
	return &plan{
		sizes: sizes{
			window:  pick(1<<10, 2<<10, 8<<10, roomy.window),
			up:      pick(50, 300, roomy.up),
			down:    pick(30, 100, 500, roomy.down),
			scratch: pick(2, 20, 300, roomy.scratch),
			before:  pick(0, 55), // the room cleans up after 64
		},
		chatters: chatters,
		steps:    schedule(rnd, chatters, steps),
		plant:    plant,
	}
}

// step is one decision of the scheduler. It is made without knowing what it
// will meet, and does nothing where it does not fit: so any part of a schedule
// is a schedule.
type step struct {
	do  deed
	who uint8
	n   uint16 // of bytes, or of whatever there is to choose from
}

type deed uint8

const (
	dials deed = iota
	says
	tells
	asks
	writes // the rest of what it said
	takes  // reads
	leaves
	changes // mood
	serves  // the server's reader of its lines
	feeds   // the server's writer
	passes  // time

	numDeeds
)

// often is how many of 100 steps are what.
var often = [numDeeds]int{dials: 4, says: 10, tells: 4, asks: 1, writes: 4, takes: 24, leaves: 3, changes: 2, serves: 22, feeds: 25, passes: 1}

// all stands for as much as there is; it is odd.
const all = 1<<16 - 1

// schedule draws steps, each time with one thing that happens more often.
func schedule(rnd *rand.Rand, chatters, steps int) []step {
	weights, sum := often, 0
	weights[rnd.IntN(len(weights))] *= 3
	for _, weight := range weights {
		sum += weight
	}
	list := make([]step, steps)
	for i := range list {
		if i < chatters { // they begin with everybody
			list[i] = step{do: dials, who: uint8(i), n: all}
			continue
		}
		k, do := rnd.IntN(sum), deed(0)
		for ; k >= weights[do]; do++ {
			k -= weights[do]
		}
		list[i] = step{do: do, who: uint8(rnd.IntN(chatters)), n: uint16(rnd.Uint32())}
	}
	return list
}

// amount returns how many bytes a number stands for: often few, so that they are cut
// anywhere.
func amount(n int) int {
	switch k := n / 8; n % 8 {
	case 0:
		return 1 + k%4
	case 1, 2:
		return 1 + k%100
	case 3, 4, 5:
		return 1 + k%2000
	}
	return all
}

// step makes one step.
func (w *world) step(s step) {
	u, n := w.chatters[s.who], int(s.n)
	switch s.do {
	case dials:
		u.dial(amount(n))
	case says:
		u.say("", n)
	case tells:
		u.say(w.chatters[n/16%len(w.chatters)].last, n)
	case asks:
		u.ask(n)
	case writes:
		u.write(amount(n))
	case takes:
		w.takes(u, n)
	case leaves:
		u.leave(n)
	case changes:
		w.changes(u, n)
	case serves:
		if s := w.of(u.n, n); s != nil {
			w.server.serve(s, amount(n))
			w.server.forget()
		}
	case feeds:
		if s := w.of(u.n, n); s != nil {
			w.server.write(s, amount(n))
			w.server.forget()
		}
	case passes:
		w.tick(time.Duration(1+n%8) * grace / 8)
	}
}

// takes has a chatter read as its mood is.
func (w *world) takes(u *chatter, n int) {
	switch u.mood {
	case reads:
		u.read(amount(n))
	case slow:
		u.read(1 + n%16)
	}
}

// changes gives a chatter that stays another mood, most often that it reads.
func (w *world) changes(u *chatter, n int) {
	if u.n == 0 || u.conn == nil || u.leaving != check.Stays {
		return
	}
	before := u.mood
	switch n % 8 {
	case 0:
		u.mood = stalls
	case 2, 3:
		u.mood = slow
	default:
		u.mood = reads
	}
	if u.mood != before {
		w.note("%v %s from now on", u, moods[u.mood])
	}
}
