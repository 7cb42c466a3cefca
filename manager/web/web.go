// Package web is what a room shows to those who come by HTTP: the chatter's
// window, which is a page and a WebSocket, and for machines whether the room is
// well and what it counts. The page that draws a simulation is here too, with
// the words and charts that it shares.
//
// It knows no room: what it shows is asked of functions, and a WebSocket is
// handed on as a connection of the line dialect.
package web

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"chatsim/manager/guard"
)

// Config is what the pages show.
type Config struct {
	Join    []string        // commands by which one joins from a terminal
	Online  func() int      // users
	Ready   func() error    // why the room takes nobody, nil if it does
	Health  func() []string // what is wrong and does not end the room
	Metrics func(io.Writer) // in Prometheus' text form

	Serve    func(net.Conn)             // a connection of the line dialect, until it has ended
	Password bool                       // one is asked for before the name, and for the figures beyond this machine
	Apart    bool                       // the figures are served by Figures at another address
	MaxLine  int                        // bytes of a line that a client may send
	Live     func(since int64) []Sample // one a second, younger than that
	Origins  []string                   // of pages from elsewhere that may connect, as patterns of path.Match
	Shared   bool                       // there are other servers of the room, to which its page may have to connect
	OfRoom   func(origin string) bool   // reports whether a page of that origin is of such a server; nil: there are none
	Names    guard.Names                // by which the server may be asked

	// Trust reports whether a password from an address is the room's. It takes its
	// time where that is wrong. It may be nil where there is no password.
	Trust func(ctx context.Context, from net.Addr, password string) bool

	endings *endings
	view    file // of "/"
}

// New answers "/", where one talks in a browser, with "/ws" and "/ended"; "/live", where the
// server is looked at, with "/live.json"; and for machines
// "/healthz", "/readyz" and "/metrics".
func New(cfg Config) http.Handler {
	cfg.endings = new(endings)
	cfg.view = view("index.html", "app", []string{"style.css"}, "{{password}}", strconv.FormatBool(cfg.Password),
		"{{max-line}}", strconv.Itoa(cfg.MaxLine), "{{join}}", strings.Join(cfg.Join, "\n"))
	if cfg.Shared {
		cfg.view.policy = guard.WithSockets(cfg.view.policy)
	}
	mux := withFiles()
	mux.HandleFunc("GET /{$}", cfg.home)
	mux.HandleFunc("GET /ws", cfg.socket)
	mux.Handle("GET /ended", cfg.endings)
	cfg.wellBeing(mux)
	if cfg.Apart {
		cfg.figures(mux, elsewhere)
	} else {
		cfg.figures(mux, cfg.trusted)
	}
	return guard.Handler(cfg.Names, mux)
}

// Run answers "/live" with the page that draws a run under way. The figures
// are not its business: the page asks for "/run.json", whose form it shares
// with package loadgen/watch, and looks at "/" when the run is over; what
// serves both stands behind a guard.Handler.
func Run() http.Handler {
	mux := withFiles()
	mux.Handle("GET /live", runView())
	return mux
}

// Sockets answers "/ws" alone.
func Sockets(serve func(net.Conn)) http.Handler {
	cfg := &Config{Serve: serve, endings: new(endings)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ws", cfg.socket)
	return guard.Handler(guard.Names{}, mux)
}

// charts are the styles of the pages that draw.
var charts = []string{"style.css", "live.css"}

// The pages that are the same for everybody are made once.
var (
	liveView = sync.OnceValue(func() file { return view("live.html", "live", charts) })
	runView  = sync.OnceValue(func() file { return view("run.html", "run", charts) })
)

// home is the page, or its text for those who did not ask for HTML.
func (cfg *Config) home(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept")
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		here := ""
		if !cfg.Password || local(r) {
			here = ", " + people(cfg.Online()) + " here"
		}
		fmt.Fprintf(w, "This is a chat room%s. Join it in a browser, or from a terminal:\n", here)
		for _, line := range cfg.Join {
			fmt.Fprintf(w, "  %s\n", line)
		}
		return
	}
	cfg.view.ServeHTTP(w, r)
}

func people(n int) string {
	switch n {
	case 0:
		return "nobody is"
	case 1:
		return "one person is"
	}
	return fmt.Sprintf("%d people are", n)
}

// health says that the process works, and what does not.
func (cfg *Config) health(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	troubles := cfg.Health()
	if len(troubles) == 0 {
		fmt.Fprintln(w, "ok")
		return
	}
	fmt.Fprintln(w, "the room goes on, but:")
	for _, t := range troubles {
		fmt.Fprintln(w, t)
	}
}

// ready reports whether to send people here.
func (cfg *Config) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := cfg.Ready(); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, err)
		return
	}
	fmt.Fprintln(w, "ready")
}
