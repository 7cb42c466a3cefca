package room

// Token is the hash of a secret that a user has, by which one who comes back is
// known: who can say the secret is the same user. The zero Token is none.
type Token [32]byte

// maxFormer is how many who have left with a token are still known by it.
const maxFormer = 10_000

// Return is Join for a user with a token. A stay with that token that goes on is
// ended first, at the place before. Who asks for the name that it asked for or
// had the last time is given the one that it had, if that is free.
func (r *Room) Return(asked string, t Token) (*Member, Roster) {
	r.init()
	name, former := "", r.tokens[t]
	if former != nil {
		r.Leave(former)
		r.Free(former)
		if asked == former.asked || asked == former.name {
			asked = former.asked
			if !r.taken(r.keys(former.name)) {
				name = former.name
			}
		}
	}
	if name == "" {
		name = asked + r.freeSuffix(asked)
	}
	m := r.admit(name, asked)
	if former != nil {
		m.Kept = former.Kept
	}
	if t != (Token{}) {
		m.token = t
		r.tokens[t] = m
	}
	return m, r.Roster()
}

// Knows reports whether somebody with this token is present, or left not so many
// others ago.
func (r *Room) Knows(t Token) bool { return r.tokens[t] != nil }

// Holder returns who is present with a token, nil if nobody is.
func (r *Room) Holder(t Token) *Member {
	if m := r.tokens[t]; m != nil && m.left.Load() == 0 {
		return m
	}
	return nil
}

// Void makes a member's token that of nobody.
func (r *Room) Void(m *Member) {
	if m.token != (Token{}) {
		delete(r.tokens, m.token)
		m.token = Token{}
		r.Free(m)
	}
}

// Rename has a member leave and come in under another name, with its token; the
// roster is that of the second place. m is no member any more.
func (r *Room) Rename(m *Member, asked string) *Member {
	t := m.token
	m.token = Token{}
	r.Leave(m)
	renamed := r.admit(asked+r.freeSuffix(asked), asked)
	renamed.Kept = m.Kept
	if t != (Token{}) {
		renamed.token = t
		r.tokens[t] = renamed
	}
	return renamed
}

// Given returns the name that somebody who asks for one would get, see Return; t may be
// none.
func (r *Room) Given(asked string, t Token) string {
	r.init()
	if former := r.tokens[t]; former != nil && (asked == former.asked || asked == former.name) {
		if former.held || former.left.Load() == 0 {
			return former.name
		}
		asked = former.asked
		if !r.taken(r.keys(former.name)) {
			return former.name
		}
	}
	return asked + r.freeSuffix(asked)
}

// keepToken remembers one who has left, and forgets whoever left first of too
// many.
func (r *Room) keepToken(m *Member) {
	if m.token == (Token{}) {
		return
	}
	r.former = append(r.former, m)
	if len(r.former) > maxFormer {
		first := r.former[0]
		r.former[0], r.former = nil, r.former[1:]
		r.Free(first)
		if r.tokens[first.token] == first {
			delete(r.tokens, first.token)
		}
	}
}
