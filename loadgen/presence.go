package loadgen

import (
	"sync/atomic"
	"time"
)

// presence is how many chatters have come into the room, and are in it.
type presence struct {
	timeout time.Duration // that Config has for a join; 0: by what joins have taken. Static

	joined, renamed atomic.Int64 // stays
	slowest         atomic.Int64 // join, from dial to roster
	inside, most    atomic.Int64 // chatters, now and at most
}

// comes records that a chatter is in the room, by another name than it asked for or
// not, and how long that took.
func (p *presence) comes(renamed bool, took time.Duration) {
	p.joined.Add(1)
	if renamed {
		p.renamed.Add(1)
	}
	raise(&p.slowest, int64(took))
	raise(&p.most, p.inside.Add(1))
}

// goes records that a chatter is in the room no more.
func (p *presence) goes() { p.inside.Add(-1) }

// Where JoinTimeout says nothing, the first join may take firstJoin, and others
// several times what the slowest so far has taken, but no less than laterJoin.
const (
	firstJoin = 30 * time.Second
	laterJoin = 10 * time.Second
)

// joinLimit returns how long a join may take, as far as is known by now.
func (p *presence) joinLimit() time.Duration {
	switch {
	case p.timeout > 0:
		return p.timeout
	case p.joined.Load() == 0:
		return firstJoin
	}
	return max(laterJoin, 3*time.Duration(p.slowest.Load()))
}

// raise makes a value at least n.
func raise(v *atomic.Int64, n int64) {
	for now := v.Load(); n > now && !v.CompareAndSwap(now, n); now = v.Load() {
	}
}
