package check

import (
	"time"

	"chatsim/loadgen/check/ledger"
)

// What the ledger records, and callers hand in.
type (
	// Config is what a judge is told before the run. The zero value judges fully.
	Config = ledger.Config
	// Capabilities is what the clients can show of a room.
	Capabilities = ledger.Capabilities
	// Texts is what texts may not hold.
	Texts = ledger.Texts
	// Session is one stay of a chatter, as sender and as receiver.
	Session = ledger.Session
	// Line is one line that was sent.
	Line = ledger.Line
	// Note is what a chatter knows of a line that it is about to write.
	Note = ledger.Note
	// Level is how much of each delivery is checked.
	Level = ledger.Level
	// Leave is how a chatter ends its stay.
	Leave = ledger.Leave
	// End is how a run ended.
	End = ledger.End
	// Answer is what the protocol has a line answered by.
	Answer = ledger.Answer
	// Denial is how somebody was not let in who asked to be.
	Denial = ledger.Denial
)

// The levels, from all to nothing, and the ways to leave.
const (
	Full  = ledger.Full
	Order = ledger.Order
	Count = ledger.Count
	Off   = ledger.Off

	Stays     = ledger.Stays
	FIN       = ledger.FIN
	Reset     = ledger.Reset
	HalfClose = ledger.HalfClose
	Evicted   = ledger.Evicted
	Lost      = ledger.Lost

	KeptOut  = ledger.KeptOut
	Waiting  = ledger.Waiting
	Turned   = ledger.Turned
	Declared = ledger.Declared
	LetIn    = ledger.LetIn
	Untold   = ledger.Untold
	Nameless = ledger.Nameless

	EitherWay = ledger.EitherWay
	ComesBack = ledger.ComesBack
	MayRefuse = ledger.MayRefuse
)

// Levels returns the names of the levels, from all to nothing.
func Levels() []string { return ledger.Levels() }

// ParseLevel reads a level's name.
func ParseLevel(s string) (Level, error) { return ledger.ParseLevel(s) }

// Judge judges one run.
type Judge struct {
	ledger *ledger.Ledger // the first of those of linked servers, or the only one
	closed *ledger.Closed // after End
}

// New returns a judge for one run.
func New(cfg Config) *Judge { return &Judge{ledger: ledger.New(cfg)} }

// Dial records that a chatter is about to connect and ask for a name. All that
// its session sends and sees is then told to the session.
func (j *Judge) Dial(chatter int, asked string, at time.Duration) *Session {
	return j.DialAt(0, chatter, asked, at)
}

// DialAt is Dial at one of Capabilities.Servers that are linked; where they have one order,
// the server is all the same.
func (j *Judge) DialAt(server, chatter int, asked string, at time.Duration) *Session {
	servers := j.ledger.Servers()
	return servers[server%len(servers)].Dial(chatter, asked, at)
}

// Refused returns how many measured lines were refused so far: answered by an
// error, but for those whose target was said not to be there.
func (j *Judge) Refused() (n int64) {
	for _, l := range j.ledger.Servers() {
		n += l.Refused()
	}
	return n
}

// Crowd returns how many bytes it takes to remember who is in the room, where
// each takes so many beside its name.
func (j *Judge) Crowd(each int64) (bytes int64) {
	for _, l := range j.ledger.Servers() {
		bytes += l.Crowd(each)
	}
	return bytes
}

// Converged reports whether, where rosters are all that is told of who is
// there, everybody's last one is right, but for those who do not read.
func (j *Judge) Converged(unread ...*Session) bool { return j.ledger.Converged(unread...) }

// Behind returns a session in the room that has not got all that others have: it
// lacks entries, or, if unplaced, none of the others was told of its join. It is
// nil where everybody has seen the same.
func (j *Judge) Behind() (s *Session, unplaced bool) {
	for _, l := range j.ledger.Servers() {
		if s, unplaced = l.Behind(); s != nil {
			return s, unplaced
		}
	}
	return nil, false
}

// End judges the run once no session observes any more. It is called once.
func (j *Judge) End(end End) Result {
	all := hear(j.ledger, end)
	j.closed = all[0].Closed
	return all.verdicts()
}

// hear closes the ledgers of a run and looks through them.
func hear(l *ledger.Ledger, end End) (all hearing) {
	for _, c := range l.Close(end) {
		all = append(all, newEvidence(c, end))
	}
	return all
}

// Replayed judges a recorded run again. A recording that broke off is judged as
// far as it goes.
func Replayed(r *ledger.Replay) Result {
	l, end := r.Ledger, r.End
	if l == nil {
		l = ledger.New(Config{})
	}
	if end == nil {
		end = &End{Cut: true, BrokeOff: true}
	}
	return hear(l, *end).verdicts()
}
