// Package host runs a room for people: it listens, says how to join, keeps the
// record, answers HTTP, takes an operator's commands, and ends in order. What
// happens in the room is manager's business.
//
// It defines the flags that its Config is made of, and parses no command line.
package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"chatsim/manager"
	"chatsim/manager/cert"
	"chatsim/manager/cluster/node"
	"chatsim/manager/guard"
	"chatsim/manager/hinted"
	"chatsim/manager/host/outlet"
	"chatsim/manager/listen"
	"chatsim/manager/record"
	"chatsim/manager/screen"
	"chatsim/manager/secret"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// burst is how many times the lines of a second a user may say at once.
const burst = 5

const (
	kickTime  = time.Minute      // for which a user who was kicked is not let in
	holdNames = 10 * time.Minute // for which the name of a user is kept whose connection is lost
)

// Config is what a room is to be.
type Config struct {
	Listen        string        // HOST:PORT
	Drain         time.Duration // limit for everybody to get what was said, at the end
	Record        string        // a file, or "-" for standard output; empty or "off": none
	RecordPrivate bool
	RecordFormat  record.Format
	History       int // lines that are kept for those who come later; 0: none
	Password      secret.Password
	Operator      secret.Password // of those who may kick and ban from within the room; none: nobody may
	MetricsAddr   string          // HOST:PORT of the figures, for everybody who comes there; empty: beside the room, for who has its password
	TLSCert       string          // PEM files; empty: no TLS
	TLSKey        string
	StrictNames   bool
	MaxUsers      int      // 0: no limit
	MaxConns      int      // from one address; 0: no limit
	Origins       []string // of pages from elsewhere that may connect
	Hosts         []string // names of this server for those who come by HTTP, beside the machine's
	NoRaw         bool     // the original desktop client's dialect is not spoken
	NoIRC         bool     // nor is IRC
	Flood         float64  // lines a second of one user; 0: no limit
	Verbose       bool     // log who comes and goes
	Cluster       node.Config
	Advertise     string // where clients of the room's other Managers come, see wire.Site, the scheme may be left out; wire.NoSite: nowhere; empty: where it listens
	Console       string // a named pipe for the operator's commands; "-": stdin; empty: stdin where that is a terminal

	Locale string // of what is told to whoever runs the room, such as zh_CN.UTF-8; anything but Chinese is English

	Reload <-chan os.Signal // asks to open the record and read the certificate again; nil: never
}

// Run runs a room until ctx ends, or an operator ends it who sits at stdin, and
// then lets everybody have what was said. What was said of a run that worked is
// on stdout, troubles are on stderr; the room waits for neither.
func Run(ctx context.Context, cfg Config, stdin io.Reader, stdout, stderr io.Writer) error {
	if err := errors.Join(cfg.Password.Read(), cfg.Operator.Read(), cfg.Cluster.Check()); err != nil {
		return err
	}
	defer staysAwake()()
	h := newHouse(cfg, stdout, stderr)
	defer h.flush()
	var err error
	answers := h.stdout
	if !isTerminal(stdout) && isTerminal(stderr) {
		answers = h.stderr // somebody asks there, and the output goes elsewhere
	}
	if h.console, err = openConsole(cfg.Console, stdin, answers, h.words); err != nil {
		return err
	}
	if err := h.open(ctx); err != nil {
		h.console.end()
		h.abandon()
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.serve() })
	g.Go(func() error { h.seen.watch(gctx, h.room.Stats); return nil })
	g.Go(func() error { h.renew(gctx); return nil })
	g.Go(func() error { return h.watchCluster(gctx) })
	if h.figures != nil {
		g.Go(h.figures.serve)
	}
	h.greet()
	g.Go(func() error { h.attend(gctx, stop); return nil })
	<-gctx.Done()
	h.log.Info("closing the room", "users", h.room.Stats().Online)
	h.draining.Store(true)
	return errors.Join(h.close(), g.Wait())
}

// Records that are no file: the one on standard output, and none.
const (
	onStdout = "-"
	noRecord = "off"
)

// lastWords limits how long the end waits for what is said on stdout and stderr
// to be taken.
const lastWords = time.Second

func newHouse(cfg Config, stdout, stderr io.Writer) *house {
	h := &house{cfg: cfg, words: wordsFor(cfg.Locale), stream: stdout, stdout: outlet.Of(screen.Fit(stdout)), stderr: outlet.Of(stderr)}
	switch cfg.Record {
	case onStdout:
		h.stdout = h.stderr
	case noRecord:
		h.cfg.Record = ""
	}
	level := slog.LevelInfo
	if cfg.Verbose {
		level = slog.LevelDebug
	}
	h.log = slog.New(slog.NewTextHandler(h.stderr, &slog.HandlerOptions{Level: level}))
	return h
}

func (h *house) flush() { outlet.Flush(min(lastWords, h.cfg.Drain/2), h.stdout, h.stderr) }

// house is a room with its doors.
type house struct {
	cfg            Config
	words          *words
	stream         io.Writer // standard output itself, for a record there
	stdout, stderr *outlet.Outlet
	log            *slog.Logger

	ln       net.Listener
	cert     *cert.Pair // nil: no TLS
	console  *console   // nil: none
	figures  *figures   // nil: they are beside the room
	rec      *recording // nil: none
	room     *manager.Manager
	site     wire.Site // where clients of the other Managers come; empty: nowhere
	node     node.Node // nil: the room is this process's alone
	seen     history
	draining atomic.Bool
}

