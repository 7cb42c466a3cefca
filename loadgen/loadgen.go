// Package loadgen runs N scripted clients against a chat server, has every
// delivery judged while the load runs, and makes the report.
//
// It drives an interface, Client, of which chatter.Client is one
// implementation: whoever wants another server judged writes an adapter that
// joins, says, tells, leaves and hands out frames (see the example), and calls
// Test from a go test, or Run for the report alone.
//
// The package knows no server: what is at the other end of a Joiner is not its
// business.
package loadgen

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/story"
	"chatsim/manager/hinted"
)

// Frame is what a client receives. Its slices need hold only until the next
// call of Next. At is when it was read; More says that the same read has
// brought another frame, and may always be false.
type Frame = chatter.Frame

// Leave is a way to end a stay.
type Leave = chatter.Leave

// Client is one chatter's connection to a room. Next is called by one
// goroutine; Say, Tell and Leave by one at a time, which may be that one; Close
// by any at any time, also more than once. What a Client may do beside is in
// Claimer, Signer, Parser, Buffered and Typist.
type Client interface {
	// Say sends a line to the group. The text is not kept.
	Say(text []byte) error
	// Tell sends a line to one name.
	Tell(name string, text []byte) error
	// Leave begins to end the stay: after chatter.FIN and chatter.HalfClose,
	// Next goes on to io.EOF; after chatter.Reset nothing more is read.
	Leave(kind Leave) error
	// Next waits for a frame. First come the Welcome with the assigned name
	// and the Roster, then Line, Join, Leave and Error frames; one's own lines
	// come back like everybody's, one's own Join and Leave do not come.
	Next(f *Frame) error
	// Close gives up the connection and makes whatever waits return.
	Close() error
}

// Joiner connects a client and asks for a name, and gives up when ctx ends. It
// need not wait for the answer. ctx is for the call alone: it ends soon after.
type Joiner func(ctx context.Context, name string) (Client, error)

// Config is what a run is made of. The zero value of a field means its default.
type Config struct {
	Join         Joiner       // required, unless there are Doors
	Doors        []Door       // of a room with several addresses: chatter n comes in at that of number n modulo their number
	Capabilities Capabilities // of the Joiner's clients
	Password     string       // that Join sends before the name, so that a server that wants none is noticed
	Where        string       // what the report says of the other end, "in-process Manager on 127.0.0.1:41773"; "the server"

	Users    int           // 100
	Duration time.Duration // 10 s; the measured part
	Warmup   time.Duration // 1 s; -1 for none
	Drain    time.Duration // 10 s; limit for the last lines to arrive
	Rate     report.Rate   // 100 lines a second; report.Max: closed model
	Think    time.Duration // of each chatter before it types a line, on the average, in place of Rate; 0: there is a Rate
	Inflight int           // 1024 lines under way at report.Max
	Size     int           // 64 bytes of text in a line
	Seed     uint64
	Scenario scenario.Spec // mixed
	Story    *story.Story  // instead of the scenario and its load; nil: none
	Verify   check.Level   // check.Full

	// Thresholds are limits that the run must keep beside the checks, such as
	// "delivery.p99<50ms"; see report.ParseThreshold.
	Thresholds []string

	// Where several servers have the room one may die, and its chatters come back at the
	// next door. LossLimit is how long the others may take then to learn of their leaves;
	// 0: no server is to die.
	LossLimit  time.Duration
	ExpectLoss bool   // one may die at any time; else those that Kill kills, which the scenario decides
	Kill       Killer // nil: there is nobody who could
	KillsAny   bool   // Kill may kill the server at another door than it is told

	FailFast bool            // end the load when a check has failed
	Gone     <-chan struct{} // closed when the server has gone for good, which ends the load; nil: nobody knows

	JoinTimeout time.Duration  // for a connection, and the longest during which nobody gets into the room; 0: by what joins have taken
	MaxMemory   int64          // 256 MB; what all chatters together may hold of what the server sends
	Grace       time.Duration  // how long the server lets one who does not read hold up the others, isolation's limit; 0: nobody knows
	ExpectFull  int            // how many the server lets in; who is refused beyond that is no failure. 0: all
	Progress    func(Progress) // called five times a second
	Watch       func(Snapshot) // called each second

	// Record, if set, is told of all that the judge is told, see check.Config.
	Record func(*ledger.Event)
}

