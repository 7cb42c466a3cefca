package manager

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"chatsim/manager/wire"
)

// Limits on the wrong passwords of one address. A right one is never held back
// by those that wait for their answer, only by those that are still to be looked
// at: whoever guesses on many connections and waits for the answers gets little
// more than on one, and others at that address do not notice. Whoever takes
// silence for a no, and does not wait, meets the limit on looking.
const (
	guessPause   = time.Second            // from a wrong password to its answer, at least
	answerBurst  = 10                     // that are answered without more delay,
	answerEvery  = time.Second            // then one in this,
	longestPause = 2 * time.Minute        // but for the sake of a person who mistypes amid all that
	lookBurst    = 512                    // that are looked at without delay: the connections that one address may have,
	lookEvery    = 100 * time.Millisecond // then one in this
	maxWaiting   = 1024                   // attempts that wait to be looked at
	guessLog     = 10 * time.Second       // from one log line to the next
)

// errCrowd is the error of try for one of too many.
var errCrowd = &refusal{wire.Crowded, wire.Crowded.Text()}

// guesses are the wrong passwords of late, by address.
type guesses struct {
	log *slog.Logger

	mu sync.Mutex
	of map[netip.Prefix]*guesser
}

func newGuesses(log *slog.Logger) guesses {
	return guesses{log: log, of: make(map[netip.Prefix]*guesser)}
}

// guesser is an address from which passwords came.
type guesser struct {
	looks   debt // of wrong passwords that were looked at
	answers debt // and are to be answered
	queue   []*attempt
	timed   bool // a timer is set for the next turn
	untold  int  // wrong passwords that no log line has told
	told    bool // there was one since watch looked last
}

// attempt is a password whose turn has not come.
type attempt struct {
	right bool        // nobody is told before the turn
	gone  func() bool // its sender listens no more, as far as one can tell

	done   chan struct{} // closed when the rest is set
	answer time.Time     // of a wrong one
	err    error
}

// debt is what is left of a burst that is paid back over time: the instant at
// which all is paid.
type debt struct{ paid time.Time }

// clear returns when one more is within a burst of n that is paid one in each step.
func (d debt) clear(n int, step time.Duration) time.Time {
	return d.paid.Add(-time.Duration(n-1) * step)
}

// add owes one more step from now on.
func (d *debt) add(now time.Time, step time.Duration) {
	if d.paid.Before(now) {
		d.paid = now
	}
	d.paid = d.paid.Add(step)
}

// guessedFrom returns what counts as one address: a household has a /64 of IPv6, and
// this machine all of its loopback addresses.
func guessedFrom(addr net.Addr) netip.Prefix {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{} // of another kind: all together
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := ip.BitLen()
	switch {
	case ip.IsLoopback():
		ip, bits = netip.AddrFrom4([4]byte{127}), 8
	case ip.Is6():
		bits = 64
	}
	p, _ := ip.Prefix(bits)
	return p
}

// try takes a password from an address and returns when its turn has come: at
// once, unless too many wrong ones came from there. A wrong one has the time at
// which it is to be answered. An error is ctx's, or that too many are waiting.
func (g *guesses) try(ctx context.Context, from netip.Prefix, right bool, gone func() bool) (ok bool, answer time.Time, err error) {
	t := &attempt{right: right, gone: gone, done: make(chan struct{})}
	g.enter(from, t)
	select {
	case <-t.done:
		return t.right && t.err == nil, t.answer, t.err
	case <-ctx.Done():
		g.withdraw(from, t)
		return false, time.Time{}, ctx.Err()
	}
}

func (g *guesses) enter(from netip.Prefix, t *attempt) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.of[from]
	if a == nil {
		a = &guesser{}
		g.of[from] = a
		g.watch(from, a)
	}
	if len(a.queue) == maxWaiting {
		i := slices.IndexFunc(a.queue, func(t *attempt) bool { return t.gone() })
		if i < 0 {
			t.end(errCrowd)
			return
		}
		a.remove(i).end(errCrowd)
	}
	a.queue = append(a.queue, t)
	g.lookLocked(from, a)
}

