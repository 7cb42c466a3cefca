package manager

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"chatsim/manager/cluster"
	"chatsim/manager/irc"
	"chatsim/manager/room"
	"chatsim/manager/wire"
)

// replica has requests of the sequencer travel through a stream, and applies those
// of all Managers in the stream's order. It is the cluster's Machine; like
// sequencer.go this file takes the feed's lock.
type replica struct {
	// Static after newReplica.
	q        *sequencer
	m        *Manager
	run      *cluster.Runner
	settings settings
	ctx      context.Context // done when the Runner is
	luggage  luggage

	// Owned by the Runner's goroutine.
	life    cluster.ID
	homes   map[cluster.ID]*stayTable
	pending map[uint64]*travelling
	said    publication // lent to parseRequest
	locked  bool        // the feed, until Flush
	back    []returned  // whose outcomes Flush tells
}

// startReplica has the Manager's room be one with those of other Managers.
func (m *Manager) startReplica() {
	settings := m.settings()
	p := &replica{q: m.seq, m: m, settings: settings, homes: make(map[cluster.ID]*stayTable), pending: make(map[uint64]*travelling),
		luggage: luggage{memory: semaphore.NewWeighted(travelMemory)}}
	m.seq.state.replicated = true
	core := cluster.NewCore(cluster.Config{Machine: p, Settings: settings.text(), Lease: m.cfg.Lease, Grace: m.cfg.Grace, Address: string(m.cfg.Advertise), NewID: func() (id cluster.ID) {
		_, _ = rand.Read(id[:]) // never fails
		return id
	}})
	p.run = cluster.NewRunner(core, p, m.cfg.Stream)
	m.seq.replica = p
	ctx, cancel := context.WithCancel(context.Background())
	p.ctx, m.endReplica = ctx, cancel
	m.goroutines.Go(func() {
		defer cancel()
		if err := p.run.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			m.log.Error("this Manager has left the room of the others", "error", err)
		}
	})
}

// Cluster returns what the Manager knows of the others; the zero Status where there
// are none.
func (m *Manager) Cluster() cluster.Status {
	if m.seq.replica == nil {
		return cluster.Status{}
	}
	p := m.seq.replica
	st := p.run.Status()
	st.Held, st.Slowed = p.luggage.held.Load(), p.luggage.slowed.Load()
	return st
}

// WaitReady waits until users may come in.
func (m *Manager) WaitReady(ctx context.Context) error {
	if m.seq.replica == nil {
		return nil
	}
	return m.seq.replica.run.WaitReady(ctx)
}

// WaitLost waits until this Manager has lost the room that it has together with
// others, for good, and returns why; nil: it was shut down, or there are none.
func (m *Manager) WaitLost() error {
	if m.seq.replica == nil {
		<-m.ctx.Done()
		return nil
	}
	run := m.seq.replica.run
	<-run.Done()
	if err := run.Err(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// joinTime is how long one who comes in waits for the room.
const joinTime = 10 * time.Second

// waitJoin waits until users may come in, or returns what to tell them.
func (p *replica) waitJoin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, joinTime)
	defer cancel()
	if p.run.WaitReady(ctx) != nil {
		return p.refusal()
	}
	return nil
}

// refusal is what one is told who cannot come in.
func (p *replica) refusal() error {
	if p.m.draining.Load() {
		return &refusal{wire.Shutdown, wire.Shutdown.Text()}
	}
	return &refusal{wire.Moved, wire.Moved.With(wordOf(cluster.ErrCut))}
}

// Apply implements cluster.Machine.
func (p *replica) Apply(from cluster.ID, number uint64, at time.Time, b []byte) error {
	r, err := parseRequest(b, &p.said)
	if err != nil {
		return err
	}
	out := p.apply(p.home(from), at, r)
	if t := p.pending[number]; t != nil && from == p.life {
		delete(p.pending, number)
		p.back = append(p.back, returned{t, out})
	}
	return nil
}

// home returns the table of the stays of one life.
func (p *replica) home(of cluster.ID) *stayTable {
	h := p.homes[of]
	if h == nil {
		h = &stayTable{remote: true}
		p.homes[of] = h
	}
	return h
}

// apply applies a request, for whose room in the feed it waits as a newcomer does.
func (p *replica) apply(home *stayTable, at time.Time, r request) outcome {
	q := p.q
	p.lock()
	if r.room() != noRoom {
		q.feed.WaitGuestLocked()
	}
	q.state.now, q.state.stays = at, home
	if said, ok := r.(*publication); ok {
		said.at = at
		if read := q.feed.Read(); said.lacks(read) && home.of(said.from) != nil {
			said.encodeForms(home.of(said.from), read)
		}
	}
	return r.apply(&q.state)
}

// lock takes the feed's lock until Flush, so that all of a message is applied, and
// then written, together.
func (p *replica) lock() {
	if !p.locked {
		p.locked = true
		p.q.feed.Lock()
	}
}

// Flush implements cluster.Machine.
func (p *replica) Flush() {
	if p.locked {
		p.locked = false
		p.q.unlock()
	}
	for i, r := range p.back {
		p.tell(r.t, r.out)
		p.back[i] = returned{}
	}
	p.back = p.back[:0]
}

