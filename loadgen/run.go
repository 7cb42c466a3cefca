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
	measure *measure.Recorder
	clock   clock // all times of the run are its
	users   []*user
	casts   *casts
	telling *telling // nil: there is no story

	stage    stage                      // its phase, and when it is measured
	anchor   atomic.Pointer[check.Line] // the newest one, see drain; apart from what is written with each line
	ending   ending
	life     life
	joining  *joins
	readers  readers
	tokens   tokens
	presence presence
	traffic  traffic
	usage    measure.Usage // of the load. Owned by Run

	// What the report has beside the checks and latencies.
	departures *departures
	turned     turned
	troubles   troubles
	heldUps    heldUps
	silence    silenceWatch
	losses     *losses
	asides     asides
	cuts       cuts
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
	stopWatch := sync.OnceFunc((&monitor{r}).watch())
	defer stopWatch()
	defer alongside(r.clock.run)()
	defer r.losses.listen(&r.clock, r.measure)()
	if err := r.ramp(ctx); err != nil {
		_ = r.stop() // what ended the ramp says more
		return nil, err
	}
	whole, done := r.ending.untilFutile(ctx)
	if r.telling != nil {
		r.telling.tell(whole)
	} else {
		r.loads(whole)
	}
	var advancing bool
	advancing, r.ending.cutBy = newDrain(whole, r).all()
	done()
	r.ending.cutShort()
	r.ending.interrupted = ctx.Err() != nil
	if err := r.stop(); err != nil {
		return nil, err
	}
	stopWatch() // the rest is no longer under way
	r.losses.settle()
	r.measure.Finish()
	result := r.judge.End(check.End{Required: r.requires(), Advancing: advancing, Cut: r.ending.cutBy != ""})
	rep := outcomeOf(r, result).report()
	rep.Conclude(limits)
	return rep, nil
}

func newRun(cfg Config) *run {
	r := &run{cfg: cfg, script: cfg.script(), measure: measure.New(), joining: newJoins(joinsAtOnce), departures: newDepartures()}
	r.clock.start = time.Now()
	r.life.begin()
	r.script.Nonce = newNonce()
	r.judge = check.New(check.Config{Level: cfg.Verify, Nonce: r.script.Nonce, Capabilities: cfg.Capabilities,
		Grace: cfg.Grace, Retired: r.readByAll, Left: r.known, Slowest: r.measure.Slowest, Record: cfg.Record})
	r.ending.gone, r.ending.judge, r.ending.failFast = cfg.Gone, r.judge, cfg.FailFast
	r.losses = newLosses(&r.cfg, &r.stage, r.departures)
	r.silence.run, r.tokens.run, r.presence.timeout = r, r, cfg.JoinTimeout
	if cfg.Capabilities.OneByOne {
		r.joining = newJoins(1)
	}
	if cfg.Story != nil {
		r.telling = &telling{run: r, story: cfg.Story, answers: make(map[*stay]int), stalled: make(map[*stay]bool), seen: make(map[*user][]string)}
	}
	r.enlist()
	r.casts = newCasts(r)
	r.tokens.there.Store(int64(cfg.Users))
	r.stage.enter(Joining)
	return r
}

// enlist makes all chatters that the run may have.
func (r *run) enlist() {
	r.asides.errors.names = make(map[string]bool)
	for n := range r.script.Peak(r.cfg.Users) {
		asked := r.script.Asked(n)
		if r.cfg.Story != nil {
			asked = r.cfg.Story.Cast[n].Asked
		}
		if r.cfg.Capabilities.Views == ledger.NoViews { // then no server tells names apart
			asked += "-" + strconv.Itoa(n)
		}
		r.users = append(r.users, newUser(r, n, asked))
		r.asides.errors.names[asked] = true
	}
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
func (r *run) observed() int64 { return r.measure.Observed() + r.traffic.rosters.Load() }

// requires returns the checks that such a run must exercise.
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
