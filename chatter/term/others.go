package term

import (
	"math/rand/v2"
	"net"
	"slices"

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
