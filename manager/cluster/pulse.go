package cluster

import "time"

const (
	beatEvery = time.Second     // between two heartbeats, if the first has come back
	maxStep   = 2 * time.Second // of silence that counts at once: a Manager that was stopped has heard nothing
	maxHashes = 16              // places whose hashes are remembered
)

// pulse is this life's heartbeats, and how long nothing of it has come back.
type pulse struct {
	beating bool          // one is under way
	beat    time.Duration // when the last one was made
	heard   time.Duration // when the last one came back
	ticked  time.Duration
	silence time.Duration // without anything that came back
}

// renew begins another life.
func (p *pulse) renew(now time.Duration) {
	p.beating, p.beat, p.heard, p.silence = false, now, now, 0
}

// tick returns for how long it was silent since the last tick.
func (p *pulse) tick(now time.Duration) (step time.Duration) {
	step = min(now-p.ticked, maxStep)
	p.ticked = now
	return step
}

// beats reports whether it is time for another one, which is under way then.
func (p *pulse) beats(now time.Duration) bool {
	if p.beating || now-p.beat < beatEvery {
		return false
	}
	p.beating, p.beat = true, now
	return true
}

// back is told that one has come back, and returns how long after the one before.
func (p *pulse) back(now time.Duration) (step time.Duration) {
	step = min(now-p.heard, maxStep)
	p.beating, p.heard = false, now
	return step
}

// ballot is what the living say of the room at the last places of heartbeats.
type ballot []vote

// vote is what they say of one place.
type vote struct {
	place, hash  uint64
	same, differ int
}

// newest returns the last place, and what the room was there.
func (b ballot) newest() (place, hash uint64) {
	if n := len(b); n > 0 {
		return b[n-1].place, b[n-1].hash
	}
	return 0, 0
}

// differs takes in what another Manager says of a place, and reports whether this one
// differs from more than it agrees with.
func (b ballot) differs(place, hash uint64) bool {
	for i := range b {
		v := &b[i]
		switch {
		case v.place != place:
		case v.hash == hash:
			v.same++
		default:
			v.differ++
			return v.differ > max(v.same, 1)
		}
	}
	return false
}

// remember adds what the room is at a place.
func (b *ballot) remember(place, hash uint64) {
	*b = append(*b, vote{place: place, hash: hash})
	*b = (*b)[max(0, len(*b)-maxHashes):]
}
