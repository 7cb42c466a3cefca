// Package term is a chatter for a person: at a terminal it keeps the line that
// is being typed apart from what comes in; in a pipe it sends what it reads and
// prints what it hears.
//
// It knows the protocol through chatter and wire, and nothing of the server.
package term

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"chatsim/chatter"
	"chatsim/chatter/dial"
	"chatsim/manager/record"
	"chatsim/manager/secret"
	"chatsim/manager/wire"
)

const (
	leaveLimit = 5 * time.Second  // for the last lines to come after one's own leave
	echoLimit  = 10 * time.Second // for one's own last lines to come back, in a pipe
	giveUp     = 2 * time.Minute  // without a connection
	firstRetry = time.Second      // doubled up to
	lastRetry  = 15 * time.Second
	underWay   = 32  // own lines that may be so before the next is read
	recalled   = 200 // lines that were said before one comes
)

// Config is one chatter.
type Config struct {
	Addr     string          // [tls://]HOST:PORT, or several of one room with commas between them
	Name     string          // empty: asked for, at a terminal
	Password secret.Password // of the room; none: asked for where it is needed, at a terminal
	TLS      bool
	TLSCA    string // a PEM file; empty: the system's certificates
	LogDir   string // for one's own record; empty: none
	Locale   string // such as zh_CN.UTF-8; anything but Chinese is English
	NoColor  bool

	silence time.Duration // see silence; 0: that
}

// Run talks until the person leaves, its input ends, ctx ends or the room is
// lost for good. Errors that the person can mend have a method Hint.
//
// Where nobody sits at a terminal, each line of the input that was not sent is
// told on stderr, and the error for those, or for lines that have not come back,
// is an *UnsentError.
func Run(ctx context.Context, cfg Config, stdin io.Reader, stdout, stderr io.Writer) error {
	if err := cfg.Password.Read(); err != nil {
		return err
	}
	d, err := newDialer(cfg)
	if err != nil {
		return err
	}
	if err := checkLog(cfg.LogDir, cfg.Name); err != nil {
		return err
	}
	p := &person{cfg: cfg, dialer: d, talk: talk{words: wordsFor(cfg.Locale)}, troubles: make(chan error, 8)}
	in, inOK := terminalOf(stdin)
	out, outOK := terminalOf(stdout)
	colour := outOK && !cfg.NoColor
	if inOK && outOK {
		s, err := newScreen(in, out, colour)
		if err != nil {
			return err
		}
		defer s.close() // on panics too
		p.screen, p.present, d.returns = s, true, true
		d.recall.Lines = recalled
	} else {
		p.screen, p.stderr = newPipe(stdin, stdout, colour), stderr
	}
	err = p.run(ctx)
	if p.present {
		return err
	}
	return p.sent.outcome(err)
}