// open makes all that can fail, before anybody is let in.
func (h *house) open(ctx context.Context) error {
	cfg := h.cfg
	mc := manager.Config{Detect: true, Measure: true, Logger: h.log, Password: cfg.Password.Word, StrictNames: cfg.StrictNames,
		MaxUsers: cfg.MaxUsers, PerAddress: cfg.MaxConns, LineRate: cfg.Flood, LineBurst: int(burst * cfg.Flood),
		NoRaw: cfg.NoRaw, NoIRC: cfg.NoIRC, OperatorPassword: cfg.Operator.Word, KickTime: kickTime, HoldNames: holdNames, ReserveNames: true,
		History: cfg.History, FirstPlace: manager.StartPlace(time.Now())}
	var err error
	if cfg.TLSCert != "" {
		if h.cert, err = cert.Load(cfg.TLSCert, cfg.TLSKey); err != nil {
			return hinted.Wrap(fmt.Errorf("read the certificate: %w", err), "-tls-cert and -tls-key name files in PEM that belong together")
		}
		mc.TLS = h.cert.Config()
	}
	if h.ln, err = listen.TCP("listen", cfg.Listen); err != nil {
		return err
	}
	if cfg.MetricsAddr != "" {
		if h.figures, err = listenFigures(cfg.MetricsAddr); err != nil {
			return err
		}
	}
	if cfg.Record != "" {
		if h.rec, err = openRecord(&cfg, &mc, h.stream, h.log); err != nil {
			return err
		}
		mc.Record, mc.RecordPrivate = h.rec.Recorder, cfg.RecordPrivate
	}
	if mc.Advertise, err = h.advertised(); err != nil {
		return err
	}
	if err := h.openNode(ctx, &mc); err != nil {
		return err
	}
	h.room = manager.New(mc)
	if err := h.joinRoom(ctx); err != nil {
		return err
	}
	pages := web.Config{
		Join:    h.ways(),
		Online:  func() int { return h.room.Stats().Online },
		Ready:   h.ready,
		Health:  h.troubles,
		Metrics: h.metrics,

		Serve:    h.room.ServeLines,
		Password: cfg.Password.Word != "",
		Trust:    h.room.Trust,
		Apart:    h.figures != nil,
		MaxLine:  wire.DefaultMaxLine,
		Origins:  cfg.Origins,
		Shared:   h.node != nil,
		OfRoom:   h.room.IsOfRoom,
		Names:    h.names(),
		Live:     h.seen.since,
	}
	h.room.Handle(web.New(pages))
	if h.figures != nil {
		pages.Names.Listen, pages.Names.Certificate = cfg.MetricsAddr, nil
		h.figures.answer(web.Figures(pages))
	}
	h.seen.add(Sample(h.room.Stats(), time.Now()))
	return nil
}

// abandon lets go of what a room has that could not be opened.
func (h *house) abandon() {
	ctx, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	if h.room != nil {
		_ = h.room.Shutdown(ctx)
	}
	if h.node != nil {
		h.node.Close()
	}
	if h.rec != nil {
		_ = h.rec.Close(ctx)
	}
	if h.figures != nil {
		h.figures.ln.Close()
	}
	if h.ln != nil {
		h.ln.Close()
	}
}

// names returns those by which the room may be asked for by HTTP.
func (h *house) names() guard.Names {
	n := guard.Names{Listen: h.cfg.Listen, Allow: h.cfg.Hosts, Own: h.site.Host()}
	if h.cert != nil {
		n.Certificate = h.cert.Names
	}
	return n
}

// serve takes the room's orderly end for what it is.
func (h *house) serve() error {
	if err := h.room.Serve(h.ln); !errors.Is(err, manager.ErrShutdown) {
		return err
	}
	return nil
}

// close lets everybody have what was said, the record too.
func (h *house) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), h.cfg.Drain)
	defer cancel()
	err := h.room.Shutdown(ctx)
	if h.node != nil {
		h.node.Close()
	}
	if h.figures != nil {
		h.figures.close(ctx)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		h.log.Warn("some did not read to the end in time and were cut off", "drain", h.cfg.Drain)
		err = nil
	}
	if h.rec != nil {
		err = errors.Join(err, h.rec.finish(ctx))
	}
	s := h.room.Stats()
	if s.Panics > 0 {
		err = errors.Join(err, fmt.Errorf("a bug in chatsim, please report it: the room went on after a panic (%d)", s.Panics))
	}
	fmt.Fprintf(h.stdout, h.words.Closed, h.summary(s))
	return err
}

func (h *house) ready() error {
	if h.draining.Load() {
		return errors.New("the room is closing")
	}
	if why := h.clusterTrouble(h.room.Cluster()); why != "" {
		return errors.New(why)
	}
	return nil
}

func (h *house) troubles() (of []string) {
	if h.rec != nil {
		if s := h.rec.State(); s.Err != nil {
			of = append(of, s.Err.Error())
		}
	}
	if why := h.clusterTrouble(h.room.Cluster()); why != "" {
		of = append(of, why)
	}
	return of
}

func (h *house) metrics(w io.Writer) {
	var rec *record.State
	if h.rec != nil {
		s := h.rec.State()
		rec = &s
	}
	writeMetrics(w, h.room.Stats(), h.lostLines(), rec, h.cluster())
}

// lostLines returns those of the log, and of what is said otherwise, that nobody
// took.
func (h *house) lostLines() uint64 {
	if h.stdout == h.stderr {
		return h.stderr.Lost()
	}
	return h.stdout.Lost() + h.stderr.Lost()
}
