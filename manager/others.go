package manager

import (
	"slices"

	"chatsim/manager/wire"
)

// IsOfRoom reports whether a page of an origin is that of another Manager of the room,
// be it gone by now.
func (m *Manager) IsOfRoom(origin string) bool {
	site, err := wire.ParseSite(origin)
	return err == nil && slices.ContainsFunc(m.Cluster().Known, func(known string) bool { return site.Same(wire.Site(known)) })
}
