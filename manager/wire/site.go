package wire

import (
	"encoding/json"
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// Site is where a server of the room is, as a browser writes an origin:
// http://HOST[:PORT], or https://HOST[:PORT] where it speaks TLS. The host is in
// ASCII and lower case, and the port is left out where it is the scheme's own.
type Site string

const (
	// NoSite is what stands for none where somebody has to write a Site.
	NoSite = "off"
	// MaxOthers is how many sites a reader takes of one control object.
	MaxOthers = 64
	// MaxSite limits a Site, in bytes.
	MaxSite = 300

	maxHost  = 253 // RFC 1035, 2.3.4
	maxLabel = 63
)

// Schemes of Sites, and the ports that a browser leaves out.
var siteSchemes = map[string]string{"http": "80", "https": "443"}

// What is wrong with a Site.
var (
	errSiteScheme = errors.New("it begins with neither http:// nor https://")
	errSiteLong   = errors.New("it is too long")
	errSiteRest   = errors.New("there is more in it than a host and a port")
	errSiteHost   = errors.New("its host is neither a name in ASCII nor an address")
	errSiteAny    = errors.New("nobody can be reached at its address")
	errSitePort   = errors.New("its port is not from 1 to 65535")
)

// ParseSite reads a Site, in any case of letters and with any port.
func ParseSite(text string) (Site, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	scheme = strings.ToLower(scheme)
	standard := siteSchemes[scheme]
	switch {
	case len(text) > MaxSite:
		return "", errSiteLong
	case !ok || standard == "":
		return "", errSiteScheme
	case strings.ContainsAny(rest, "/?#@\\"):
		return "", errSiteRest
	}
	host, port, err := cutPort(rest)
	if err == nil {
		host, err = siteHost(host)
	}
	if err != nil {
		return "", err
	}
	if port == "" || port == standard {
		return Site(scheme + "://" + host), nil
	}
	return Site(scheme + "://" + host + ":" + port), nil
}

// cutPort takes HOST[:PORT] apart; brackets stay.
func cutPort(rest string) (host, port string, err error) {
	colon := strings.LastIndexByte(rest, ':')
	if colon < 0 || strings.HasSuffix(rest, "]") {
		return rest, "", nil
	}
	host, port = rest[:colon], rest[colon+1:]
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || port[0] == '+' {
		return "", "", errSitePort
	}
	return host, strconv.FormatUint(n, 10), nil
}

// siteHost returns a host as a browser writes it.
func siteHost(host string) (string, error) {
	inner, bracket := strings.CutPrefix(host, "[")
	inner = strings.TrimSuffix(inner, "]")
	addr, err := netip.ParseAddr(inner)
	switch {
	case err != nil && !bracket && isHostName(host):
		return strings.ToLower(host), nil
	case err != nil || addr.Is4() == bracket || addr.Zone() != "" || addr.Is4In6():
		return "", errSiteHost
	case addr.IsUnspecified() || addr.IsMulticast() || inner == "255.255.255.255":
		return "", errSiteAny
	case addr.Is4():
		return addr.String(), nil
	}
	return "[" + addr.String() + "]", nil
}

// isHostName reports whether a host is a name that no browser takes for an address:
// its last label is not a number.
func isHostName(host string) bool {
	last := ""
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > maxLabel || strings.ContainsFunc(label, notOfHost) {
			return false
		}
		last = label
	}
	last = strings.ToLower(last)
	return len(host) <= maxHost && strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x")
}

func notOfHost(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
}

// Secure reports whether the server speaks TLS.
func (s Site) Secure() bool { return strings.HasPrefix(string(s), "https:") }

// Host returns the host, without brackets.
func (s Site) Host() string {
	host, _, _ := cutPort(s.HostPort())
	return strings.Trim(host, "[]")
}

// HostPort returns where to connect to, with the port.
func (s Site) HostPort() string {
	scheme, rest, _ := strings.Cut(string(s), "://")
	if _, port, _ := cutPort(rest); port != "" {
		return rest
	}
	return rest + ":" + siteSchemes[scheme]
}

// Same reports whether two sites are one: a machine that talks to itself does so by any
// of its names.
func (s Site) Same(o Site) bool {
	if s == o {
		return true
	}
	_, port, _ := cutPort(s.HostPort())
	_, other, _ := cutPort(o.HostPort())
	return s.Secure() == o.Secure() && port == other && IsLoopback(s.Host()) && IsLoopback(o.Host())
}

// Sites returns those of some texts that are Sites, at most MaxOthers.
func Sites(texts []string) (sites []Site) {
	for _, text := range texts[:min(len(texts), MaxOthers)] {
		if s, err := ParseSite(text); err == nil && string(s) == text {
			sites = append(sites, s)
		}
	}
	return sites
}

// IsLoopback reports whether a host is that of the machine on which it is said.
func IsLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// AppendOthers appends {"others":[SITE…]}: where else the room is served, for a client
// that comes back when its own server does not answer.
func AppendOthers(dst []byte, others []Site) []byte {
	dst = append(dst, `{"others":[`...)
	for i, s := range others {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, string(s))
	}
	return append(dst, "]}\n"...)
}

// ParseOthers reads a frame of kind Unknown; false: it tells of no others. What is no
// Site in it is left out, and what is more than MaxOthers.
func ParseOthers(raw []byte) (others []Site, ok bool) {
	var object struct{ Others []any }
	if json.Unmarshal(raw, &object) != nil || object.Others == nil {
		return nil, false
	}
	texts := make([]string, 0, min(len(object.Others), MaxOthers))
	for _, o := range object.Others[:cap(texts)] {
		text, _ := o.(string)
		texts = append(texts, text)
	}
	return Sites(texts), true
}
