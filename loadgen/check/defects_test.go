package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"chatsim/manager/wire"
)

type defect struct {
	name  string
	check string
	plant func(*plan)
}

var defects = []defect{
	{"a stranger's line and another swapped at one", TotalOrder, estranged(swapped(func(p *plan, a, b wire.Frame) bool {
		return group(a) && group(b) && (p.lineOf(a) == nil) != (p.lineOf(b) == nil)
	}))},
	{"two lines swapped at one", TotalOrder, swapped(func(p *plan, a, b wire.Frame) bool { return group(a) && group(b) && !p.caused(a, b) })},
	{"an answer before its question at one", CausalOrder, swapped(func(p *plan, a, b wire.Frame) bool { return group(a) && group(b) && p.caused(a, b) })},
	{"an answer before its question at all others", CausalOrder, answered},
	{"a line and a join or leave swapped at one", ViewOrder, swapped(func(_ *plan, a, b wire.Frame) bool { return group(a) && view(b) || view(a) && group(b) })},
	{"two joins or leaves swapped at one", ViewOrder, swapped(func(_ *plan, a, b wire.Frame) bool { return view(a) && view(b) })},
	{"a join moved at one", ViewOrder, swapped(func(_ *plan, a, b wire.Frame) bool { return a.Kind == wire.Join && group(b) })},
	{"a private line displaced at its target", TotalOrder, whispers(displaced)},
	{"crossing private lines", TotalOrder, crossed(true)},
	{"two private lines swapped at their target", TotalOrder, crossed(false)},

	{"a line lost at one", Agreement, atOne(ofOthers, nothing)},
	{"a join lost at one", Agreement, atOne(aJoin, nothing)},
	{"a private line lost at its target", Agreement, whispers(atOne(toItself, nothing))},
	{"a line lost at its sender", Validity, atOne(ofItself, nothing)},
	{"a line lost for all", Validity, dropped},
	{"a line lost for all of somebody who leaves", Validity, swallowed},
	{"a private line refused", Validity, refused},
	{"a private line to nobody told as delivered", Validity, toNobody(func(p *plan, f wire.Frame, _ []wire.Frame) []wire.Frame { return []wire.Frame{f} })},
	{"that nobody has a name told twice", NoDuplication, toNobody(func(_ *plan, _ wire.Frame, due []wire.Frame) []wire.Frame { return append(due, due...) })},
	{"a private line to a leaver's socket", Confidentiality, toLeaver},
	{"a line refused and told to all others", Validity, refusing(slowDown, aLine, toOthers)},
	{"a line refused by its stamp and told to all", Validity, refusing(itsText, aLine, toAll)},
	{"a line told to all and refused by its stamp", Validity, refusing(itsText, aLine, toAllBefore)},
	{"a private line refused and told to its target", Validity, refusing(slowDown, aWhisper, toOthers)},
	{"a private line refused by its target and told to both", Validity, refusing(itsTarget, aWhisper, toAll)},
	{"a private line told to both and refused by its target", Validity, refusing(itsTarget, aWhisper, toAllBefore)},
	{"deliveries to one stop", Liveness, stopped(false)},
	{"deliveries to all stop", Liveness, stopped(true)},

	{"a line twice at one", NoDuplication, atOne(anyLine, twofold)},
	{"a line twice at all", NoDuplication, atAll(anyLine, twofold)},
	{"a private line twice", NoDuplication, whispers(atOne(toItself, twofold))},
	{"a join twice at one", NoDuplication, atOne(aJoin, twofold)},
	{"a join twice at all", NoDuplication, atAll(aJoin, twofold)},

	{"a line altered at one", NoCreation, atOne(anyLine, text(upper))},
	{"a line altered at all", NoCreation, atAll(anyLine, text(upper))},
	{"a private line altered", NoCreation, whispers(atOne(toItself, text(upper)))},
	{"a line truncated at one", NoCreation, atOne(anyLine, text(cut))},
	{"a line truncated at all", NoCreation, atAll(anyLine, text(cut))},
	{"a line truncated within its stamp at one", NoCreation, atOne(anyLine, text(short))},
	{"a line truncated within its stamp at all", NoCreation, atAll(anyLine, text(short))},
	{"a line broken at one", NoCreation, atOne(anyLine, broken)},
	{"a line broken at all", NoCreation, atAll(anyLine, broken)},
	{"a private line broken", NoCreation, whispers(atOne(toItself, broken))},
	{"a private line to another target", NoCreation, whispers(atOne(toItself, func(p *plan, f wire.Frame) []wire.Frame {
		f.Target = []byte("somebody")
		return []wire.Frame{f}
	}))},
	{"a line emptied at one", NoCreation, atOne(anyLine, text(empty))},
	{"a line with another nonce at one", NoCreation, atOne(anyLine, text(renonced))},
	{"a line with another line's stamp at one", NoCreation, atOne(anyLine, text(restamped))},
	{"a line with another line's stamp at all", NoCreation, atAll(anyLine, text(restamped))},
	{"a line with a stamp not given at one", NoCreation, atOne(anyLine, text(overstamped))},
	{"one sender's lines glued at all", NoCreation, glued(true, true)},
	{"one sender's lines glued at one", NoCreation, glued(false, true)},
	{"two senders' lines glued at one", NoCreation, glued(false, false)},
	{"two senders' lines glued at all", NoCreation, glued(true, false)},
	{"a line under another's name at one", NoCreation, atOne(plainOfOthers, renamed)},
	{"a line under another's name at all", NoCreation, atAll(anyPlain, renamed)},
	{"a line forged at one", NoCreation, forged(false, sentence, anchor)},
	{"a line forged at all", NoCreation, forged(true, sentence, anchor)},
	{"a line forged in one's own name", NoCreation, forged(false, sentence, itself)},
	{"a line forged in nobody's name", NoCreation, forged(true, sentence, nobody)},
	{"a line forged with a stamp", NoCreation, forged(true, future, anchor)},

	{"a suffix skipped", NameSuffixing, named(skipped)},
	{"a suffix on a free name", NameSuffixing, named(needless)},
	{"a freed suffix not given again", NameSuffixing, named(unfreed)},
	{"two equal names", NameUniqueness, named(equal)},
	{"a welcome with another's name", NameSuffixing, greeted(func(p *plan, u *user) string { return p.users[0].name })},
	{"a welcome with nobody's name", NameSuffixing, greeted(func(_ *plan, u *user) string { return u.name + "x" })},

	{"a leave told to nobody", LeaveCompleteness, told(0)},
	{"a leave lost at one", LeaveCompleteness, atOne(aLeave, nothing)},
	{"a leave told twice to all", LeaveCompleteness, told(2)},
	{"a leave told twice to one", LeaveCompleteness, atOne(aLeave, twofold)},
	{"a leave told late", LeaveCompleteness, tardy},
	{"a false leave told to all", RosterAccuracy, falseLeave(true)},
	{"a false leave told to one", RosterAccuracy, falseLeave(false)},
	{"a good reader closed", RosterAccuracy, closed},
	{"a join of nobody told to one", RosterAccuracy, ghostJoins(false)},
	{"a stranger's join told to all but one", Agreement, ghostJoins(true)},
	{"a stranger's leave told to one", RosterAccuracy, estranged(strangerLeaves)},
	{"a ghost in the first roster", RosterAccuracy, firstRoster(func(n []string) []string { return append([]string{"ghost"}, n...) })},
	{"a stranger lacking in the first roster", RosterAccuracy, estranged(firstRoster(func(n []string) []string { return n[1:] }))},
	{"two welcomes", NoDuplication, greets(func(fs []wire.Frame) []wire.Frame { return []wire.Frame{fs[0], fs[0], fs[1]} })},
	{"two welcomes around the roster", NoDuplication, greets(func(fs []wire.Frame) []wire.Frame { return []wire.Frame{fs[0], fs[1], fs[0]} })},
	{"a roster before its welcome", RosterAccuracy, greets(func(fs []wire.Frame) []wire.Frame { return []wire.Frame{fs[1], fs[0]} })},
	{"the roster of a greeting twice", NoDuplication, greets(func(fs []wire.Frame) []wire.Frame { return append(fs, fs[1]) })},
	{"a wrong roster after the first", RosterAccuracy, greets(func(fs []wire.Frame) []wire.Frame {
		second := fs[1]
		second.Names = second.Names[1:]
		return append(fs, second)
	})},
	{"a wrong roster to one, later", RosterAccuracy, laterRoster},
	{"a newcomer told of its own join", ViewOrder, greets(func(fs []wire.Frame) []wire.Frame { return append(fs, wire.Frame{Kind: wire.Join, Names: fs[0].Names}) })},
	{"a leaver told of its own leave", ViewOrder, behindLeave(func(p *plan) wire.Frame { return wire.Frame{Kind: wire.Leave, Names: [][]byte{[]byte(p.who.name)}} })},
	{"a leaver told what is behind its leave", ViewOrder, behindLeave(nil)},
	{"a stream that does not end", Liveness, behindLeave(func(*plan) wire.Frame { return wire.Frame{} })},
	{"a stale roster", RosterAccuracy, rostered(func(p *plan, n []string) []string { return slices.Delete(n, len(n)-2, len(n)-1) })},
	{"an empty roster", RosterAccuracy, rostered(func(*plan, []string) []string { return nil })},
	{"a roster without its newcomer", RosterAccuracy, rostered(func(p *plan, n []string) []string { return n[:len(n)-1] })},
	{"a roster with a ghost", RosterAccuracy, rostered(func(p *plan, n []string) []string { return slices.Insert(n, 1, "ghost") })},
	{"a roster in another order", RosterAccuracy, rostered(func(p *plan, n []string) []string { n[0], n[1] = n[1], n[0]; return n })},

	{"a private line leaked", Confidentiality, leaked},
	{"a private line said to the group", Confidentiality, shouted},
	{"a claimed sender believed at one", Authenticity, atOne(aClaim, believed(false))},
	{"a claimed sender believed at all", Authenticity, atAll(aClaim, believed(false))},
	{"a claimed sender believed and cut off at one", Authenticity, atOne(aClaim, believed(true))},
	{"a claimed sender believed and cut off at all", Authenticity, atAll(aClaim, believed(true))},
	{"one sender's lines swapped for all", FIFOOrder, unsorted(false)},
	{"one sender's private lines swapped for all", FIFOOrder, unsorted(true)},
	{"a line kept from all while one does not read", Isolation, withheld},
	{"a ghost speaks", ViewOrder, ghost},
	{"a join told to nobody", ViewOrder, unheard},
	{"a newcomer told the join of who was there before", ViewOrder, joinsAfter},
}

