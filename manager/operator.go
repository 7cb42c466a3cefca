package manager

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"chatsim/manager/wire"
)

// What an operator's command cannot do.
var (
	ErrNoSuchUser    = errors.New("manager: no such user")
	ErrClosing       = errors.New("manager: the room is closing")
	ErrNotBanned     = errors.New("manager: nobody of that name is banned")
	ErrSharedAddress = errors.New("manager: its address is that of this machine")
	ErrSameName      = errors.New("manager: that is its name")
)

// Names returns the users online, in the order of their joins.
func (m *Manager) Names() []string {
	return slices.Collect(m.seq.roster().Names())
}

// Kick puts a user out, who gets what was said before and the reason, and is not let
// in for Config.KickTime. by is who does it, of which the room and the log are told;
// empty: the room is not.
func (m *Manager) Kick(name, by string) error {
	return m.putOut(kickRequest{name: name, by: by, span: m.cfg.KickTime})
}

// Ban keeps whoever has a name out for a time, by the name and by the token that it
// has; with address also all who come from its address, which for IPv6 is a /64.
func (m *Manager) Ban(name, by string, span time.Duration, address bool) error {
	return m.putOut(kickRequest{name: name, by: by, span: span, ban: true, address: address})
}

func (m *Manager) putOut(r kickRequest) error {
	if err := m.seq.order(r); err != nil {
		return err
	}
	what := "kicked"
	if r.ban {
		what = "banned"
	}
	m.log.Info(what, "name", r.name, "by", r.by, "for", r.span, "address", r.address)
	return nil
}

// Unban lets those in again who were banned under a name.
func (m *Manager) Unban(name, by string) error {
	err := m.seq.order(unbanRequest{name, by})
	if err == nil {
		m.log.Info("no longer banned", "name", name, "by", by)
	}
	return err
}

// Bans returns those who are not let in, the oldest ban first.
func (m *Manager) Bans() []Ban { return m.seq.bans(time.Now()) }

// Announce says a text to the group in the server's own name. It waits while
// the room is full.
func (m *Manager) Announce(text string) error {
	clean := wire.AppendText(nil, []byte(strings.ReplaceAll(text, "\n", " ")))
	return m.seq.order(announcement{wire.AppendLine(nil, wire.Server, clean, wire.Group), clean})
}

// bannable returns the address by which one can be banned: not this machine's, which all
// have who come through a proxy here.
func bannable(from netip.Prefix) netip.Prefix {
	if !from.IsValid() || from.Addr().IsLoopback() {
		return netip.Prefix{}
	}
	return from
}
