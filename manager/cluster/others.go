package cluster

import "slices"

// Where the users of a Manager find it is told by each hello and heartbeat: for clients
// that come back at another Manager. It is no part of the room.

// Others returns where the users of the other Managers that live find those, sorted.
func (c *Core) Others() (addresses []string) {
	for id, l := range c.lives {
		if id != c.id && l.address != "" && l.address != c.cfg.Address {
			addresses = append(addresses, l.address)
		}
	}
	slices.Sort(addresses)
	return slices.Compact(addresses)
}

// Known returns where users have found Managers of the room, also those that are gone.
func (c *Core) Known() []string { return c.known }

// reach takes in what a life says of itself.
func (c *Core) reach(from ID, fields []byte) {
	if address := findAddress(fields); address != "" && address != c.lives[from].address {
		c.lives[from].address = address
		c.moves++
		c.know(address)
	}
}

// know remembers an address, and forgets the one that was told first of too many.
func (c *Core) know(address string) {
	if slices.Contains(c.known, address) {
		return
	}
	c.known = append(slices.Clip(c.known), address) // others have what it was
	c.known = c.known[max(0, len(c.known)-maxKnown):]
}
