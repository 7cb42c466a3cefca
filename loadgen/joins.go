package loadgen

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// joins bounds how many chatters join at the same time, by what the server takes. A server has a
// queue of connections that it has not accepted yet, as short as 5 (Python's socketserver) or 10
// (ngircd). The system drops what comes above that and tries again after 1 s, 2 s, 4 s …, for
// minutes: a crowd that comes at once comes in at 11 a time, then, and its last are reset. So
// a few come together at first; each that is in lets one more come, as long as that takes no longer
// than a few times what the fastest has taken, for then more at a time would only wait for each other
// at the server; and a connection that takes as long as the system's second try halves their number,
// as the senders of TCP do. Who comes by the plan of a scenario is bound by that only once there was
// such a connection, and the time of its join has the wait in it.
type joins struct {
	places *semaphore.Weighted // most of them; those above limit are kept back
	most   int                 // at a time, whatever the server takes

	mu sync.Mutex
	// Guarded by mu.
	limit int
	held  int           // places taken
	owed  int           // places that are kept back when they are free
	calm  int           // joins since limit last changed
	cut   time.Duration // when limit was halved last
	slow  int           // connections that took so long

	fastest time.Duration // join; 0: there was none
}

const (
	joinsAtOnce = 256         // keeps any server busy, and nobody waits long for a turn there
	joinsFirst  = 8           // less than most queues; a far server is not waited for twice by a few
	retried     = time.Second // after which the system asks for a connection again (RFC 6298)
	calmRounds  = 4           // of joins, before a limit that was halved rises by one
	waitsAtDoor = 4           // times as long as the fastest join takes one that waits for others
)

func newJoins(most int) *joins {
	j := &joins{places: semaphore.NewWeighted(int64(most)), most: most, limit: min(joinsFirst, most)}
	j.places.TryAcquire(int64(most - j.limit))
	return j
}

// begin waits for a place. It fails when ctx ends first.
func (j *joins) begin(ctx context.Context) error {
	if err := j.places.Acquire(ctx, 1); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.held++
	return nil
}

// late reports whether one whose time has come by the plan has to wait for a place too: like a
// line that is due, it waits for nobody as long as the server accepts each connection at once.
func (j *joins) late() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.slow > 0 || j.most == 1
}

// connected records that a join that has a place has been connected, or could not be, between two
// times of the run.
func (j *joins) connected(from, to time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if to-from < retried {
		return
	}
	j.slow++
	if from < j.cut { // in the same crowd as the one that halved limit
		return
	}
	half := max(min(j.limit, j.held)/2, min(joinsFirst, j.most))
	j.owed += j.limit - half
	j.limit, j.cut, j.calm = half, to, 0
}

// done ends a join: its place is free. How long it took is 0 if the chatter is not in.
func (j *joins) done(took time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.held--
	j.freeLocked()
	if took <= 0 {
		return
	}
	if j.fastest == 0 || took < j.fastest {
		j.fastest = took
	}
	if took > waitsAtDoor*j.fastest || j.limit == j.most {
		return
	}
	if j.calm++; j.slow == 0 || j.calm >= calmRounds*j.limit {
		j.limit, j.calm = j.limit+1, 0
		j.freeLocked()
	}
}

// freeLocked frees a place, unless one is to be kept back.
func (j *joins) freeLocked() {
	if j.owed > 0 {
		j.owed--
		return
	}
	j.places.Release(1)
}

// warning tells of connections that the server did not accept at once; "" if there were none.
func (j *joins) warning() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.slow == 0 {
		return ""
	}
	return fmt.Sprintf("%d connections took the server %v or more to accept, as where its queue of those that wait (the backlog of listen) is short; "+
		"at the end %d chatters were let come at a time", j.slow, retried, j.limit)
}
