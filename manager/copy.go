package manager

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"chatsim/manager/cluster"
	"chatsim/manager/room"
)

// replicaCopy is the room for a Manager that begins: what requests depend on, and
// the history, so that whoever comes back there is told what it has missed.
type replicaCopy struct {
	Settings json.RawMessage `json:"settings"`
	Place    uint64          `json:"place"`
	Hash     uint64          `json:"hash"`
	Now      time.Time       `json:"now"`
	Members  []memberCopy    `json:"members"`
	Holds    []holdCopy      `json:"holds,omitempty"`
	Bans     []banCopy       `json:"bans,omitempty"`
	Past     []string        `json:"past,omitempty"` // the oldest first
	History  []Said          `json:"history,omitempty"`
	Told     []toldCopy      `json:"told,omitempty"`
	Counted  bool            `json:"counted,omitempty"` // what members were told and what is lost: a chatsim of before did not
	Lost     uint64          `json:"lost,omitempty"`    // place of the newest line to the group that is not in History any more
}

type memberCopy struct {
	room.Saved
	Life   cluster.ID   `json:"life,omitzero"`
	Stay   stayID       `json:"stay,omitempty"`
	From   netip.Prefix `json:"from,omitzero"`
	May    bool         `json:"may,omitempty"`
	Master bool         `json:"master,omitempty"` // its holder may
	Told   uint64       `json:"told,omitempty"`   // private lines of its holder
	Lost   uint64       `json:"lost,omitempty"`   // the last of those that is not in the copy
}

type holdCopy struct {
	Member int       `json:"member"` // in Members
	Until  time.Time `json:"until"`
}

type banCopy struct {
	Ban
	Key   string     `json:"key"`
	Token room.Token `json:"token,omitzero"`
}

// Snapshot implements cluster.Machine.
func (p *replica) Snapshot() ([]byte, error) {
	p.Flush()
	p.q.feed.Lock()
	c := p.copyLocked(&p.q.state)
	p.q.feed.Unlock()
	return json.Marshal(c)
}

func (p *replica) copyLocked(s *state) replicaCopy {
	c := replicaCopy{Settings: p.settings.text(), Place: s.place(), Hash: s.hash, Now: s.now, Past: s.past.list()}
	lives := make(map[*stayTable]cluster.ID)
	for life, home := range p.homes {
		lives[home] = life
	}
	at := make(map[*room.Member]int)
	for i, saved := range s.room.Save() {
		m := memberCopy{Saved: saved}
		if st, ok := saved.Member.Session.(*stay); ok {
			m.Life, m.Stay, m.From, m.May = lives[st.home], st.id, st.from, st.may
		}
		if h, ok := saved.Member.Kept.(*holder); ok {
			m.Master = h.may
		}
		at[saved.Member] = i
		c.Members = append(c.Members, m)
	}
	for _, h := range s.holds {
		c.Holds = append(c.Holds, holdCopy{at[h.member], h.until})
	}
	for _, b := range s.bans {
		c.Bans = append(c.Bans, banCopy{b.Ban, b.key, b.token})
	}
	public := s.history.last(0)
	for _, line := range public {
		c.History = append(c.History, Said{line.place, line.at, line.line})
	}
	c.copyTold(&s.history, public)
	return c
}

// Restore implements cluster.Machine.
func (p *replica) Restore(b []byte) error {
	p.Flush()
	var c replicaCopy
	if err := json.Unmarshal(b, &c); err != nil {
		return fmt.Errorf("read the room of another Manager: %w", err)
	}
	if err := p.settings.check(c.Settings); err != nil {
		return err
	}
	s := &p.q.state
	p.q.feed.Lock()
	defer p.q.unlock()
	s.begin(&p.m.cfg, c.Place, true)
	p.clear()
	s.hash, s.now = c.Hash, c.Now
	p.restoreMembers(s, c.Members)
	for _, h := range c.Holds {
		s.holds = append(s.holds, hold{c.Members[h.Member].Member, h.Until})
	}
	for _, b := range c.Bans {
		s.bans = append(s.bans, ban{b.Ban, b.Key, b.Token})
	}
	for _, name := range c.Past {
		s.past.add(name)
	}
	s.history.begin(p.m.cfg.History, c.Place, nil)
	s.history.restore(&c)
	return nil
}

func (p *replica) restoreMembers(s *state, members []memberCopy) {
	all := make([]room.Saved, len(members))
	for i := range members {
		all[i] = members[i].Saved
	}
	s.room.Restore(all)
	for i := range members {
		m, member := &members[i], all[i].Member
		if m.Saved.Member = member; m.Token != (room.Token{}) {
			member.Kept = &holder{may: m.Master}
		}
		if m.Gone {
			continue
		}
		st := &stay{from: m.From}
		p.home(m.Life).put(st, m.Stay)
		s.name(st, member)
		st.holder, _ = member.Kept.(*holder)
		s.allow(st, m.May)
	}
}

// list returns the names that are remembered, the oldest first.
func (p *past) list() []string {
	if len(p.ring) < maxPast {
		return p.ring
	}
	return append(append([]string(nil), p.ring[p.next:]...), p.ring[:p.next]...)
}
