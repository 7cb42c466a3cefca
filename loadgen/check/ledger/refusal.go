package ledger

import (
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"chatsim/manager/wire"
)

// A line that is answered by an error where it would have come back is refused.
// Most errors do not name their line, and some are about none: a text for all,
// a last word. Such an error counts for the oldest line under way, and when
// that line comes back all the same, for the next one that was sent before it.

// refusal is an error that answers a line.
type refusal struct {
	line   *Line
	target string // the name that is said not to be there; empty if the error is about anything else
	stamp  bool   // the error quotes the line
	till   int    // it answers no line from this number on: those were sent after it
	judged bool   // that its target is not there is a fact, judged at the end
	word   word
}

// The bits of Line.refused.
const (
	isRefused   = 1 << iota // the line was answered by an error
	isNoUser                // the error is that its target is not there
	isConfirmed             // a later line came back, or more errors than are kept
)

// maxRefusals is how many refused lines of a session may yet come back.
const maxRefusals = 256

// refusals are the errors that came to a session. The goroutine that observes
// owns them.
type refusals struct {
	of       *Session
	list     []refusal // those whose lines may yet come back
	answers  int64     // lines that errors have answered
	lastWord int64     // what had been seen when an error last answered a line
	parted   bool      // one did after the session had begun to leave
	latest   *Line     // came back last
	about    []word    // errors about no line, each of which may be a last word
}

// said takes what the server says to the session alone.
func (r *refusals) said(text []byte, at time.Duration) {
	r.notLast()
	w := r.heard(text, at)
	if name, ok := strings.CutPrefix(w.text, wire.NoSuchUser.With("")); ok && name != "" && r.noUser(name, w) {
		return
	}
	r.of.said, r.of.saidAt = w.text, r.seen()
	if reason, ok := wire.ParseReason(text); !ok || !reason.Closing() {
		r.refusal(w)
	}
}

// refusal takes an error that may be the answer to a line.
func (r *refusals) refusal(w word) {
	e := refusal{till: r.of.ledger.senders.sent(r.of.Chatter), word: w}
	switch line := r.quoted([]byte(w.text)); {
	case line == nil:
		if !r.answer(&e) {
			r.idle(&e)
			r.lastWord = 0
			r.of.stray()
			return
		}
	case line.Answered():
		e.stamp = true
		switch {
		case r.takeOver(&e, func(o *refusal) bool { return o.line == line }):
		case !line.Refused():
			r.contradicted(line)
			return
		default:
			return // it has been told before
		}
	default:
		e.line, e.stamp = line, true
		r.refuse(&e)
	}
	r.parted = r.parted || !r.of.Stays() && !e.stamp
	r.lastWord = r.seen()
}

// quoted returns the session's line whose stamp stands in an error's text.
func (r *refusals) quoted(text []byte) *Line {
	for l := range r.of.ledger.stampedIn(text) {
		if l.Session == r.of {
			return l
		}
	}
	return nil
}

// answer finds the line that an error answers, the likeliest that it can be about,
// and refuses it; false if there is none. Errors that came later, and may be
// about later lines, give way.
func (r *refusals) answer(e *refusal) bool {
	e.line = nil
	for l := range r.underWay {
		if l.Seq < e.till && (e.target == "" || l.Target == e.target) && (e.line == nil || r.likelier(e, l)) {
			e.line = l
		}
	}
	if o := r.givesWay(e); o != nil {
		e.line = o.line
		*o, *e = *e, *o
		return r.answer(e)
	}
	if e.line == nil {
		return false
	}
	r.refuse(e)
	return true
}

// underWay ranges over the session's lines that wait for an answer.
func (r *refusals) underWay(yield func(*Line) bool) {
	for l := range r.lines {
		if !l.Answered() && !r.of.holds(l) && !yield(l) {
			return
		}
	}
}

// lines ranges over the session's lines that are still known.
func (r *refusals) lines(yield func(*Line) bool) {
	for l := range r.of.sender.lines {
		if l.Session == r.of && !yield(l) {
			return
		}
	}
}

// oldest returns the oldest of some lines that fits; nil if none does.
func oldest(lines iter.Seq[*Line], fits func(*Line) bool) (first *Line) {
	for l := range lines {
		if fits(l) && (first == nil || l.Seq < first.Seq) {
			first = l
		}
	}
	return first
}

// givesWay returns the error that came later than e and counts for the oldest line, if
// that is older than e's; nil if none is.
func (r *refusals) givesWay(e *refusal) (later *refusal) {
	oldest := e.till
	if e.line != nil {
		oldest = e.line.Seq
	}
	for i := range r.list {
		if o := &r.list[i]; e.till < o.till && o.target == e.target && !o.stamp && o.line.Seq < oldest {
			later, oldest = o, o.line.Seq
		}
	}
	return later
}

// likelier reports whether an error is rather about this line than about the one
// for which it counts so far: about an older one, but only at last about one to
// which an error is no answer, unless a later one has come back by now and the other
// is not one that is expected to be refused.
func (r *refusals) likelier(e *refusal, l *Line) bool {
	if a, b := r.comes(l, e.line), r.comes(e.line, l); e.target == "" && a != b {
		return b
	}
	return l.Seq < e.line.Seq
}

// comes reports whether a line that is under way may still come back, where an error
// may be about another.
func (r *refusals) comes(l, other *Line) bool {
	return l.Due == ComesBack && (l.Seq > r.of.LastOwn || other.Due == MayRefuse)
}