func (c Config) withDefaults() Config {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
		*d = max(*d, 0)
	}
	if c.Scenario.Name == "" {
		c.Scenario = scenario.All()[0]
	}
	spec := &c.Scenario
	c.Users = orDefault(orDefault(c.Users, spec.Users), 100)
	c.Think = orDefault(c.Think, spec.Think)
	c.Scenario = spec.Thinking(c.Think)
	c.Size = orDefault(orDefault(c.Size, spec.Size), 64)
	if warm, measured := spec.Lengths(); measured > 0 {
		c.Duration = orDefault(c.Duration, measured)
		c.Warmup = orDefault(orDefault(c.Warmup, warm), -1)
	}
	if c.Rate == 0 {
		c.Rate = report.Rate(spec.Rate())
	}
	def(&c.Duration, 10*time.Second)
	def(&c.Warmup, time.Second)
	def(&c.Drain, 10*time.Second)
	if c.Rate == 0 {
		c.Rate = 100
	}
	c.Inflight = orDefault(c.Inflight, 1024)
	if c.MaxMemory == 0 {
		c.MaxMemory = defaultMemory
	}
	if c.Where == "" {
		c.Where = "the server"
	}
	if c.Story != nil {
		c.Users, c.Warmup = len(c.Story.Cast), 0
		if c.Scenario.Path == "" {
			c.Scenario = scenario.Spec{Name: "story"}
		}
		if c.JoinTimeout == 0 {
			c.JoinTimeout = c.Drain
		}
	}
	c.Scenario = spec.Sized(c.Size).Fit(c.Warmup, c.Duration, float64(c.Rate))
	if spec.Think > 0 {
		c.Scenario = spec.Peopled(c.Users, c.Size)
		c.Rate = report.Rate(orDefault(spec.Rate(), spec.Expected(c.Users, c.Think, c.Size)))
	}
	return c
}

// String says in a line what will run, where, and for how long.
func (c Config) String() string {
	c = c.withDefaults()
	if c.Story != nil {
		return fmt.Sprintf("a story of %s in %s, seed %d; %s", report.Plural(int64(c.Users), "chatter", "chatters"),
			report.Plural(int64(len(c.Story.Steps)), "step", "steps"), c.Seed, c.Where)
	}
	bytes := fmt.Sprintf("%d bytes", c.Size)
	if c.Scenario.Various() {
		bytes = fmt.Sprintf("up to %d bytes", c.Scenario.Longest(c.Size))
	}
	rate := fmt.Sprintf("%v lines/s of %s in all", c.Rate, bytes)
	switch {
	case c.Rate.IsMax():
		rate = fmt.Sprintf("as many lines of %s as the room takes, %d under way", bytes, c.Inflight)
	case c.Think > 0:
		rate = fmt.Sprintf("each thinks for %v and types a line of %s, about %v lines/s in all", c.Think, bytes, c.Rate)
	case len(c.Scenario.Phases) > 1:
		rate = "up to " + rate
	}
	users := report.Plural(int64(c.Users), "chatter", "chatters")
	if peak := c.Scenario.Peak(c.Users); peak > c.Users {
		users = fmt.Sprintf("%d to %d chatters", c.Users, peak)
	}
	if n := c.Scenario.RoleUsers(c.Users); n > 0 {
		users += fmt.Sprintf(" and %d with roles", n)
	}
	return fmt.Sprintf("%s, %s, scenario %s, for %v after %v of warm-up, seed %d; %s",
		users, rate, c.Scenario.Name, c.Duration, c.Warmup, c.Seed, c.Where)
}

