package loadgen

import (
	"errors"
	"slices"
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
	return c.Doors[chatter%len(c.Doors)]
}

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
func (u *user) door() Door { return u.run.cfg.Door(u.doorNumber()) }

// doorNumber returns that of the door at which the user comes in.
func (u *user) doorNumber() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return (u.n + u.moved) % max(1, len(u.run.cfg.Doors))
}
