package check

import "chatsim/loadgen/check/ledger"

// nameUniqueness: no two members have one name at any place.
var nameUniqueness = rule{name: NameUniqueness, level: Full, needs: needs{views},
	atOnce: 2, takes: "two joins; raise -users",
	evaluated: func(t *ledger.Totals) int64 { return t.Joins },
	says: sentences{
		ledger.RosterNameTwice: "a roster has the name {text} {times} times",
	},
	suspects: []ledger.Kind{ledger.JoinOfMember},
	judge: func(e *evidence, out *findings) {
		for _, d := range e.doubles() {
			if d.again {
				continue
			}
			v := violation{key: key{text: "name " + d.Member.Name, place: d.Place}, at: d.Member.Session, place: d.Place, implied: d.implied,
				sentence: "two members have the name " + quote(d.Member.Name) + " at once"}
			if o := d.Holder.Session; o != nil {
				v.with = []*Session{o}
			}
			e.add(out, v)
		}
	},
}

// double is a join by a name that a member had: two members if a chatter stands
// behind each, else one join told again.
type double struct {
	*ledger.Fact
	again   bool
	implied bool // the first has left: its leave was told to the majority before, or late, or never
}

// doubles judges the joins by names that members had.
func (e *majority) doubles() (out []double) {
	for _, f := range e.Facts.Of(ledger.JoinOfMember) {
		left := f.Holder.Left()
		out = append(out, double{Fact: f, again: f.Member.Session == nil,
			implied: left == 0 && f.Holder.Leaving() || left != 0 && !e.upheld(f.Member.Joined(), left)})
	}
	return out
}

// nameSuffixing: a newcomer has the name that it asked for if that is free, else
// the smallest free suffix from 2.
var nameSuffixing = rule{name: NameSuffixing, level: Full, needs: needs{suffixes, views, places},
	atOnce: 2, takes: "a newcomer whose name is taken; use -scenario mixed, churn or namesakes and raise -users",
	evaluated: func(t *ledger.Totals) int64 { return t.Suffixes },
	says: sentences{
		ledger.Miscalled: "a newcomer's welcome says {text}, but the room calls it {name}",
	},
	suspects: []ledger.Kind{ledger.NameMismatch, ledger.RosterMismatch},
	judge: func(e *evidence, out *findings) {
		out.beyond -= e.Facts.Beyond[ledger.RosterMismatch] // that the names are not right either is not known
		for _, f := range e.Facts.Of(ledger.NameMismatch, ledger.RosterMismatch) {
			s, m := f.Session, f.Session.Member
			if e.barred[s] {
				continue // it should not have been let in at all, or by another name
			}
			due, ok := ledger.Due(m, s.Asked, len(e.Members), func(f func(*ledger.Member)) { e.there(m, f) }, e.doubted)
			if !ok {
				e.add(out, violation{key: key{session: s}, at: s, place: m.Joined(), expected: due, came: m.Name, implied: e.doubted[m.Name],
					sentence: "a newcomer who asked for " + quote(s.Asked) + " was called " + quote(m.Name) + " where " + quote(due) + " was due"})
			}
		}
	},
}
