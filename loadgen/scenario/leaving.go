package scenario

import "time"

// namesakesLeave are who leaves first in a script with Reuse, and again after as many
// others: two who ask for one name. The one comes back while the other is away, and
// whichever of them had the name that both ask for, the other has it once.
var namesakesLeave = [...]int{2, 1, 1, 2}

// nextLeaver returns when somebody leaves next, and who; 0 where it is to be drawn.
func (p *Plan) nextLeaver() (at time.Duration, chatter int) {
	natural := p.nextLeave()
	k := int(p.leaves % uint64(2*len(namesakesLeave)))
	switch {
	case !p.s.Reuse || natural == never:
		return natural, 0
	case k >= len(namesakesLeave) || p.s.Users <= 2 || len(p.s.Phases) > 0:
		return max(p.left, natural), 0
	}
	natural = max(p.left, natural)
	chatter, at = namesakesLeave[k], natural
	if k%2 == 1 { // before the other is back
		at = max(p.left, min(natural, p.left+p.s.Away*3/4))
	}
	if until, away := p.away[chatter]; away {
		at = max(at, until)
	}
	if at > natural+p.churn[0].every { // many leave: it is not waited for
		return natural, 0
	}
	return at, chatter
}

// toLeaver returns whom a line at a time is for, because it has just left, or is away
// for half of its time; +1, and 0 for whom the line is anyway. Each leaver gets two.
func (p *Plan) toLeaver(at time.Duration) int {
	switch {
	case !p.s.Reuse || p.told == 2 || p.last == 0:
		return 0
	case p.told == 0, at >= p.left+p.s.Away/2:
		p.told++
		return p.last + 1
	}
	return 0
}
