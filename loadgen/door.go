package loadgen

import (
	"errors"
	"slices"
	"sync"
)

// Door is one of the addresses of a room. Each leads to the same room.
type Door struct {
	Addr string // for people
	Join Joiner
}

// Door returns the one at which a chatter comes in first.
func (c Config) Door(chatter int) Door {
	if len(c.Doors) == 0 {
		return Door{c.Where, c.Join}
	}
	return c.Doors[c.doorOf(chatter)]
}

// doorOf returns the number of the door at which a chatter comes in first; 0 where there
// is one room only.
func (c *Config) doorOf(chatter int) int { return chatter % max(1, len(c.Doors)) }

// noJoiner reports whether nobody could come in.
func (c *Config) noJoiner() bool {
	return c.Join == nil && len(c.Doors) == 0 || slices.ContainsFunc(c.Doors, func(d Door) bool { return d.Join == nil })
}

// doorError is why a client could not come in at one of several doors.
type doorError struct {
	addr string
	err  error
}

func (e *doorError) Error() string { return "at " + e.addr + ": " + e.err.Error() }
func (e *doorError) Unwrap() error { return e.err }

// atDoor returns an error with the address at which the user met it, where there are
// several.
func (u *user) atDoor(err error) error {
	if err == nil || errors.Is(err, errFull) || len(u.run.cfg.Doors) < 2 {
		return err
	}
	return &doorError{u.door().Addr, err}
}

// door returns the one at which the user comes in.
func (u *user) door() Door { return u.run.cfg.Door(u.way.door()) }

// way is the door at which a chatter comes in, which is the next one from when on its
// server has died.
type way struct {
	doors int // of the room; static

	mu sync.Mutex
	// Guarded by mu.
	at   int   // modulo doors
	lost *loss // that has put the chatter out, until it is in again
}

// door returns the door's number.
func (w *way) door() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at % w.doors
}

// on leads to the next door from now on, again where a loss has put the chatter out.
func (w *way) on(in *loss) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at++
	if in != nil {
		w.lost = in
	}
}

// back records that the chatter is in, and returns the loss that had put it out; nil:
// none had.
func (w *way) back() *loss {
	w.mu.Lock()
	defer w.mu.Unlock()
	in := w.lost
	w.lost = nil
	return in
}
