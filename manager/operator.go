package manager

import (
	"errors"
	"slices"
	"strings"
	"time"

	"chatsim/manager/wire"
)

// What an operator's command cannot do.
var (
	ErrNoSuchUser = errors.New("manager: no such user")
	ErrClosing    = errors.New("manager: the room is closing")
)

// Names are the users online, in the order of their joins.
func (m *Manager) Names() []string {
	return slices.Collect(m.seq.roster().Names())
}

// Kick puts a user out. It gets what was said before, and the reason.
func (m *Manager) Kick(name string) error {
	st := m.seq.kick(kickRequest{name: name})
	if st == nil {
		return ErrNoSuchUser
	}
	st.session.interrupt()
	m.log.Info("kicked", "name", name)
	return nil
}

// Announce says a text to the group in the server's own name. It waits while
// the room is full.
func (m *Manager) Announce(text string) error {
	clean := wire.AppendText(nil, []byte(strings.ReplaceAll(text, "\n", " ")))
	return m.seq.announce(announcement{wire.AppendLine(nil, wire.Server, clean, wire.Group), clean, time.Now()})
}
