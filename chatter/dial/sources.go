package dial

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"

	"chatsim/manager/hinted"
)

// maxSources is how many addresses are taken: each of them may have some 28,000
// connections to one server.
const maxSources = 1000

// Sources are addresses of this machine from which connections are made, one after
// the other: a server that limits those of one address takes more then. It is safe
// for concurrent use; without addresses the system decides.
type Sources struct {
	addrs []netip.Addr
	made  atomic.Uint64
}

// ParseSources reads addresses and ranges of them, such as 127.0.0.2-127.0.0.9, with
// commas between them. Whether the machine has them is found out by connecting.
func ParseSources(s string) (*Sources, error) {
	sources := new(Sources)
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		first, err := netip.ParseAddr(from)
		last := first
		if err == nil && isRange {
			last, err = netip.ParseAddr(to)
		}
		switch {
		case err != nil:
			return nil, wrongSources(fmt.Sprintf("has %q in it, which is no IP address", part))
		case first.Is4() != last.Is4() || last.Less(first) || first.Zone() != last.Zone():
			return nil, wrongSources(fmt.Sprintf("has %q in it, of which the first address does not come before the last", part))
		case first.IsUnspecified() || first.IsMulticast():
			return nil, wrongSources(fmt.Sprintf("has %s in it, from which nothing can be sent", first))
		}
		for addr := first; addr.IsValid() && !last.Less(addr); addr = addr.Next() {
			if len(sources.addrs) == maxSources {
				return nil, wrongSources(fmt.Sprintf("has more than %d addresses", maxSources))
			}
			sources.addrs = append(sources.addrs, addr)
		}
	}
	return sources, nil
}

func wrongSources(why string) error {
	return hinted.New(why, "write -source-addresses 127.0.0.2-127.0.0.9, or 192.0.2.7,192.0.2.8: addresses of this machine")
}

// pinned returns sources of one address, the next one.
func (s *Sources) pinned() *Sources {
	if s == nil || len(s.addrs) == 0 {
		return s
	}
	i := (s.made.Add(1) - 1) % uint64(len(s.addrs))
	return &Sources{addrs: s.addrs[i : i+1]}
}

// next returns the address from which the next connection is made; nil: any.
func (s *Sources) next() net.Addr {
	if s == nil || len(s.addrs) == 0 {
		return nil
	}
	addr := s.addrs[(s.made.Add(1)-1)%uint64(len(s.addrs))]
	return &net.TCPAddr{IP: addr.AsSlice(), Zone: addr.Zone()}
}