// End implements cluster.Machine.
func (p *replica) End(life cluster.ID, at time.Time, why error) {
	p.Flush()
	q, home := p.q, p.home(life)
	delete(p.homes, life)
	parted := parting{by: expelled}
	if life == p.life {
		if p.m.draining.Load() {
			return // everybody gets the reason of that
		}
		parted.word = wire.Moved.With(wordOf(why))
	}
	q.feed.Lock()
	defer q.unlock()
	q.state.now, q.state.stays = at, home
	for _, st := range q.state.present() {
		if st.home == home {
			q.state.leave(st, parted)
		}
	}
}

// leaveTime is how long the others are waited for when this Manager leaves in order.
const leaveTime = 3 * time.Second

// leave has this Manager's life end in order.
func (p *replica) leave() {
	p.run.Leave()
	select {
	case <-p.run.Done():
	case <-time.After(leaveTime):
	}
	p.m.endReplica()
	<-p.run.Done()
}

// present returns the stays in the order of their joins.
func (s *state) present() (all []*stay) {
	for name := range s.room.Roster().Names() {
		all = append(all, s.room.Lookup(name).Session.(*stay))
	}
	return all
}

// Live implements cluster.Machine.
func (p *replica) Live(next cluster.ID, why error) {
	p.Flush()
	for number, t := range p.pending {
		delete(p.pending, number)
		p.tell(t, p.notCarriedOut(t.r))
	}
	q := p.q
	q.feed.Lock()
	defer q.unlock()
	for i := range q.state.own.slots {
		if st := q.state.own.slots[i].stay; st != nil && st.member != nil && !st.gone() {
			st.end.Store(int32(expelled))
			q.state.over = append(q.state.over, st)
			q.state.part(st, parting{by: expelled, word: wire.Moved.With(wordOf(why))})
		}
	}
	delete(p.homes, p.life)
	q.state.own = new(stayTable)
	q.state.stays = q.state.own
	p.life, p.homes[next] = next, q.state.own
	if why != nil {
		p.m.log.Warn("this chatsim begins anew with the room", "why", strings.TrimPrefix(why.Error(), "cluster: "))
	}
}

// wordOf is why a Manager's life has ended, for its users.
func wordOf(why error) string {
	switch {
	case errors.Is(why, cluster.ErrFenced):
		return "the other servers of the room have not heard from this one"
	case errors.Is(why, cluster.ErrSlow):
		return "this server was too slow for the others"
	case errors.Is(why, cluster.ErrBehind):
		return "this server has missed what was said"
	case errors.Is(why, cluster.ErrReset):
		return "the room has begun anew"
	case errors.Is(why, cluster.ErrCut):
		return "this server cannot reach the room"
	}
	return "this server has lost the room"
}

// Reset implements cluster.Machine.
func (p *replica) Reset(text []byte, at time.Time) error {
	if err := p.settings.check(text); err != nil {
		return err
	}
	p.Flush()
	q := p.q
	q.feed.Lock()
	defer q.unlock()
	q.state.begin(&p.m.cfg, StartPlace(at), false)
	p.clear()
	return nil
}

// clear forgets the stays of the others, and keeps those here until Live ends them.
func (p *replica) clear() {
	clear(p.homes)
	p.homes[p.life] = p.q.state.own
}

// Others implements cluster.Host: clients that can come back at another Manager are told
// where those are, now and with the greeting of each newcomer.
func (p *replica) Others(addresses []string) {
	p.Flush()
	q := p.q
	q.feed.Lock()
	defer q.unlock()
	q.state.others = wire.AppendOthers(nil, wire.Sites(addresses))
	for i := 0; i < len(q.state.own.slots); i++ {
		q.feed.WaitGuestLocked() // which lets go of the lock meanwhile
		if st := q.state.own.slots[i].stay; st != nil && st.member != nil && !st.gone() && st.holder != nil && !q.state.closing {
			q.state.private(st, q.state.others)
		}
	}
}

// Hash implements cluster.Machine.
func (p *replica) Hash() uint64 {
	p.Flush()
	p.q.feed.Lock()
	defer p.q.feed.Unlock()
	return p.q.state.hash ^ p.q.state.place()
}

func hashed(sum uint64, frame []byte) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, sum)
	_, _ = h.Write(frame)
	return h.Sum64()
}

// begin has nobody be in the room, whose next entry is the one behind a place. missing:
// it had entries before that, which were not applied here; so the record is told.
func (s *state) begin(cfg *Config, place uint64, missing bool) {
	if s.scribe != nil {
		s.frame = wire.AppendHistoryEnd(wire.AppendHistoryStart(s.frame[:0]), wire.Mark{Place: place}, missing)
		s.log.AppendPrivateLocked(s.scribe, s.frame)
	}
	s.room = room.Room{Keys: s.room.Keys}
	s.start = place - s.changes - s.stats.Lines
	s.history = history{}
	s.history.begin(cfg.History, place, nil)
	s.holds, s.bans, s.past, s.hash = nil, nil, past{}, 0
	s.masters = make(map[*stay]bool)
	if s.nicks != nil {
		*s.nicks = irc.Book{}
	}
}