// spoiled runs one broken server.
func spoiled(d defect, users, steps int, seed uint64, first bool) (*plan, Result) {
	p := planned(d, users, steps, seed, first)
	return p, p.run(steps, true)
}

// planned returns a broken server that has not run yet.
func planned(d defect, users, steps int, seed uint64, first bool) *plan {
	m := newSim(seed, users, Full)
	p := &plan{sim: m, faulty: m.users[1+int(seed)%(users-1)]}
	p.faulty.loyal, m.awake = true, d.check != Isolation
	if first {
		m.eager = p.faulty
	} else {
		m.lazy = p.faulty
	}
	d.plant(p)
	n, tick := 0, m.spoil.tick
	m.spoil.tick = func() {
		n++
		p.armed = n > steps/2
		if tick != nil {
			tick()
		}
	}
	return p
}

// wrong says how a result differs from the one violation that was planted.
func (p *plan) wrong(d defect, r Result) (out []string) {
	for _, o := range r.Checks {
		switch {
		case o.Name != d.check && o.Violations > 0:
			out = append(out, fmt.Sprintf("%s failed too (%d): %+v", o.Name, o.Violations, o.Witnesses))
		case o.Name == d.check && o.Violations != 1:
			out = append(out, fmt.Sprintf("%s has %d violations: %+v", o.Name, o.Violations, o.Witnesses))
		case o.Name == d.check:
			w := o.Witnesses[0]
			said := w.Sentence + w.Expected + w.Came
			if strings.Contains(d.name, "swapped at one") && (len(w.Sides) != 2 || slices.Equal(w.Sides[0].Saw, w.Sides[1].Saw)) {
				out = append(out, fmt.Sprintf("the witness does not show two sides: %+v", w))
			}
			if p.who != nil && !slices.Contains(w.Chatters, p.who.n) || !slices.ContainsFunc(p.about, func(s string) bool { return strings.Contains(said, s) }) {
				out = append(out, fmt.Sprintf("the witness does not name %v and %q: %+v", p.who, p.about, w))
			}
		}
	}
	return out
}

