package loadgen

import (
	"slices"
	"sync"
	"sync/atomic"

	"chatsim/loadgen/scenario"
	"chatsim/loadgen/scenario/file"
	"chatsim/manager/hinted"
)

// cast is the chatters of a role, and what became of them. Who stalls and talks is one
// of the users, and no player.
type cast struct {
	// Static.
	run     *run
	role    *file.Role
	turns   []scenario.Turn // of the role
	players []*player

	errors           said
	lines, due       atomic.Int64 // said, and to be said
	sent, read       atomic.Int64 // bytes, while it acted
	acted, throttled atomic.Int64 // windows, for each player
	refused          atomic.Int64 // lines that were answered by errors
	turned           atomic.Int64 // times that a player was not let in again

	mu sync.Mutex
	// Guarded by mu.
	evicted map[string]int64 // by the server, by reason
}

// closed records that the server has ended a player's connection.
func (c *cast) closed(why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.evicted[why]++
}

// validateRoles looks whether the roles can be made with so many users.
func (c Config) validateRoles() error {
	switch {
	case c.Scenario.RoleUsers(c.Users) > 0 && c.ExpectFull > 0:
		return hinted.New("the roles of scenario "+c.Scenario.Name+" need a room that lets everybody in", "leave -expect-full out, or the roles")
	case c.Capabilities.Protocol == Raw().Protocol && slices.ContainsFunc(c.Scenario.Roles, func(r file.Role) bool { return r.Kind == file.Dribble }):
		return hinted.New("over the raw dialect each write is a line of its own: nobody can dribble there", "leave the role dribble out, or take another -dialect")
	}
	return nil
}
