package loadgen

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/measure"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
)

// run is one run under way.
type run struct {
	// Static after construction.
	cfg     Config
	script  *scenario.Script
	judge   *check.Judge
	joining *joins
	measure *measure.Recorder
	errors  said
	strays  strays // what comes that is no frame of the room
	splits  splits
	cuts    cuts  // lines that were made shorter
	clock   clock // all times of the run are its
	users   []*user
	casts   []*cast         // of roles
	telling *telling        // nil: there is no story
	life    context.Context // ends when the run stops
	endLife context.CancelFunc

	stage stage // its phase, and when it is measured

	soFar soFar // owned by watch

	// Owned by Run.
	interrupted bool          // before all was drained
	usage       measure.Usage // of the load

	joined, renamed atomic.Int64
	sent, rosters   atomic.Int64
	sentAt          atomic.Int64              // when something was sent, dialled or closed last
	slowestJoin     atomic.Int64              // from dial to roster
	held            atomic.Int64              // bytes of frames that are not whole, of all chatters
	there           atomic.Int64              // chatters who have come and not gone for good
	inside, most    atomic.Int64              // chatters in the room, now and at most
	visiting        atomic.Int64              // visitors who have not gone, and actors of roles
	ends            atomic.Int64              // streams ended and connections closed
	overfed         atomic.Pointer[endedHere] // the server sends more than is of use, and so is the load; nil if it does not
	failed          atomic.Bool               // the load was ended because of a violation
	stopping        atomic.Bool               // the end: streams that break off are ours
	slowedTo        atomic.Uint64             // bits of the lines a second that the server takes from each user; 0: it has not said
	anchor          atomic.Pointer[check.Line]
	lostUntil       atomic.Int64 // leaves of those whose servers have died may be told until then
	departures      *departures
	turned          turned
	troubles        troubles
	heldUps         heldUps
	silence         silenceWatch
	losses          losses
	cutBy           string // owned by Run
	readers         readers
	reading         sync.WaitGroup // stays that are observed
	workers         sync.WaitGroup // chatters, visitors and writes
}

// Run makes a run and returns its report, with the verdict on the checks and
// the Thresholds. A *StartError means that the run could not start; any other
// error is a failure of the tool. What the server does wrong is in the report.
// Cancelling ctx ends the load early; what was sent is still drained, briefly,
// and reported.
func Run(ctx context.Context, cfg Config) (*report.Report, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	limits, err := cfg.thresholds()
	if err != nil {
		return nil, err
	}
	if cfg.Story != nil {
		if err := able(cfg.Story, cfg.Capabilities); err != nil {
			return nil, err
		}
	}
	r := newRun(cfg)
	stopWatch := sync.OnceFunc(r.watch())
	defer stopWatch()
	defer alongside(r.clock.run)()
	defer r.listen()()
	if err := r.ramp(ctx); err != nil {
		_ = r.stop() // what ended the ramp says more
		return nil, err
	}
	whole, done := r.untilFutile(ctx)
	if r.telling != nil {
		r.tell(whole)
	} else {
		r.load(whole)
	}
	advancing, cutBy := newDrain(whole, r).all()
	r.cutBy = cutBy
	done()
	r.cutShort()
	r.interrupted = ctx.Err() != nil
	if err := r.stop(); err != nil {
		return nil, err
	}
	stopWatch() // the rest is no longer under way
	r.settleLosses()
	r.measure.Finish()
	result := r.judge.End(check.End{Required: r.requires(), Advancing: advancing, Cut: r.cutBy != ""})
	rep := r.report(result)
	rep.Conclude(limits)
	return rep, nil
}

