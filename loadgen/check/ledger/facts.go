package ledger

import (
	"slices"
	"time"

	"chatsim/manager/wire"
)

// Kind is what kind of deviation a fact records.
type Kind uint8

// The kinds of facts, with the fields of Fact that they set beside Kind, At and
// Place. Those of which the order of two places decides set Beside too.
const (
	// What came is not what was sent. Came.
	Unsent         Kind = iota // its stamp names a line that was not sent yet. Text
	Forged                     // it has no stamp, and nobody could have said it. Text
	Altered                    // its text is not that of its stamp. Line
	Glued                      // likewise, and stamps stand inside of it. Line
	Unreadable                 // a frame could not be parsed. Text
	Unending                   // so much came that this end has ended the stream. Text
	GroupAsPrivate             // a group line came as a private one. Line
	PrivateAsGroup             // a private line came as one for the group. Line
	Mistargeted                // a private line came with another target than it was sent to. Line
	Misnamed                   // a line came under another name than its sender's. Line
	ClaimBelieved              // a line came under the name that it claims. Line
	Unstamped                  // a line without a stamp, by a member who may be of the run. Member, Text

	// Nothing came where something should.
	BrokenOff // the stream of a session that has left and reads on was reset. Session

	// It came more often than it should.
	Repeated        // a public entry came twice, where that at Beside was next. Line or Text, Came
	PrivateRepeated // a private line came twice. Line
	RepeatedLater   // a line came again that everybody had long ago. Text, Came
	JoinOfMember    // a join by a name that a member had. Member, Holder
	LeaveRepeated   // a leave was told twice. Text, Came
	LeaveOfNobody   // a leave was told of a name that nobody had. Text, Came
	WelcomedAgain   // a second welcome came. Session, Came
	RosterAgain     // the roster of the greeting came again. Session
	NoUserAgain     // that a target is not there was told more often than lines were sent to it. Session, Text

	// It came to a session that should not have it. Line.
	Overheard    // a private line came to a third. Came
	ToNobody     // a private line came back although nobody had its target's name, behind Beside
	SecondTarget // a private line came to two chatters of its target's name

	// It came at a wrong place or time.
	OwnAfterLater  // an own private line came back after a later one. Line
	AfterLater     // a group line stands behind a later one of its stay: that at Beside. Line
	OutOfTurn      // a group line came behind a later one of its stay, that at Beside, where only the lines of each sender have an order. Line
	BeforeOwnJoin  // an entry came that stands before the receiver's join, at Beside. Line or Text, Came
	AfterLeave     // a line stands behind its sender's leave, at Beside. Line
	BeforeJoinTold // a member's doing stands at Beside, before its join. Session
	LeftEarly      // a leave came that its receiver was told of once more, later. Session, Text, Came
	LateLeave      // a receiver learned of a leave more than its LeaveLimit after it began. Session, Took, When, Slowest
	Slow           // a line that was sent while another session did not read took more than StallLeast, or the server's grace. Line, Took
	SplitGap       // its parties saw a private line in two different gaps. Line
	CrossedGap     // the parties' orders of one gap's private lines contradict each other. Line, Lines, With

	// What a session was told of the room is not so.
	RosterMismatch  // a newcomer's roster is not who was there. Session
	NameMismatch    // a newcomer's name is not the one due. Session
	Miscalled       // a newcomer's welcome has another name than the room calls it by. Session, Text, Came
	LateRoster      // a roster that came later is not who was there. Session, Text
	RosterFirst     // a newcomer's roster came before its welcome. Session
	FirstLacks      // the first roster lacks who was there before. Session, Text
	RosterNameTwice // a roster holds a name more than once. Text, Times
	Refused         // a private line was refused although its target was there at Beside. Line, Member
	RefusedUnduly   // a line was answered by an error, which is no answer to it. Line
	Needless        // an error came that answers nothing, behind Line where one had come back. Session, Line, Text
	AnsweredTwice   // a line came back to its sender and was answered by an error as well. Line

	// Somebody was not let in. Text says what came instead.
	NotAdmitted
	NotAnswered // in the time that it had
	TurnedAway  // for a reason of the server's own
	LetInBadly  // somebody was let in by a name that is not allowed. Session
	BadlyDenied // somebody whose name is not allowed was not told so. Session
	BadlyNamed  // somebody who gave no name was not called by its address. Session
	Kinds       // how many there are
)