func terminalOf(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// display is where a person reads and types.
type display interface {
	print(lines []shown) error
	// read waits for a line; it is called by one goroutine.
	read(remember bool) (string, error)
	// prompt changes what stands before the line.
	prompt(string)
	// complete tells which names Tab completes.
	complete(names []string)
	secret(prompt string) (string, error)
	// aside runs do while nothing is read: Ctrl-C is a signal meanwhile.
	aside(do func())
	// close gives the terminal back as it was; it may be called twice.
	close()
}

// person is one chatter at work. All of it is owned by run's goroutine.
type person struct {
	cfg     Config
	dialer  *dialer
	talk    talk
	screen  display
	present bool // somebody sits at a terminal
	sent    sent // of a pipe
	stderr  io.Writer

	client   *chatter.Client // nil: not connected
	news     chan news       // from the goroutine that reads for client
	log      *record.Recorder
	troubles chan error // of log

	greeted bool         // who is here is known
	pending int          // own lines that have not come back
	ended   bool         // nothing more is typed
	leaving bool         // our end is sent
	limit   *time.Timer  // of what is waited for; nil: nothing
	echo    *time.Timer  // until the server is taken for silent; nil: it is not waited for
	why     wire.Reason  // the server's last reason for a close
	detail  string       // of it
	since   time.Time    // without a connection
	at      dial.Address // where the last one was
	wait    time.Duration
	tries   chan try // holds what came of connecting again; nil: not under way
	stopTry context.CancelFunc
	days    days

	interrupts chan struct{} // Ctrl-C at a terminal
}

// news is what a connection has brought, and what ended it.
type news struct {
	events []event
	err    error
}

// run joins and talks.
func (p *person) run(ctx context.Context) error {
	defer p.closeLog()
	defer p.drop()
	if err := p.enter(ctx); err != nil || p.client == nil {
		return err
	}
	p.sent.began = true
	lines := make(chan typed)
	over := make(chan struct{})
	defer close(over)
	p.interrupts = make(chan struct{})
	go p.readLines(lines, over) // cannot be waited for: nothing ends a read from a terminal
	for {
		done, err := p.step(ctx, lines)
		if !done && err == nil && p.sent.deaf != nil && !p.leaving {
			p.ended = true // for whom would it go on?
			done, err = p.leave()
		}
		if done || err != nil {
			return err
		}
	}
}

// step waits for one thing to happen and deals with it.
func (p *person) step(ctx context.Context, lines <-chan typed) (done bool, err error) {
	if p.busy() {
		lines = nil
	}
	late := endOf(p.limit)
	var silent <-chan time.Time
	if p.pending > 0 && p.client != nil {
		silent = endOf(p.echo)
	}
	cancelled := ctx.Done()
	if p.leaving {
		cancelled = nil
	}
	select {
	case n := <-p.news:
		return p.hear(n)
	case t := <-p.tries:
		return p.tried(t)
	case l := <-lines:
		return p.take(l)
	case <-p.interrupts:
		if p.leaving {
			return true, nil
		}
		p.ended = true
		return p.leave()
	case err := <-p.troubles:
		return false, p.tellTrouble(err)
	case <-cancelled:
		return p.leave()
	case <-late:
		p.limit = nil
		return p.tooLate(ctx)
	case <-silent:
		return p.silent()
	}
}

// endOf returns what a timer sends on; of nil, nothing ever comes.
func endOf(t *time.Timer) <-chan time.Time {
	if t == nil {
		return nil
	}
	return t.C
}

// busy reports whether what is typed waits, or that nothing more is.
func (p *person) busy() bool {
	return p.ended || p.pending >= underWay || p.client != nil && !p.greeted
}

// hear shows what has come, and goes on after an end.
func (p *person) hear(n news) (done bool, err error) {
	var of []shown
	for _, e := range n.events {
		if heard := p.talk.hear(e); p.present || e.kind != wire.Error {
			of = append(of, heard...)
		}
		p.settle(e)
	}
	if p.present && len(of) > 0 {
		p.screen.complete(p.talk.others())
	}
	if len(of) > 0 {
		if err := p.show(of); err != nil {
			return true, err
		}
	}
	switch {
	case n.err != nil && p.leaving:
		return true, nil
	case n.err != nil:
		return p.lost(n.err)
	case p.ended && p.pending == 0 && !p.leaving:
		return p.leave()
	}
	return false, nil
}

// settle takes down that a line of one's own has come back or was refused.
func (p *person) settle(e event) {
	switch {
	case e.others != nil:
		p.dialer.learn(e.others)
	case e.kind == wire.Roster:
		p.greeted = true
	case e.kind == wire.Welcome:
		p.screen.prompt(e.names[0] + "> ")
	case e.kind == wire.Error && e.reason.Closing():
		p.why, p.detail = e.reason, e.detail
	case e.kind == wire.Error:
		p.lineRefused(e)
		p.pending = max(0, p.pending-1)
	case e.kind == wire.Line && e.sender == p.talk.me:
		p.sent.back()
		p.waitEcho()
		p.pending = max(0, p.pending-1)
	}
}

// send sends; a failure is found again by the reading.
func (p *person) send(a action) error {
	var err error
	if a.target == wire.Group {
		err = p.client.Say([]byte(a.text))
	} else {
		err = p.client.Tell(a.target, []byte(a.text))
	}
	if err == nil {
		p.waitEcho()
		p.pending++
		if !p.present {
			p.sent.under = append(p.sent.under, p.sent.lines)
		}
	}
	return nil
}

// leave sends our end; what is still under way is shown. Without a connection all
// is done.
func (p *person) leave() (done bool, err error) {
	if p.client == nil {
		return true, nil
	}
	p.leaving, p.limit = true, time.NewTimer(leaveLimit)
	if p.client.Leave(chatter.FIN) != nil {
		return true, nil
	}
	return false, nil
}

// tooLate deals with what has not come in time.
func (p *person) tooLate(ctx context.Context) (done bool, err error) {
	switch {
	case p.leaving:
		return true, nil
	case p.client == nil:
		p.again(ctx)
		return false, nil
	}
	return true, &Error{msg: fmt.Sprintf("lines that did not come back within %v: %d", echoLimit, p.pending)}
}
