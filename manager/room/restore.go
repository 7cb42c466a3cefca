package room

// Saved is a member as a copy of its room needs it.
type Saved struct {
	Name  string `json:"name"`
	Asked string `json:"asked"`
	Token Token  `json:"token,omitzero"`
	Gone  bool   `json:"gone,omitempty"` // it has left, and is known by its token
	Held  bool   `json:"held,omitempty"` // and its name is not free yet
	Back  bool   `json:"back,omitempty"` // it has come back since: another member has the token

	Member *Member `json:"-"` // that was saved, or restored
}

// Save returns the members in the order of their joins, and behind them those that
// have left, in the order of their leaves: what Restore needs.
func (r *Room) Save() []Saved {
	var all []Saved
	for _, m := range r.order {
		if m.left.Load() == 0 {
			all = append(all, Saved{Name: m.name, Asked: m.asked, Token: m.token, Member: m})
		}
	}
	for _, m := range r.former {
		all = append(all, Saved{Name: m.name, Asked: m.asked, Token: m.token, Gone: true, Held: m.held, Back: r.tokens[m.token] != m, Member: m})
	}
	return all
}

// Restore has an empty room be as the one that was saved, and sets the members.
// Joining them anew would not do: who has bob2 keeps that, whoever has left since.
func (r *Room) Restore(all []Saved) {
	r.init()
	for i := range all {
		s := &all[i]
		if s.Gone {
			s.Member = r.restoreFormer(s)
			continue
		}
		s.Member = r.admit(s.Name, s.Asked)
		if s.Member.token = s.Token; s.Token != (Token{}) {
			r.tokens[s.Token] = s.Member
		}
	}
}

func (r *Room) restoreFormer(s *Saved) *Member {
	m := &Member{name: s.Name, asked: s.Asked, token: s.Token, held: s.Held}
	r.place++
	m.left.Store(r.place)
	if s.Held {
		r.takeName(m)
	}
	r.former = append(r.former, m)
	if !s.Back && m.token != (Token{}) {
		r.tokens[m.token] = m
	}
	return m
}