// Fact is one deviation, however many receivers saw it.
type Fact struct {
	Kind Kind

	// What is the same for all who saw the same deviation.
	Line    *Line
	Session *Session
	Member  *Member
	Text    string

	// As its first receiver saw it.
	At      *Session // may be nil
	With    []*Session
	Lines   []*Line
	Holder  *Member
	Place   int64
	Beside  int64
	Stood   int64 // the receiver's next place, of a join or leave
	Came    Came
	Times   int
	Took    time.Duration
	When    time.Duration // its first receiver saw it; 0 where nothing came
	Slowest time.Duration // the slowest delivery around When, set by Close
	Doubt   bool          // it may follow from another: a name in it was in doubt at that time
	Before  []Placed      // the entries just before Place, as far as they were known

	Seen Receivers
}

// Came is what came, in a frame's own words.
type Came struct {
	Kind               wire.Kind
	Name, Text, Target string // Target only of a private line
}

// Placed is an entry with its place.
type Placed struct {
	Place int64
	Entry
}

// receiversKept is how many receivers of a fact are kept.
const receiversKept = 8

// Receivers are those who saw a fact: the first of them by chatter number.
type Receivers []*Session

// Add adds a receiver.
func (r *Receivers) Add(s *Session) {
	i, found := slices.BinarySearchFunc(*r, s, compareSessions)
	if found || i == receiversKept {
		return
	}
	*r = slices.Insert(*r, i, s)
	*r = (*r)[:min(len(*r), receiversKept)]
}

func compareSessions(a, b *Session) int {
	if a.Chatter != b.Chatter {
		return a.Chatter - b.Chatter
	}
	return a.Number - b.Number
}

// maxFacts bounds the facts of a kind: what comes after is only counted.
const maxFacts = 10_000

// maxMismatches bounds the rosters that are kept for the end.
const maxMismatches = 256

type factKey struct {
	kind    Kind
	line    *Line
	session *Session
	member  *Member
	text    string
	at      *Session // of a LateLeave: each receiver has its own delay
}

// Facts are what was recorded, in the order in which it was first seen.
type Facts struct {
	List   []*Fact
	Beyond [Kinds]int64 // facts beyond those kept, by kind

	byKey map[factKey]*Fact
	count [Kinds]int
}

// room reports whether a fact of a kind would be kept.
func (fs *Facts) room(k Kind) bool {
	limit := maxFacts
	if k == RosterMismatch {
		limit = maxMismatches
	}
	return fs.count[k] < limit
}

// emitLocked records a fact, once for all who see it.
func (l *Ledger) emitLocked(f Fact) {
	k := factKey{kind: f.Kind, line: f.Line, session: f.Session, member: f.Member, text: f.Text}
	if f.Kind == LateLeave {
		k.at = f.At
	}
	fs := &l.facts
	known := fs.byKey[k]
	if known == nil {
		if !fs.room(f.Kind) {
			if !f.Doubt {
				fs.Beyond[f.Kind]++
			}
			return
		}
		if f.Place == 0 && f.At != nil && f.Kind != Repeated && f.Kind != BeforeOwnJoin { // those may be about the very first entry
			f.Place = f.At.pos.Load()
		}
		f.Before = l.Before(f.Place)
		known = &f
		fs.count[f.Kind]++
		fs.List = append(fs.List, known)
		if fs.byKey == nil {
			fs.byKey = make(map[factKey]*Fact)
		}
		fs.byKey[k] = known
	}
	known.Took = max(known.Took, f.Took)
	if f.At != nil {
		known.Seen.Add(f.At)
	}
}

// Before returns the entries just before a place.
func (l *Ledger) Before(place int64) (before []Placed) {
	for p := max(0, place-3); p < place; p++ {
		if e := l.order.entry(p); e != nil {
			before = append(before, Placed{p, *e})
		}
	}
	return before
}

// emit records a fact that the session saw.
func (s *Session) emit(f Fact) {
	f.At = s
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	s.ledger.emitLocked(f)
}

// Of returns the facts of some kinds.
func (fs *Facts) Of(kinds ...Kind) []*Fact {
	var out []*Fact
	for _, f := range fs.List {
		if slices.Contains(kinds, f.Kind) {
			out = append(out, f)
		}
	}
	return out
}

// straight reports whether nothing was recorded for which the way of a stay
// that is over could count.
func (fs *Facts) straight() bool {
	aside := 0
	for _, k := range []Kind{Unstamped, LateLeave, RosterMismatch, NameMismatch, JoinOfMember, NotAdmitted, NotAnswered, TurnedAway, LetInBadly, BadlyDenied, BadlyNamed, RefusedUnduly, Needless} {
		aside += fs.count[k]
	}
	return len(fs.List) == aside
}
