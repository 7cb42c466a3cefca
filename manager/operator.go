package manager

import (
	"errors"
	"slices"
	"strings"

	"chatsim/manager/wire"
)

// What an operator's command cannot do.
var (
	ErrNoSuchUser = errors.New("manager: no such user")
	ErrClosing    = errors.New("manager: the room is closing")
)

// Names are the users online, in the order of their joins.
func (m *Manager) Names() []string {
	m.feed.Lock()
	roster := m.room.Roster()
	m.feed.Unlock()
	return slices.Collect(roster.Names())
}

// Kick puts a user out. It gets what was said before, and the reason.
func (m *Manager) Kick(name string) error {
	m.feed.Lock()
	member := m.room.Lookup(name)
	if member == nil || m.closing {
		m.feed.Unlock()
		return ErrNoSuchUser
	}
	s := member.Session.(*session)
	m.room.Void(member)
	s.dismissLocked(wire.Kicked)
	m.stats.Evicted[wire.Kicked]++
	m.feed.Unlock()
	s.interrupt()
	m.log.Info("kicked", "name", name)
	return nil
}

// Announce says a text to the group in the server's own name. It waits while
// the room is full.
func (m *Manager) Announce(text string) error {
	clean := wire.AppendText(nil, []byte(strings.ReplaceAll(text, "\n", " ")))
	frame := wire.AppendLine(nil, wire.Server, clean, wire.Group)
	m.feed.Lock()
	defer m.feed.Unlock()
	if !m.feed.WaitRoomLocked() || m.closing {
		return ErrClosing
	}
	m.feed.AppendLocked(frame)
	m.countLinesLocked(1)
	return nil
}

func (m *Manager) countLinesLocked(n uint64) {
	m.stats.Lines += n
	m.stats.Deliveries += n * uint64(m.room.Len())
}
