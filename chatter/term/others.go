package term

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"time"

	"chatsim/chatter/dial"
	"chatsim/manager/wire"
)

// learn takes in where else the room is, as the server has told, in place of what was
// told before. In which order the others are tried is left to chance: all who have lost
// one server would come to the same one.
//
// A password goes where the server sends it, so no site is taken that has no TLS where
// this one has, and none on this machine where this server is elsewhere.
func (d *dialer) learn(sites []wire.Site) {
	d.others = slices.DeleteFunc(d.others, func(o *dial.Dialer) bool { return d.told[o.Address] })
	d.told = make(map[dial.Address]bool)
	host, _, _ := net.SplitHostPort(d.HostPort)
	for _, i := range rand.Perm(len(sites)) {
		site := sites[i]
		addr := dial.Address{Scheme: dial.TCP, HostPort: site.HostPort()}
		if site.Secure() {
			addr.Scheme = dial.TLS
		}
		if d.Secure() && !site.Secure() || wire.IsLoopback(site.Host()) && !wire.IsLoopback(host) || d.has(addr) {
			continue
		}
		if other, err := d.Beside(addr); err == nil {
			d.told[addr] = true
			d.others = append(d.others, other)
		}
	}
}

// has reports whether an address is one of those that are tried anyway.
func (d *dialer) has(addr dial.Address) bool {
	return d.Address == addr || slices.ContainsFunc(d.others, func(o *dial.Dialer) bool { return o.Address == addr })
}

// silence is for how long none of the lines under way may come back, where there are
// other servers: longer than the room stands still while its stream has no leader.
const silence = 25 * time.Second

var errSilent = errors.New("it does not answer")

// waitEcho has the time begin anew in which a line is to come back.
func (p *person) waitEcho() {
	if p.present && len(p.dialer.others) > 0 {
		p.echo = time.NewTimer(cmp.Or(p.cfg.silence, silence))
	}
}

// silent goes on at another server, as this one does not answer; it is tried last.
func (p *person) silent() (done bool, err error) {
	if p.echo = nil; p.leaving || len(p.dialer.others) == 0 {
		return false, nil
	}
	done, err = p.lost(errSilent)
	p.dialer.turn()
	return done, err
}

// turn has the next address be that in turn.
func (d *dialer) turn() {
	d.others = append(d.others, d.Dialer)
	d.Dialer, d.others = d.others[0], d.others[1:]
}
