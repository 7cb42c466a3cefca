// Package web is what a room shows to those who come by HTTP: a page that says
// what this is and how to join, and for machines whether the room is well and
// what it counts.
//
// It knows no room: what it shows is asked of functions.
package web

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"
)

// Config is what the pages show.
type Config struct {
	Join    []string        // commands by which one joins from a terminal
	Online  func() int      // users
	Ready   func() error    // why the room takes nobody, nil if it does
	Health  func() []string // what is wrong and does not end the room
	Metrics func(io.Writer) // in Prometheus' text form
}

//go:embed page.html style.css
var files embed.FS

var page = template.Must(template.ParseFS(files, "page.html"))

// policy lets a page use its own style sheet and nothing else.
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// New answers "/", "/healthz", "/readyz" and "/metrics".
func New(cfg Config) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", cfg.home)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "style.css") })
	mux.HandleFunc("GET /healthz", cfg.health)
	mux.HandleFunc("GET /readyz", cfg.ready)
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		cfg.Metrics(w)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		mux.ServeHTTP(w, r)
	})
}

// home is the page, or its text for those who did not ask for HTML.
func (cfg *Config) home(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	data := struct {
		Join   []string
		Online string
	}{cfg.Join, people(cfg.Online())}
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintf(w, "This is a chat room, %s here. Join it from a terminal:\n", data.Online)
		for _, line := range data.Join {
			fmt.Fprintf(w, "  %s\n", line)
		}
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(w, data) // its reader has gone
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

// ready says whether to send people here.
func (cfg *Config) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := cfg.Ready(); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, err)
		return
	}
	fmt.Fprintln(w, "ready")
}
