package cluster

import (
	"strings"
	"time"
)

const (
	flooded = 64 << 10 // bytes that the stream of a flood keeps, as all know
	slack   = 16 << 10 // and what it keeps of what is under way
	grace   = 2 * time.Second
)

var long = strings.Repeat("x", 150)

// flood is what a world is in whose stream much is said, and which keeps little: nobody
// may lose its place there who lives, and nobody is dropped who does not hold the others
// up. It reads the stream itself, and sees at once what is stored.
type flood struct {
	w     *world
	core  *Core
	bytes uint64
	far   map[ID]time.Duration // since when each holds the others up
}

func newFlood(w *world) *flood {
	f := &flood{w: w}
	f.anew()
	return f
}

// anew has the stream begin anew.
func (f *flood) anew() {
	if f == nil {
		return
	}
	f.bytes, f.far = 0, map[ID]time.Duration{}
	f.core = NewCore(Config{Machine: f, NewID: func() ID { return ID{} }})
	f.core.pace.keep(flooded)
	f.core.Begin(f.w.now, 0, nil)
}

// store reads the newest message, and has the stream forget what is too much.
func (f *flood) store() {
	if f == nil {
		return
	}
	w := f.w
	m := w.stream[len(w.stream)-1]
	f.core.votes = nil
	f.core.Take(w.now, m)
	f.bytes += cost(m)
	for id, l := range f.core.lives.alive {
		switch behind := f.core.pace.sum - l.applied; {
		case behind < flooded/nearShare:
			delete(f.far, id)
		case behind >= flooded/farShare && f.far[id] == 0:
			f.far[id] = w.now
		}
	}
	for ; f.bytes > flooded+slack; w.stream = w.stream[1:] {
		f.bytes -= cost(w.stream[0])
		for _, n := range w.nodes {
			if n.made == w.made && n.core.last < w.stream[0].Seq && f.core.lives.alive[n.core.lives.own] != nil {
				w.fail("the stream forgets what node %d has not read, which nobody has dropped", n.index)
			}
		}
	}
}

// End implements Machine.
func (f *flood) End(id ID, _ time.Time, why error) {
	if f.w.now-f.far[id] < grace-beatEvery && why == ErrSlow {
		f.w.fail("%s is dropped %v after it began to hold the others up", name(id), f.w.now-f.far[id])
	}
}

// The rest of a Machine, which a flood has no need of.
func (f *flood) Reset([]byte, time.Time) error             { return nil }
func (f *flood) Apply(ID, uint64, time.Time, []byte) error { return nil }
func (f *flood) Flush()                                    {}
func (f *flood) Snapshot() ([]byte, error)                 { return nil, nil }
func (f *flood) Restore([]byte) error                      { return nil }
func (f *flood) Hash() uint64                              { return 0 }
func (f *flood) Live(ID, error)                            {}

func judgeFlood(seed uint64, broken fault) *world {
	return newWorld(seed, 2+int(seed%3), broken, true).judge()
}