func newRun(cfg Config) *run {
	r := &run{cfg: cfg, departures: newDepartures()}
	r.silence.run = r
	r.clock.start = time.Now()
	r.script = cfg.script()
	r.script.Nonce = newNonce()
	r.life, r.endLife = context.WithCancel(context.Background())
	r.joining = newJoins(joinsAtOnce)
	if cfg.Capabilities.OneByOne {
		r.joining = newJoins(1)
	}
	r.measure = measure.New()
	r.judge = check.New(check.Config{Level: cfg.Verify, Nonce: r.script.Nonce, Capabilities: cfg.Capabilities,
		Grace: cfg.Grace, Retired: r.readByAll, Left: r.known, Slowest: r.measure.Slowest, Record: cfg.Record})
	if cfg.Story != nil {
		r.telling = &telling{run: r, story: cfg.Story, answers: make(map[*stay]int), stalled: make(map[*stay]bool), seen: make(map[*user][]string)}
	}
	r.errors.names = make(map[string]bool)
	for n := range r.script.Peak(cfg.Users) {
		u := &user{run: r, n: n, asked: r.script.Asked(n)}
		if cfg.Story != nil {
			u.asked = cfg.Story.Cast[n].Asked
		}
		if cfg.Capabilities.Views == ledger.NoViews { // then no server tells names apart
			u.asked += "-" + strconv.Itoa(n)
		}
		r.users = append(r.users, u)
		r.errors.names[u.asked] = true
	}
	r.casts = r.newCasts()
	r.there.Store(int64(cfg.Users))
	r.startLosses()
	r.stage.enter(Joining)
	return r
}

// readByAll records a measured line that everybody who gets it has read.
func (r *run) readByAll(l *check.Line, first, last time.Duration) {
	r.measure.ReadByAll(l.Intended, first, last)
}

// known records a leave that everybody has been told of.
func (r *run) known(s *check.Session) {
	if kind, _ := s.Left(); kind == check.Lost {
		// how long the others wait for a server is no latency
	} else if took, ok := s.LeaveNotice(); ok {
		r.measure.Left(r.clock.now(), took)
	}
	r.departures.told(s)
}

// newNonce tells this run's lines from those of any other, also one with the
// same seed against the same server.
func newNonce() string {
	const letters = "abcdefghijkmnpqrstuvwxyz23456789"
	b := make([]byte, ledger.NonceLen)
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	b[0] = letters[rand.IntN(len(letters)-8)] // no digit: behind a name that has none it could be a suffix
	return string(b)
}

// observed returns how many deliveries and rosters there have been.
func (r *run) observed() int64 { return r.measure.Observed() + r.rosters.Load() }

func (r *run) requires() []string {
	if r.telling != nil {
		return []string{check.Admission}
	}
	d := r.cfg.Warmup + r.cfg.Duration
	lines := float64(min(r.cfg.Rate, 1e9)) * d.Seconds()
	if len(r.cfg.Scenario.Phases) > 0 && !r.cfg.Rate.IsMax() {
		lines = r.script.Planned()
	}
	return r.script.Requires(d, lines)
}

// alongside runs f until the returned function is called, which closes f's channel.
func alongside(f func(done <-chan struct{})) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { f(done) })
	return func() { close(done); wg.Wait() }
}

// watch tells Progress five times a second and Watch each second until the
// returned function is called.
func (r *run) watch() (stop func()) {
	if r.cfg.Progress == nil && r.cfg.Watch == nil {
		return func() {}
	}
	if r.cfg.Watch != nil {
		r.judge.Interim() // each tells what was counted until the one before
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if r.cfg.Progress != nil {
				r.cfg.Progress(r.progress())
			}
			if r.cfg.Watch != nil && n%5 == 0 {
				r.cfg.Watch(r.snapshot())
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

func (r *run) progress() Progress {
	p := Progress{Phase: r.stage.phase(), Joined: r.joined.Load(), Sent: r.sent.Load(), Deliveries: r.measure.Observed()}
	switch now := r.clock.now(); p.Phase {
	case Joining:
		p.Done = float64(p.Joined) / float64(r.cfg.Users)
	case Warming:
		p.Done = 1 - float64(r.stage.begin-now)/float64(max(1, r.cfg.Warmup))
	case Loading:
		p.Done = float64(now-r.stage.begin) / float64(r.cfg.Duration)
		if t := r.telling; t != nil {
			p.Done = float64(t.done.Load()) / float64(len(t.story.Steps))
		}
	}
	p.Done = min(max(p.Done, 0), 1)
	p.Part, p.Acting = r.part(p.Phase), r.acting(p.Phase)
	if r.judge.Violated() { // which costs less than to be told of what
		now := r.judge.Interim()
		p.Suspected = now.Suspected
		for _, o := range now.Checks {
			if p.Violations += o.Violations; o.Violations > 0 {
				p.Violated = append(p.Violated, o.Name)
			}
		}
	}
	return p
}
