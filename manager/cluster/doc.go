// Package cluster has several Managers serve one room: every request travels
// through one stream, and each Manager applies the same requests in the same order.
//
// Core is the protocol without a world. It knows no socket, clock or goroutine:
// what it is told (a message of the stream, a request of its own, that time has
// passed) and what it wants (the next message to publish, a snapshot) are values, so
// that a seeded test can step several of them over a stream that delays, doubles and
// loses what is published. Package jetstream runs one over NATS.
//
// A Manager's life is a random ID. Its requests are numbered; applying takes only
// the next number, and what has not come back is published again from there: so each
// is applied once, in order, whatever the stream stores twice or not at all. A life
// that is silent for the lease while the stream moves is buried by a request of
// another, at one place for all, and is ignored from then on.
//
// Each says how much of the stream it has applied. Where one is a quarter of what the
// stream keeps behind, nobody publishes what users say until it has come nearer, as
// else it would lose its place. One that does not catch up within the grace is dropped
// by a request, as one that is silent is, and comes back once it has read to the end.
//
// Managers of a newer version speak the oldest one of those that are there: so they
// replace the others one by one.
package cluster

import (
	"errors"
	"time"
)

// ID is one life of a Manager, random.
type ID [16]byte

// Message is an entry of the stream.
type Message struct {
	Seq  uint64    // 1 is the first of the stream
	At   time.Time // when the stream stored it: the same for all Managers
	Data []byte
}

// Machine is what requests are applied to, and the users of this Manager beside it.
// Equal calls in equal order make equal machines.
type Machine interface {
	// Reset begins with nobody in the room. It fails where the settings of the room
	// are not those of this Manager.
	Reset(settings []byte, at time.Time) error
	// Apply applies the request of a life; number counts that life's requests.
	Apply(from ID, number uint64, at time.Time, request []byte) error
	// Flush is told that what was applied since the last time came together.
	Flush()
	// End has all users of a life leave, in the order of their joins. why it has ended,
	// nil if in order.
	End(life ID, at time.Time, why error)
	// Snapshot and Restore carry the state to a Manager that begins.
	Snapshot() ([]byte, error)
	Restore(snapshot []byte) error
	// Hash is equal where the state is.
	Hash() uint64
	// Live is told of this Manager's next life. why the one before has ended, nil if
	// there was none: its users are closed, and its requests that have not come back
	// are not carried out.
	Live(next ID, why error)
}

// Why a Manager's life has ended, or does not begin.
var (
	ErrFenced  = errors.New("cluster: the others have taken this Manager for dead")
	ErrSlow    = errors.New("cluster: this Manager was too slow for the others")
	ErrBehind  = errors.New("cluster: the stream does not have what comes next any more")
	ErrReset   = errors.New("cluster: the room has begun anew")
	ErrCut     = errors.New("cluster: the stream cannot be reached")
	ErrDiffers = errors.New("cluster: this Manager's room differs from that of the others")
	ErrNewer   = errors.New("cluster: another Manager speaks a newer version of the protocol")
)