func (g *guesses) withdraw(from netip.Prefix, t *attempt) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if a := g.of[from]; a != nil {
		a.queue = slices.DeleteFunc(a.queue, func(other *attempt) bool { return other == t })
	}
}

func (t *attempt) end(err error) {
	t.err = err
	close(t.done)
}

// lookLocked looks at those whose turn has come, and again when that of the next
// comes.
func (g *guesses) lookLocked(from netip.Prefix, a *guesser) {
	for len(a.queue) > 0 {
		now := time.Now()
		if wait := a.looks.clear(lookBurst, lookEvery).Sub(now); wait > 0 {
			if !a.timed {
				a.timed = true
				time.AfterFunc(wait, func() {
					g.mu.Lock()
					defer g.mu.Unlock()
					a.timed = false
					g.lookLocked(from, a)
				})
			}
			return
		}
		t := a.next()
		if !t.right {
			a.looks.add(now, lookEvery)
			t.answer = g.wrongLocked(from, a, now)
		}
		t.end(nil)
	}
}

// next takes whoever waits for longest, of those who still listen if there are
// such: who closes soon to guess again is behind who stays.
func (a *guesser) next() *attempt {
	i := 0
	if len(a.queue) > 1 {
		i = max(0, slices.IndexFunc(a.queue, func(t *attempt) bool { return !t.gone() }))
	}
	return a.remove(i)
}

func (a *guesser) remove(i int) *attempt {
	t := a.queue[i]
	a.queue = slices.Delete(a.queue, i, i+1)
	return t
}

// wrongLocked counts a wrong password, and returns when it is to be answered.
func (g *guesses) wrongLocked(from netip.Prefix, a *guesser, now time.Time) (answer time.Time) {
	wait := min(max(a.answers.clear(answerBurst, answerEvery).Sub(now), guessPause), longestPause)
	a.answers.add(now, answerEvery)
	if a.untold++; !a.told {
		a.told = true
		g.tellLocked(from, a)
	}
	return now.Add(wait)
}

// tellLocked logs what was not logged yet of an address.
func (g *guesses) tellLocked(from netip.Prefix, a *guesser) {
	g.log.Warn("wrong password", "address", from, "times", a.untold)
	a.untold = 0
}

// watch logs at intervals how many wrong passwords came from an address, and
// forgets it when it owes nothing any more.
func (g *guesses) watch(from netip.Prefix, a *guesser) {
	time.AfterFunc(guessLog, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		a.told = a.untold > 0
		if a.told {
			g.tellLocked(from, a)
		}
		now := time.Now()
		if !a.told && len(a.queue) == 0 && a.looks.paid.Before(now) && a.answers.paid.Before(now) {
			delete(g.of, from)
			return
		}
		g.watch(from, a)
	})
}

// sleepUntil waits until an instant, which may be past, or returns ctx's error.
func sleepUntil(ctx context.Context, at time.Time) error {
	wait := time.Until(at)
	if wait <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Trust reports whether password is the room's, from one at an address who is
// not a session: it looks when the address's turn has come, and holds back a no
// like everywhere. ctx ends the wait.
func (m *Manager) Trust(ctx context.Context, from net.Addr, password string) bool {
	ok, answer, err := m.guesses.try(ctx, guessedFrom(from), sameSecret([]byte(password), m.cfg.Password), func() bool { return ctx.Err() != nil })
	if ok || err != nil {
		return ok
	}
	m.seq.count(func(st *Stats) { st.WrongPasswords++ })
	_ = sleepUntil(ctx, answer)
	return false
}

// sameSecret compares in constant time.
func sameSecret(word []byte, secret string) bool {
	got, want := sha256.Sum256(word), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
