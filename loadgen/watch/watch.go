// Package watch lets people look at a run in a browser while it goes on, and at
// its report once it is over.
//
// It serves figures and the report. The page that draws the figures is not its
// own: it is handed a Handler for that, and asks nobody what a room is.
package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/manager/guard"
	"chatsim/manager/listen"
)

// Config is what a Server needs.
type Config struct {
	Addr   string       // HOST:PORT to listen at
	Pages  http.Handler // of "/live" and what it loads
	Room   func() any   // what the room itself counts at the moment, for the page; nil where there is none
	Hosts  []string     // by which the page may be asked for, beside the names of this machine, as patterns of path.Match
	Stderr io.Writer
}

// Server is what people look at.
type Server struct {
	cfg   Config
	url   string
	began time.Time
	http  *http.Server
	done  chan struct{} // http has ended

	mu sync.Mutex
	// Guarded by mu.
	run    run
	asked  time.Time // when a page last asked for figures
	report []byte    // nil: not yet
}

// Flags defines the flag of the page.
func (c *Config) Flags(fs *pflag.FlagSet) {
	fs.StringVar(&c.Addr, "watch", "", "`ADDR`|serve a page there that shows the run as it goes on, and then its report, until Ctrl-C; with CI set the run's end is the end")
}

// NameFlags defines the flag of the page's names, which the live room has too.
func (c *Config) NameFlags(fs *pflag.FlagSet) {
	fs.StringArrayVar(&c.Hosts, "allow-host", nil, "`HOST`|a name of this server beside its machine's, such as *.example.org; repeatable")
}

// Listen begins to serve and says where that is.
func Listen(cfg Config) (*Server, error) {
	ln, err := listen.TCP("watch", cfg.Addr)
	if err != nil {
		return nil, err
	}
	var urls []string
	for _, host := range listen.Hosts(ln) {
		urls = append(urls, "http://"+net.JoinHostPort(host, listen.Port(ln))+"/")
	}
	s := &Server{cfg: cfg, began: time.Now(), url: urls[0], done: make(chan struct{})}
	s.http = &http.Server{Handler: guard.Handler(guard.Names{Listen: cfg.Addr, Allow: cfg.Hosts}, s.handler()), DisableGeneralOptionsHandler: true,
		ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute, IdleTimeout: time.Minute,
		ErrorLog: log.New(cfg.Stderr, "chatsim: -watch: ", 0)}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(guard.Listener(ln)) // it ends at Close, or the page is not to be had and the run goes on
	}()
	fmt.Fprintf(cfg.Stderr, "chatsim: watch the run at %s\n", strings.Join(urls, " or "))
	return s, nil
}

// URL returns where the page is.
func (s *Server) URL() string { return s.url }

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /live", s.live)
	mux.HandleFunc("GET /run.json", s.figures)
	mux.Handle("GET /", s.cfg.Pages)
	return mux
}

// reportPolicy is for the report, which has its style in it and nothing else.
const reportPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// home is the report; before there is one, the run.
func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	page := s.report
	s.mu.Unlock()
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if page == nil {
		http.Redirect(w, r, "/live", http.StatusFound)
		return
	}
	h.Set("Content-Security-Policy", reportPolicy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page) // its reader has gone
}

// live is the run; when it is over, the way to its report: what it came to is
// there and not here.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	over := s.report != nil
	s.mu.Unlock()
	if over {
		http.Redirect(w, r, "/", http.StatusFound)
		return
	}
	s.cfg.Pages.ServeHTTP(w, r)
}

// figures answers with how the run stands, and the samples that are younger
// than ?since=, in Unix milliseconds.
func (s *Server) figures(w http.ResponseWriter, r *http.Request) {
	since, _ := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64) // else all
	s.mu.Lock()
	s.asked = time.Now()
	now := s.run.since(since)
	now.Over = s.report != nil
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(now) // its reader has gone
}

// Begin records that a run begins, the first or another one, and what it is.
func (s *Server) Begin(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run.begin(what)
}

// Take records how the run stands.
func (s *Server) Take(now loadgen.Snapshot) {
	var room any
	if s.cfg.Room != nil {
		room = s.cfg.Room()
	}
	at := s.began.Add(time.Since(s.began)) // whatever becomes of the clock
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run.take(now, room, at)
}

// End records what the run that was begun last came to.
func (s *Server) End(v report.Verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run.Before = append(s.run.Before, v)
}

// Done records what all came to.
func (s *Server) Done(rs *report.Runs) error {
	page, err := render(rs)
	if err != nil {
		return fmt.Errorf("-watch: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report = page
	return nil
}

// Within these times pages that look have noticed the end and loaded the
// report, and answers are written.
var (
	pagesLook = 3 * time.Second // since they last asked, else nobody does
	pagesLoad = 2 * time.Second
)

// Close ends the serving. If it is to hold and there is a report, that is when
// ctx is done. Pages that look have the report by then.
func (s *Server) Close(ctx context.Context, hold bool) {
	s.mu.Lock()
	over, looked := s.report != nil, time.Since(s.asked) < pagesLook
	s.mu.Unlock()
	switch {
	case over && hold && ctx.Err() == nil:
		fmt.Fprintf(s.cfg.Stderr, "chatsim: the report is at %s until Ctrl-C\n", s.url)
		<-ctx.Done()
	case over && looked:
		time.Sleep(pagesLoad)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), pagesLoad)
	defer cancel()
	if err := s.http.Shutdown(last); err != nil {
		_ = s.http.Close() // who does not read is not waited for
	}
	<-s.done
}