func orDefault[T ~int | ~int64 | ~float64](v, def T) T {
	if v == 0 {
		return def
	}
	return v
}

// Script returns what a run of c does; without phases its warm-up and its measured
// part are two.
func (c Config) Script() (*scenario.Script, error) {
	c = c.withDefaults()
	s := c.script()
	if len(s.Phases) == 0 {
		s.Phases = s.Whole(c.Warmup, c.Duration, float64(c.Rate))
	}
	return s, c.validateScenario()
}

func (c Config) script() *scenario.Script {
	return &scenario.Script{Spec: c.Scenario, Users: c.Users, Size: c.Size, Seed: c.Seed}
}

// validateScenario looks whether the scenario can be made with so many users.
func (c Config) validateScenario() error {
	if err := c.validateCrowd(); err != nil {
		return err
	}
	if c.Think > 0 && c.Scenario.Think == 0 {
		return hinted.New(fmt.Sprintf("-think %v and scenario %s contradict each other: its phases have rates", c.Think, c.Scenario.Name),
			"chatters who think have no rate: write think: in the file in place of each rate")
	}
	return c.validateRoles()
}

func (c Config) validate() error {
	if err := c.validateScenario(); err != nil && c.Users >= 1 {
		return err
	}
	if err := c.validateLosses(); err != nil {
		return err
	}

	switch {
	case c.noJoiner():
		return fmt.Errorf("loadgen: no Joiner")
	case c.Users < 1:
		return fmt.Errorf("loadgen: %d users, want at least 1", c.Users)
	case c.Size < scenario.MinSize:
		return fmt.Errorf("loadgen: texts of %d bytes, a stamp needs %d", c.Size, scenario.MinSize)
	case c.ExpectFull < 0:
		return fmt.Errorf("loadgen: a room that is full with %d", c.ExpectFull)
	case c.Rate < 0 || c.Inflight < 1:
		return fmt.Errorf("loadgen: rate %v with %d lines under way", c.Rate, c.Inflight)
	}
	return nil
}

func (c Config) thresholds() ([]report.Threshold, error) {
	var out []report.Threshold
	for _, expr := range c.Thresholds {
		t, err := report.ParseThreshold(expr)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// Phase is a part of a run.
type Phase string

// The phases in their order.
const (
	Joining Phase = "joining"
	Warming Phase = "warming up"
	Loading Phase = "measuring"
	Drains  Phase = "draining"
)

// Progress is how far a run is.
type Progress struct {
	Phase      Phase
	Done       float64 // of the phase, 0 to 1
	Part       Part
	Acting     []Acting // the roles whose window it is, in the scenario's order
	Joined     int64
	Sent       int64 // lines, measured or not
	Deliveries int64

	// Violations are those seen so far, of the checks that Violated names. Some
	// may turn out to follow from others. Suspected reports that something is wrong
	// of which the end decides whose fault it is.
	Violations int64
	Violated   []string
	Suspected  bool

	Deaths []Death // in their order
}

// Part is a phase of the scenario, and how far it is; the zero Part is none.
type Part struct {
	Name       string
	Number, Of int           // from 1
	At, For    time.Duration // since its beginning, and in all
}

// StartError says that a run could not start: nothing was measured.
type StartError struct {
	Err    error
	Advice string // what to do about it, may be empty
	Joined int    // chatters who had got in, where others did not
}

func (e *StartError) Error() string { return e.Err.Error() }
func (e *StartError) Unwrap() error { return e.Err }
func (e *StartError) Hint() string  { return e.Advice }

// Ours reports whether it is a limit of this machine that others did not get in for.
func (e *StartError) Ours() bool {
	return slices.ContainsFunc([]error{syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL}, func(limit error) bool { return errors.Is(e, limit) })
}
