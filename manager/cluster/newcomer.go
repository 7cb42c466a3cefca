package cluster

import (
	"slices"
	"time"
)

const (
	knockEvery  = 500 * time.Millisecond // between two knocks
	maxBuffered = 64 << 20               // bytes that wait for a snapshot
)

// newcomer is a Manager that does not have the room yet.
type newcomer struct {
	start    uint64 // the place before the first message that is known
	waiting  []Message
	bytes    int           // in waiting
	moving   bool          // a knock has come back
	returned time.Duration // when the last one did
	quiet    time.Duration // that the stream has moved without a Manager
}

// moved is told that a knock has come back.
func (n *newcomer) moved(now time.Duration) {
	if n.moving {
		n.quiet += min(now-n.returned, maxStep)
	}
	n.moving, n.returned = true, now
}

// keep keeps a message for when a snapshot has come; of too many it forgets all.
func (n *newcomer) keep(m Message) {
	if n.bytes += len(m.Data); n.bytes > maxBuffered {
		n.waiting, n.bytes, n.start = nil, 0, m.Seq
		return
	}
	n.waiting = append(n.waiting, m)
}

// saw reports whether this Manager has read a message, which the stream stored at an
// instant: it is another one where the stream was made anew, of which the Manager
// that has sent the snapshot has perhaps not heard.
func (n *newcomer) saw(place uint64, at time.Time) bool {
	return slices.ContainsFunc(n.waiting, func(m Message) bool { return m.Seq == place && m.At.Equal(at) })
}

// kept returns the messages that wait, and keeps them no longer.
func (n *newcomer) kept() []Message {
	kept := n.waiting
	n.waiting, n.bytes = nil, 0
	return kept
}

// knocker has messages published that are no requests: knocks and resets.
type knocker struct {
	control []byte        // what is to be published
	made    uint64        // knocks
	last    time.Duration // when the last of them was made
}

// due reports whether it is time for another one.
func (k *knocker) due(now time.Duration) bool { return k.control == nil && now-k.last >= knockEvery }

// knock publishes what tells, when it comes back, that the stream moves, and that this
// Manager has read all that was published before, behind so many bytes of the stream;
// false: it is too early for another one.
func (k *knocker) knock(now time.Duration, own ID, sum uint64) bool {
	if !k.due(now) {
		return false
	}
	k.last = now
	k.made++
	k.control = appendSum(appendKnock(appendHeader(nil, oldest, knock, own), k.made, sum))
	return true
}
