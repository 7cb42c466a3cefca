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
	Seen    time.Time       `json:"seen"` // when the stream stored the message of that place
	Active  uint64          `json:"active"`
	At      time.Time       `json:"at"`
	Sum     uint64          `json:"sum"` // bytes of the stream since the room began
	Lives   []savedLife     `json:"lives"`
	Fenced  []savedLife     `json:"fenced"`
	Hash    uint64          `json:"hash"`
	Known   []string        `json:"known,omitempty"` // addresses
	Machine json.RawMessage `json:"room"`
}

type savedLife struct {
	ID      ID     `json:"id"`
	Next    uint64 `json:"next,omitempty"`
	Last    uint64 `json:"last"`
	Speaks  byte   `json:"speaks,omitempty"`
	Applied uint64 `json:"applied,omitempty"`
	Address string `json:"address,omitempty"`
}

// Snapshot returns the room for a Manager that begins; nil: this one does not have it,
// or has not read as far itself.
func (c *Core) Snapshot() ([]byte, error) {
	if !c.synced || c.fatal != nil || c.last < c.skip {
		return nil, nil
	}
	room, err := c.m.Snapshot()
	if err != nil {
		return nil, err
	}
	s := snapshot{Version: int(c.pace.common), Place: c.last, Seen: c.seen, Active: c.active, At: c.at, Sum: c.pace.sum, Hash: c.m.Hash(), Machine: room}
	if c.broken == snapshotShifted {
		s.Place--
	}
	c.lives.save(&s)
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
	case s.Version > int(c.cfg.Speaks):
		return ErrNewer
	case c.broken == snapshotForeign && s.Place >= c.newcomer.start:
	case !c.newcomer.saw(s.Place, s.Seen):
		return fmt.Errorf("the snapshot is as of place %d, which this Manager has not read, or of another stream", s.Place)
	}
	if err := c.m.Restore(s.Machine); err != nil {
		c.fatal = err
		return err
	}
	if got := c.m.Hash(); got != s.Hash {
		return fmt.Errorf("the snapshot makes another room: hash %x, not %x", got, s.Hash)
	}
	c.lives.restore(&s)
	c.active, c.at, c.pace.sum = s.Active, s.At, s.Sum
	c.got(now, s.Place)
	return nil
}
