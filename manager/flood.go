package manager

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	maxAllowances = 1 << 16 // remembered of all addresses together,
	maxOfAddress  = 1 << 10 // and of one
	maxRecent     = 64      // of one address that are looked at when the next one comes
	sweepEvery    = 10 * time.Second
)

// allowance is the limit for one user's lines. It outlives its connection until
// its burst is whole again. Where its user has closed and has still something to
// say, and another has come from the same address, both have it.
type allowance struct {
	*rate.Limiter
	users int // sessions; guarded by floods.mu
}

// floods remembers the allowances of those who have left. Whoever comes from the
// same address takes one over, the one with most left. So an address has as many
// of them as it had connections at one time: many people behind one address are
// not limited together, and coming back gains nothing.
type floods struct {
	// Static after construction.
	limit rate.Limit
	burst int

	mu sync.Mutex
	// Guarded by mu.
	left   map[netip.Prefix][]*allowance
	count  int // of all in left
	swept  time.Time
	recent map[netip.Prefix][]*throttle // the newest of those that have one
}

func newFloods(lineRate float64, burst int) *floods {
	return &floods{limit: rate.Limit(lineRate), burst: max(burst, 1),
		left: make(map[netip.Prefix][]*allowance), recent: make(map[netip.Prefix][]*throttle)}
}

// source returns what counts as one address; false for what is no network.
func source(addr net.Addr) (from netip.Prefix, ok bool) {
	_, ok = addr.(*net.TCPAddr)
	return guessedFrom(addr), ok
}

// take returns an allowance, and whether somebody has left it.
func (f *floods) take(addr net.Addr, now time.Time) (a *allowance, inherited bool) {
	from, ok := source(addr)
	f.mu.Lock()
	defer f.mu.Unlock()
	if of := f.owingLocked(from, now); ok && len(of) > 0 {
		a = slices.MaxFunc(of, byTokens(now))
		f.setLocked(from, slices.DeleteFunc(of, func(b *allowance) bool { return a == b }))
		a.users++
		return a, true
	}
	return &allowance{rate.NewLimiter(f.limit, f.burst), 1}, false
}

// pass leaves an allowance to whoever comes next. Of too many those are
// forgotten that have most left.
func (f *floods) pass(addr net.Addr, a *allowance, now time.Time) {
	from, ok := source(addr)
	if !ok {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Sub(f.swept) >= sweepEvery {
		f.swept = now
		for p := range f.left {
			f.owingLocked(p, now)
		}
	}
	of := append(f.owingLocked(from, now), a)
	if len(of) > maxOfAddress || f.count >= maxAllowances {
		most := slices.MaxFunc(of, byTokens(now))
		of = slices.DeleteFunc(of, func(b *allowance) bool { return b == most })
	}
	f.setLocked(from, of)
}

// newest returns those of an address that have come last.
func (f *floods) newest(addr net.Addr) []*throttle {
	from, _ := source(addr)
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.recent[from])
}

// enter has t be the newest of its address.
func (f *floods) enter(t *throttle) {
	from, ok := source(t.addr())
	if !ok {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	of := append(f.recent[from], t)
	f.recent[from] = slices.Delete(of, 0, max(len(of)-maxRecent, 0))
}

// end is told by each throttle that has an allowance.
func (f *floods) end(t *throttle) {
	from, _ := source(t.addr())
	f.mu.Lock()
	defer f.mu.Unlock()
	t.allowance.users--
	of := slices.DeleteFunc(f.recent[from], func(o *throttle) bool { return o == t })
	if f.recent[from] = of; len(of) == 0 {
		delete(f.recent, from)
	}
}

// owingLocked forgets the allowances of an address that are whole again, and
// returns the others.
func (f *floods) owingLocked(from netip.Prefix, now time.Time) []*allowance {
	before := len(f.left[from])
	if before == 0 {
		return nil
	}
	of := slices.DeleteFunc(f.left[from], func(a *allowance) bool {
		return a.users == 0 && a.TokensAt(now) >= float64(f.burst)
	})
	f.count -= before - len(of)
	f.left[from] = of
	if len(of) == 0 {
		delete(f.left, from)
	}
	return of
}

// setLocked replaces what owingLocked has returned.
func (f *floods) setLocked(from netip.Prefix, of []*allowance) {
	f.count += len(of) - len(f.left[from])
	if f.left[from] = of; len(of) == 0 {
		delete(f.left, from)
	}
}

func byTokens(now time.Time) func(a, b *allowance) int {
	return func(a, b *allowance) int { return cmp.Compare(a.TokensAt(now), b.TokensAt(now)) }
}
