package job

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
	"chatsim/manager/wire"
)

// dryLimit is how long a dry run waits for something to come.
const dryLimit = 5 * time.Second

// dry is a dry run: two chatters join, say a line each, and leave.
type dry struct {
	mu sync.Mutex
	// Guarded by mu.
	transcripts map[string][]string // by the name asked for
	came        chan struct{}       // closed when something has come, and made anew
	seen        map[string][]wire.Frame
	ended       map[string]error
}

// dryRun makes a dry run, writes what was said and came, and returns the exit code.
func (s *Job) dryRun(ctx context.Context) (int, error) {
	d := &dry{transcripts: make(map[string][]string), came: make(chan struct{}), seen: make(map[string][]wire.Frame), ended: make(map[string]error)}
	s.speech.trace = d.note
	lc := s.Load
	lc.Users = 2
	room, err := s.open(ctx, &lc, s.Servers.Command)
	if err != nil {
		return 0, err
	}
	defer room.Close()
	missing, err := d.talk(ctx, lc)
	if failed := s.speech.failure(nil); failed != nil {
		err = failed
	}
	d.write(s)
	if err != nil {
		return 0, hinted.Wrap(fmt.Errorf("dry run at %s: %w", lc.Where, err), hinted.Hint(err))
	}
	for _, name := range check.Names() {
		if why := check.Cannot(name, lc.Capabilities); why != "" {
			fmt.Fprintf(s.Stdout, "# not judged: %s: %s\n", name, why)
		}
	}
	for _, m := range missing {
		fmt.Fprintf(s.Stdout, "# missing: %s\n", m)
	}
	if len(missing) > 0 {
		return report.ExitFailed, nil
	}
	fmt.Fprintln(s.Stdout, "# all came that was to come")
	return 0, nil
}

// note records a step of a chatter.
func (d *dry) note(name, step string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.transcripts[name] = append(d.transcripts[name], step)
}

// write writes a transcript for each chatter.
func (d *dry) write(s *Job) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range dryNames {
		if len(d.transcripts[name]) > 0 {
			fmt.Fprintln(s.Stdout, strings.Join(append([]string{"login " + name}, d.transcripts[name]...), "\n"))
		}
	}
}

// dryNames are the chatters of a dry run.
var dryNames = [...]string{"amy", "bob"}

// talk has the two talk, and returns what did not come.
func (d *dry) talk(ctx context.Context, lc loadgen.Config) (missing []string, err error) {
	var clients []loadgen.Client
	var readers sync.WaitGroup
	defer readers.Wait()
	defer func() {
		for _, c := range clients {
			c.Close()
		}
	}()
	for _, asked := range dryNames {
		c, err := dryJoin(ctx, lc, asked)
		if err != nil {
			return nil, err
		}
		clients = append(clients, c)
		readers.Go(func() { d.read(asked, c) })
		if !d.await(ctx, func() bool { return d.has(asked, wire.Welcome) && d.has(asked, wire.Roster) || d.ended[asked] != nil }) || d.isEnded(asked) {
			return nil, d.outside(asked)
		}
	}
	dues, err := d.say(clients, !lc.Capabilities.NoPrivate)
	if err != nil {
		return nil, err
	}
	told := lc.Capabilities.Views == loadgen.Ordered // of who comes and goes
	first, last := dryNames[0], dryNames[1]
	if told {
		dues = append(dues, dryDue{to: first, kind: wire.Join, from: d.given(last), what: "the join of " + last + " at " + first})
	}
	missing = d.awaits(ctx, dues)
	for i, asked := range dryNames {
		d.note(asked, "leave")
		_ = clients[i].Leave(chatter.FIN)
		if told && asked == first {
			missing = append(missing, d.awaits(ctx, []dryDue{{to: last, kind: wire.Leave, from: d.given(first), what: "the leave of " + first + " at " + last}})...)
		}
	}
	if !d.await(ctx, func() bool { return len(d.ended) == len(dryNames) }) {
		missing = append(missing, fmt.Sprintf("the end of the connection, %v after the leave", dryLimit))
	}
	return missing, ctx.Err()
}

func dryJoin(ctx context.Context, lc loadgen.Config, asked string) (loadgen.Client, error) {
	within, cancel := context.WithTimeout(ctx, dryLimit)
	defer cancel()
	return lc.Door(slices.Index(dryNames[:], asked)).Join(within, asked)
}

// dryDue is a frame that is due to a chatter: a line, a join or a leave.
type dryDue struct {
	to         string
	kind       wire.Kind
	from, text string // from is who joins or leaves
	what       string
}

func (x dryDue) is(f wire.Frame) bool {
	if f.Kind != x.kind {
		return false
	}
	if f.Kind == wire.Line {
		return string(f.Sender) == x.from && string(f.Text) == x.text
	}
	return slices.ContainsFunc(f.Names, func(n []byte) bool { return string(n) == x.from })
}

