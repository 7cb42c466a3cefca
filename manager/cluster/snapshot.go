package cluster

import (
	"encoding/json"
	"fmt"
	"time"
)

// snapshot is the room as of a place, for a Manager that begins.
type snapshot struct {
	Version int             `json:"version"`
	Place   uint64          `json:"place"`
	Active  uint64          `json:"active"`
	At      time.Time       `json:"at"`
	Lives   []savedLife     `json:"lives"`
	Fenced  []savedLife     `json:"fenced"`
	Hash    uint64          `json:"hash"`
	Machine json.RawMessage `json:"room"`
}

type savedLife struct {
	ID   ID     `json:"id"`
	Next uint64 `json:"next,omitempty"`
	Last uint64 `json:"last"`
}

// Snapshot returns the room for a Manager that begins; nil: this one does not have it.
func (c *Core) Snapshot() ([]byte, error) {
	if !c.synced || c.fatal != nil {
		return nil, nil
	}
	room, err := c.m.Snapshot()
	if err != nil {
		return nil, err
	}
	s := snapshot{Version: version, Place: max(c.last, c.skip), Active: c.active, At: c.at, Hash: c.m.Hash(), Machine: room}
	if c.broken == snapshotShifted {
		s.Place--
	}
	for id, l := range c.lives {
		s.Lives = append(s.Lives, savedLife{id, l.next, l.last})
	}
	for id, at := range c.fenced {
		s.Fenced = append(s.Fenced, savedLife{ID: id, Last: at})
	}
	return json.Marshal(s)
}

// Wants reports whether a snapshot is wanted.
func (c *Core) Wants() bool { return !c.synced && c.fatal == nil && c.active > 0 }

// Install begins with a snapshot of another Manager. One that is too old, or damaged,
// is an error, and another one is to be asked for.
func (c *Core) Install(now time.Duration, b []byte) error {
	if c.synced {
		return nil
	}
	var s snapshot
	switch err := json.Unmarshal(b, &s); {
	case err != nil:
		return fmt.Errorf("read a snapshot: %w", err)
	case s.Version > version:
		return ErrNewer
	case s.Place < c.start:
		return fmt.Errorf("the snapshot is as of place %d, before %d", s.Place, c.start)
	}
	if err := c.m.Restore(s.Machine); err != nil {
		c.fatal = err
		return err
	}
	if got := c.m.Hash(); got != s.Hash {
		return fmt.Errorf("the snapshot makes another room: hash %x, not %x", got, s.Hash)
	}
	for _, l := range s.Lives {
		c.lives[l.ID] = &life{next: l.Next, last: l.Last}
	}
	for _, l := range s.Fenced {
		c.fenced[l.ID] = l.Last
	}
	c.active, c.at = s.Active, s.At
	c.got(now, s.Place)
	return nil
}
