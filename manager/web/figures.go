package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"chatsim/manager/guard"
)

// Figures answers with what the room counts alone, to everybody: "/live" with
// "/live.json" and "/metrics", and for machines "/healthz" and "/readyz".
func Figures(cfg Config) http.Handler {
	mux := withFiles()
	cfg.wellBeing(mux)
	cfg.figures(mux, func(h http.Handler) http.Handler { return h })
	mux.Handle("GET /{$}", http.RedirectHandler("/live", http.StatusFound))
	return guard.Handler(cfg.Names, mux)
}

// figures adds what the room counts, behind what is asked first.
func (cfg *Config) figures(mux *http.ServeMux, behind func(http.Handler) http.Handler) {
	mux.Handle("GET /live", behind(liveView()))
	mux.Handle("GET /live.json", behind(http.HandlerFunc(cfg.samples)))
	mux.Handle("GET /metrics", behind(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		cfg.Metrics(w)
	})))
}

// wellBeing adds what tells that the room is well, and nothing of its people.
func (cfg *Config) wellBeing(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", cfg.health)
	mux.HandleFunc("GET /readyz", cfg.ready)
}

// elsewhere is for figures that are served at an address of their own.
func elsewhere(http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "the figures of this room are served at another address", http.StatusNotFound)
	})
}

// trusted asks for the room's password, if it has one, unless who asks is on
// this machine: as Basic authentication under any name, as browsers, curl and
// Prometheus have it, or as a bearer's token.
func (cfg *Config) trusted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !cfg.Password || local(r) {
			h.ServeHTTP(w, r)
			return
		}
		password, given := passwordOf(r)
		if given && cfg.Trust(r.Context(), peer(r), password) {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="the room's password, under any name", charset="UTF-8"`)
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintln(w, "the figures take the password of the room, by Basic authentication under any name, or as a bearer token")
	})
}

func passwordOf(r *http.Request) (password string, given bool) {
	if _, password, given = r.BasicAuth(); given {
		return password, true
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return token, strings.EqualFold(scheme, "Bearer")
}

// peer returns the address that a request came from.
func peer(r *http.Request) net.Addr {
	addr, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return &net.UnixAddr{Name: r.RemoteAddr} // of no network that has addresses
	}
	return net.TCPAddrFromAddrPort(addr)
}

// forwarded are headers by which a proxy tells that it asks for somebody else.
var forwarded = []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"}

// local reports whether a request is of this machine.
func local(r *http.Request) bool {
	for _, name := range forwarded {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	tcp, ok := peer(r).(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