// passed has errors that count for lines under way, but for those that are expected
// to be refused, answer lines before the latest that came back: these have had their
// answer.
func (r *refusals) passed() {
	for {
		i := slices.IndexFunc(r.list, func(e refusal) bool {
			return e.target == "" && !e.stamp && e.line.Due != MayRefuse && e.line.Seq > r.of.LastOwn
		})
		if i < 0 || !r.lacks(min(r.list[i].till, r.of.LastOwn)) {
			return
		}
		e := r.reopen(r.list[i].line)
		r.answer(&e)
	}
}

// lacks reports whether a line before a number is not answered.
func (r *refusals) lacks(before int) bool {
	return oldest(r.underWay, func(l *Line) bool { return l.Seq < before }) != nil
}

// takeOver has an error that names its line, or whom it was for, answer the oldest
// line for which one counts that names nothing, and so must be about another; false
// if there is none.
func (r *refusals) takeOver(e *refusal, fits func(*refusal) bool) bool {
	i := -1
	for j := range r.list {
		o := &r.list[j]
		if o.target == "" && !o.stamp && fits(o) && (i < 0 || o.line.Seq < r.list[i].line.Seq) {
			i = j
		}
	}
	if i < 0 {
		return false
	}
	other := r.list[i]
	e.line = other.line
	r.withdraw(e.line)
	if !r.answer(&other) {
		r.idle(&other)
	}
	r.of.unsettled.Add(1) // until it is refused again
	r.refuse(e)
	return true
}

// refuse has the error e answer its line, for which nothing is to be waited any more.
func (r *refusals) refuse(e *refusal) {
	bits := int32(isRefused)
	if e.target != "" {
		bits |= isNoUser
	}
	e.line.refused.Store(bits)
	e.line.answered.Store(true)
	r.of.unsettled.Add(-1)
	r.count(e.line, 1)
	r.list = append(r.list, *e)
	if len(r.list) > maxRefusals {
		r.confirm(r.list[0].line.Seq + 1)
	}
}

// count adds to what is told of refused lines.
func (r *refusals) count(line *Line, n int64) {
	r.answers += n
	if line.refused.Load()&isNoUser == 0 && line.Measured && line.Due == EitherWay {
		r.of.ledger.refused.Add(n)
	}
	if !line.Private() {
		r.of.ledger.publicRefused.Add(n)
	}
}

// confirm settles that lines before a number were refused: a later one came back.
func (r *refusals) confirm(before int) {
	r.list = slices.DeleteFunc(r.list, func(e refusal) bool {
		if e.line.Seq < before {
			e.line.refused.Or(isConfirmed)
			r.undue(e.line)
		}
		return e.line.Seq < before
	})
}

// undue records a line that an error answers, where that is no answer to it.
func (r *refusals) undue(line *Line) {
	if line.Due == ComesBack && line.refused.Load()&isNoUser == 0 && r.of.ledger.cfg.Level <= Count {
		r.of.emit(Fact{Kind: RefusedUnduly, Line: line})
	}
}

// withdraw takes back that a line was refused and returns the error that did,
// if it is still kept.
func (r *refusals) withdraw(line *Line) (e refusal, ok bool) {
	r.count(line, -1)
	line.refused.Store(0)
	i := slices.IndexFunc(r.list, func(e refusal) bool { return e.line == line })
	if i < 0 {
		return refusal{}, false
	}
	e = r.list[i]
	r.list = slices.Delete(r.list, i, i+1)
	return e, true
}

// reopen has a line wait for its answer again, and returns the error that was none.
func (r *refusals) reopen(line *Line) refusal {
	e, _ := r.withdraw(line)
	line.answered.Store(false)
	r.of.unsettled.Add(1)
	return e
}

// returned takes a line that comes back although an error seemed to answer it.
func (r *refusals) returned(line *Line) {
	if !line.Private() {
		r.of.ledger.publicBack.Add(1)
	}
	e, ok := r.withdraw(line)
	switch {
	case !ok:
	case e.stamp:
		r.contradicted(line)
	case r.answer(&e):
	case e.target == "":
		r.idle(&e)
	case !e.judged && !r.explains(e.target):
		r.contradicted(line)
	}
}

// contradicted records a line that came back and was answered by an error as well.
func (r *refusals) contradicted(line *Line) {
	if r.of.ledger.cfg.Level != Off && !r.of.crosses(line.Target) {
		r.of.emit(Fact{Kind: AnsweredTwice, Line: line})
	}
}

// seen changes with everything that comes to the session but errors.
func (r *refusals) seen() int64 {
	s := r.of
	return s.Next + s.Totals.Observed + s.Totals.Views + int64(len(s.waiting)) + 1
}

// part looks at the errors of a stay that has ended. The last word before the
// server closes is about the stay, not about a line. An error after a
// half-close may refuse all that the server has not taken by then.
func (r *refusals) part() {
	switch kind := r.of.How(); {
	case kind == Stays || kind == Evicted || kind == Lost:
		r.about = nil
		if n := len(r.list); n > 0 && r.lastWord == r.seen() && r.list[n-1].target == "" && !r.list[n-1].stamp {
			r.reopen(r.list[n-1].line)
		}
	case kind != Reset && r.parted:
		for r.answer(&refusal{till: math.MaxInt}) {
		}
		r.list = nil // a server that has no time left may refuse anything
	}
}

// finish takes all that are left for what they are: nothing more will come.
func (r *refusals) finish() {
	r.confirm(math.MaxInt)
	r.notLast()
}
