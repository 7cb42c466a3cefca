package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"

	"chatsim/manager/room"
)

// house is a Machine of tests: a room in which users of several Managers come and
// talk, and the world's word on whether all have seen the same.
type house struct {
	w     *world
	n     *node
	state saved
	room  room.Room
	who   map[string]*room.Member // by life and user
	limit int                     // users
}

// saved is a house as a snapshot has it.
type saved struct {
	Epoch   string          `json:"epoch"`
	Entries int             `json:"entries"`
	Sum     uint64          `json:"sum"`
	Next    map[string]int  `json:"next"`  // number of each life's next request
	Ended   map[string]bool `json:"ended"` // lives
	Users   []string        `json:"users"` // those in Members, life and user
	Members []room.Saved    `json:"members"`
	Order   []string        `json:"order"` // life and user, as they came
}

// ask is what a user of a test does.
type ask struct {
	K    int    `json:"k"`
	Do   string `json:"do"`
	User int    `json:"user"`
	Name string `json:"name,omitempty"`
	More string `json:"more,omitempty"`
}

func (h *house) entry(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	h.state.Entries++
	sum := fnv.New64a()
	fmt.Fprint(sum, h.state.Sum, text)
	h.state.Sum = sum.Sum64()
	h.w.agree(h, text)
}

func (h *house) Reset(settings []byte, at time.Time) error {
	if string(settings) != "settings" {
		return errors.New("other settings")
	}
	h.state = saved{Epoch: at.String(), Next: map[string]int{}, Ended: map[string]bool{}}
	h.room, h.who, h.limit = room.Room{}, map[string]*room.Member{}, 12
	if h.w.broken == limitIsLocal {
		h.limit += h.n.index
	}
	return nil
}

func (h *house) Apply(from ID, number uint64, at time.Time, request []byte) error {
	var a ask
	if err := json.Unmarshal(request, &a); err != nil {
		return err
	}
	life := name(from)
	switch want := h.state.Next[life]; {
	case h.state.Ended[life]:
		h.w.fail("%s is applied behind the end of its life", life)
	case a.K < want:
		h.w.fail("request %d of %s is applied twice", a.K, life)
	case a.K > want:
		h.w.fail("request %d of %s is applied, and %d is not", a.K, life, want)
	}
	h.state.Next[life] = a.K + 1
	user := fmt.Sprint(life, "/", a.User)
	m := h.who[user]
	switch {
	case a.Do == "join" && m == nil && h.room.Len() < h.limit:
		m, _ = h.room.Join(a.Name)
		h.who[user] = m
		h.state.Order = append(h.state.Order, user)
		h.entry("%s joins as %s", user, m.Name())
	case a.Do == "leave" && m != nil:
		h.leave(user)
	case a.Do == "say" && m != nil:
		h.entry("%s says %d", m.Name(), a.K)
	default:
		h.entry("%s is refused to %s", user, a.Do)
	}
	return nil
}

func (h *house) Flush() {}

func (h *house) leave(user string) {
	m := h.who[user]
	h.room.Leave(m)
	delete(h.who, user)
	h.state.Order = slices.DeleteFunc(h.state.Order, func(o string) bool { return o == user })
	h.entry("%s leaves as %s", user, m.Name())
}

// onlyLiving reports whether all users are those of Managers that live.
func (h *house) onlyLiving() bool {
	for _, user := range h.state.Order {
		life, _, _ := strings.Cut(user, "/")
		if h.state.Ended[life] || !slices.ContainsFunc(slices.Collect(maps.Keys(h.n.core.lives.alive)), func(id ID) bool { return name(id) == life }) {
			return false
		}
	}
	return true
}

func (h *house) End(id ID, at time.Time, why error) {
	life := name(id)
	if h.state.Ended[life] {
		h.w.fail("%s ends twice", life)
	}
	h.state.Ended[life] = true
	h.entry("the end of %s", life)
	if why == ErrFenced {
		h.w.ended(id, at)
	}
	for _, user := range slices.Clone(h.state.Order) {
		if user[:len(life)+1] == life+"/" {
			h.leave(user)
		}
	}
}

func (h *house) Snapshot() ([]byte, error) {
	s := h.state
	s.Members, s.Users = h.room.Save(), nil
	for _, m := range s.Members {
		for user, o := range h.who {
			if m.Member == o {
				s.Users = append(s.Users, user)
			}
		}
	}
	return json.Marshal(s)
}

func (h *house) Restore(b []byte) error {
	s := saved{}
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	_ = h.Reset([]byte("settings"), time.Time{})
	if h.w.broken == restoreJoins {
		for i := range s.Members {
			s.Members[i].Member, _ = h.room.Join(s.Members[i].Asked)
		}
	} else {
		h.room.Restore(s.Members)
	}
	for i, user := range s.Users {
		h.who[user] = s.Members[i].Member
	}
	s.Members, s.Users = nil, nil
	h.state = s
	return nil
}

func (h *house) Hash() uint64 { return h.state.Sum }

func (h *house) Live(next ID, why error) {
	h.n.asked, h.n.in = 0, nil
	h.w.says("%v of node %d: %s, %v", h.w.now, h.n.index, name(next), why)
	if h.n.core != nil && why != nil {
		h.w.closed[why]++
	}
}

func name(id ID) string { return fmt.Sprintf("%x", id[:3]) }