func TestBrokenServers(t *testing.T) {
	sizes := []struct {
		users, steps int
		seeds        uint64
	}{{7, 600, 8}, {40, 2400, 1}, {300, 2000, 1}}
	if testing.Short() {
		sizes = sizes[:2]
	}
	for _, size := range sizes {
		for i, d := range defects {
			for _, first := range []bool{true, false} {
				if (size.users >= 300 || testing.Short()) && first != (i%2 == 0) {
					continue // the smaller rooms of long tests have both
				}
				t.Run(fmt.Sprintf("%d users/%s/first=%v", size.users, d.name, first), func(t *testing.T) {
					t.Parallel()
					planted, want := uint64(0), seeds(size.seeds)
					for seed := uint64(0); planted < want; seed++ {
						if seed > 10*want+50 {
							t.Fatalf("planted in %d of %d runs only", planted, seed)
						}
						p, r := spoiled(d, size.users, size.steps, seed, first)
						if !p.done {
							continue
						}
						if planted++; planted <= 3 {
							CheckCorpus(t, fmt.Sprintf("%s, %d users, first %v, seed %d", d.name, size.users, first, seed), r)
						}
						for _, w := range p.wrong(d, r) {
							t.Errorf("seed %d: %s", seed, w)
						}
						if t.Failed() {
							return
						}
					}
				})
			}
		}
	}
}
