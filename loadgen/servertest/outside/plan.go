package outside

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Fault is something that a room does wrong, once in a run.
type Fault struct {
	Name   string
	Checks []string // that are to name it, any of them
	Loads  []string // the workloads in which it can be planted; nil: all
	Plant  func(*Plan)
}

// Plan is a fault under way in a room. Its fields are guarded by the room's lock.
type Plan struct {
	*Room
	Stays func(chatter int) bool // to the end of the run
	After int                    // lines, until the fault may show
	When  func() bool            // and what else must be so; nil: nothing
	Done  bool                   // it has shown
	Who   int                    // the chatter at whom, -1: any
	Times int64                  // that many violations it is; 0: one
	What  string                 // a stamp or name that a witness has to show; empty: any

	rnd    *rand.Rand
	victim *Member
	held   []Frame
}

// Spoil makes r a room with a fault.
func (f Fault) Spoil(r *Room, seed uint64, stays func(chatter int) bool) *Plan {
	rnd := rand.New(rand.NewPCG(seed, 9))
	p := &Plan{Room: r, Stays: stays, After: 40 + rnd.IntN(60), Who: -1, rnd: rnd}
	f.Plant(p)
	return p
}

func (p *Plan) ready() bool { return !p.Done && p.lines >= p.After && (p.When == nil || p.When()) }

// planted records that the fault shows at a member, nil for at all.
func (p *Plan) planted(at *Member, what string) {
	p.Done, p.What = true, what
	if at != nil {
		p.Who = at.Chatter
	}
}

// loyal reports whether a member is there to the end.
func (p *Plan) loyal(m *Member) bool {
	return m != nil && m.Chatter >= 0 && !m.gone && p.Stays(m.Chatter)
}

// some returns a member who stays, but for those; nil if there is none.
func (p *Plan) some(but ...*Member) *Member {
	var all []*Member
	for _, m := range p.members {
		if p.loyal(m) && !slices.Contains(but, m) {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all[p.rnd.IntN(len(all))]
}

// at returns the member at whom the fault shows: always the same.
func (p *Plan) at() *Member {
	if p.victim == nil && p.ready() {
		p.victim = p.some()
	}
	return p.victim
}

func same(f Frame) []Frame { return []Frame{f} }

// atOne spoils one fitting frame on its way to one member.
func atOne(fits func(p *Plan, to *Member, f Frame) bool, spoil func(p *Plan, f Frame) []Frame) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if !p.ready() || to != p.at() || !fits(p, to, f) {
				return same(f)
			}
			p.planted(to, f.about())
			return spoil(p, f)
		}
	}
}

// atAny spoils the first fitting frame on its way to whoever it is for: of those that
// only one gets there may be too few for one victim.
func atAny(fits func(p *Plan, to *Member, f Frame) bool, spoil func(p *Plan, f Frame) []Frame) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if !p.ready() || !fits(p, to, f) {
				return same(f)
			}
			p.planted(to, f.about())
			return spoil(p, f)
		}
	}
}

// atAll spoils one fitting frame before anybody is told.
func atAll(fits func(p *Plan, f Frame) bool, spoil func(p *Plan, f Frame) []Frame) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.All = func(f Frame) []Frame {
			if !p.ready() || !fits(p, f) {
				return same(f)
			}
			p.planted(nil, f.about())
			return spoil(p, f)
		}
	}
}

// about returns what a witness of a frame shows.
func (f Frame) about() string {
	if f.Kind == Line {
		return f.stamp()
	}
	if len(f.Names) > 0 {
		return f.Names[len(f.Names)-1]
	}
	return ""
}

// delayed holds one fitting frame back at one member, until others that count
// have passed it.
func delayed(fits func(p *Plan, to *Member, f Frame) bool, counts func(held, f Frame) bool, by int) func(*Plan) {
	return func(p *Plan) {
		passed := 0
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			switch {
			case to != p.at() || to == nil || p.Done && len(p.held) == 0:
			case len(p.held) == 0 && fits(p, to, f):
				p.held = []Frame{f}
				p.planted(to, f.about())
				return nil
			case len(p.held) > 0 && counts(p.held[0], f):
				if passed++; passed == by {
					out := append([]Frame{f}, p.held...)
					p.held = nil
					return out
				}
			}
			return same(f)
		}
	}
}

func ofOthers(_ *Plan, to *Member, f Frame) bool { return f.Public() && f.From != to }
func ofItself(_ *Plan, to *Member, f Frame) bool { return f.Public() && f.From == to }
func public(_ *Plan, f Frame) bool               { return f.Public() }
func ofLoyal(p *Plan, f Frame) bool              { return f.Public() && p.loyal(f.From) }
func plain(_ *Plan, f Frame) bool                { return f.Public() && !strings.HasSuffix(f.Text, "@"+group) }

// ofPeers returns a line by somebody who stays, so that nobody's reset explains it.
func ofPeers(p *Plan, to *Member, f Frame) bool { return ofOthers(p, to, f) && p.loyal(f.From) }

// whispered returns a private line to the member, by somebody who stays.
func whispered(p *Plan, to *Member, f Frame) bool {
	return f.Private() && f.Target == to.Name && f.From != to && p.loyal(f.From)
}

// whispers returns a private line by the member, to somebody else who stays.
func whispers(p *Plan, to *Member, f Frame) bool {
	return f.Private() && f.From == to && f.Target != to.Name && p.loyal(p.holder(f.Target))
}

func of(kind Kind) func(*Plan, *Member, Frame) bool {
	return func(p *Plan, to *Member, f Frame) bool { return f.Kind == kind && f.From != to }
}

func lost(*Plan, Frame) []Frame      { return nil }
func twice(_ *Plan, f Frame) []Frame { return []Frame{f, f} }

// saying replaces a line's text.
func saying(do func(string) string) func(*Plan, Frame) []Frame {
	return func(_ *Plan, f Frame) []Frame {
		f.Text = do(f.Text)
		return same(f)
	}
}

// altered reports whether a damage shows in a line.
func altered(f Frame, do func(string) string) bool { return f.Kind == Line && do(f.Text) != f.Text }

// instant is how long a thing of the fault's own may take to be seen by all.
const instant = 150 * time.Millisecond