// say has both say a line and, where there are private lines, the first tell the
// second one; it returns what is due.
func (d *dry) say(clients []loadgen.Client, private bool) (dues []dryDue, err error) {
	for i, asked := range dryNames {
		text := "hello from " + asked
		d.note(asked, "say "+text)
		if err := clients[i].Say([]byte(text)); err != nil {
			return nil, err
		}
		for _, to := range dryNames {
			dues = append(dues, dryDue{to, wire.Line, d.given(asked), text, "the line of " + asked + " at " + to})
		}
	}
	if !private {
		return dues, nil
	}
	const text = "psst"
	teller, target := dryNames[0], d.given(dryNames[1])
	d.note(teller, "tell "+target+" "+text)
	if err := clients[0].Tell(target, []byte(text)); err != nil {
		return nil, err
	}
	for _, to := range dryNames {
		dues = append(dues, dryDue{to, wire.Line, d.given(teller), text, "the private line of " + teller + " at " + to})
	}
	return dues, nil
}

// awaits waits until all that is due has come, and returns what has not.
func (d *dry) awaits(ctx context.Context, dues []dryDue) []string {
	d.await(ctx, func() bool { return len(d.lacks(dues)) == 0 })
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lacks(dues)
}

// lacks returns what is due and has not come. The lock is held.
func (d *dry) lacks(dues []dryDue) (list []string) {
	for _, x := range dues {
		if !slices.ContainsFunc(d.seen[x.to], x.is) {
			list = append(list, x.what)
		}
	}
	return list
}

// read records what comes to a chatter.
func (d *dry) read(asked string, c loadgen.Client) {
	var f loadgen.Frame
	for {
		err := c.Next(&f)
		if errors.As(err, new(*dialect.CallError)) { // it stands in the transcript
			d.mu.Lock()
			in := slices.ContainsFunc(d.seen[asked], func(f wire.Frame) bool { return f.Kind == wire.Welcome })
			d.mu.Unlock()
			if in {
				continue
			}
		}
		d.mu.Lock()
		switch {
		case err != nil:
			d.ended[asked] = err
		default:
			d.seen[asked] = append(d.seen[asked], clone(&f.Frame))
		}
		close(d.came)
		d.came = make(chan struct{})
		d.mu.Unlock()
		if err != nil {
			_ = c.Close() // a server may wait for that before it tells the others
			return
		}
	}
}

// clone returns a frame that holds for longer than to the next one.
func clone(f *wire.Frame) wire.Frame {
	out := *f
	out.Raw, out.Names = nil, nil
	for _, n := range f.Names {
		out.Names = append(out.Names, []byte(string(n)))
	}
	out.Sender, out.Text, out.Target = []byte(string(f.Sender)), []byte(string(f.Text)), []byte(string(f.Target))
	return out
}

// await waits until something is so, which is asked with mu held; false if it does
// not become so.
func (d *dry) await(ctx context.Context, so func() bool) bool {
	limit := time.NewTimer(dryLimit)
	defer limit.Stop()
	for {
		d.mu.Lock()
		ok, came := so(), d.came
		d.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-came:
		case <-limit.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// has reports whether a frame of a kind came. The caller holds mu.
func (d *dry) has(asked string, kind wire.Kind) bool {
	return slices.ContainsFunc(d.seen[asked], func(f wire.Frame) bool { return f.Kind == kind })
}

func (d *dry) isEnded(asked string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ended[asked] != nil
}

// given returns the name that a chatter got.
func (d *dry) given(asked string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.seen[asked] {
		if f.Kind == wire.Welcome {
			return string(f.Names[0])
		}
	}
	return asked
}

// outside returns why a chatter did not get in.
func (d *dry) outside(asked string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.seen[asked] {
		if f.Kind == wire.Error {
			return fmt.Errorf("%s was refused: %q", asked, f.Text)
		}
	}
	switch {
	case d.ended[asked] != nil:
		return fmt.Errorf("%s did not get in: the stream ended: %w", asked, d.ended[asked])
	case d.has(asked, wire.Welcome):
		return hinted.New(asked+" did not get in: a welcome came, and no roster within "+dryLimit.String(), "where the server does not tell who is there, write can: {views: none} in the dialect's file")
	case d.has(asked, wire.Roster):
		return hinted.New(asked+" did not get in: a roster came, and no welcome within "+dryLimit.String(), "what tells a chatter its name is a {welcome: NAME}; where nothing does, {ready: true}")
	}
	return hinted.New(asked+" did not get in: neither a welcome nor a roster came within "+dryLimit.String(), "see above what came; chatsim -help dialect")
}
