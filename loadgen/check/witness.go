package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/manager/wire"
)

// violation is one violation of a check, however many receivers saw it.
type violation struct {
	fact     *ledger.Fact // that it is as it stands; may be nil
	key      key
	at       *Session // who saw it first; may be nil
	with     []*Session
	line     *Line
	place    int64
	when     time.Duration // what is wrong came to at; 0 where nothing did
	sentence string
	expected string
	came     string
	implied  bool // it follows from another
	agreed   int
	before   []ledger.Placed // the entries just before the place
	sides    []report.Side
	seen     ledger.Receivers
}

// key is what is the same for all who see the same violation.
type key struct {
	line    *Line
	session *Session
	text    string
	place   int64
}

// violationOf returns the violation that a fact is.
func violationOf(f *ledger.Fact, sentence string) violation {
	v := violation{fact: f, when: f.When, key: key{line: f.Line, session: f.Session, text: f.Text}, at: f.At, with: f.With, line: f.Line, place: f.Place,
		sentence: fill(sentence, f), came: came(f.Came), implied: f.Doubt || f.Line != nil && f.Line.Session.Welcomed != "", before: f.Before, seen: f.Seen}
	if f.Kind == ledger.Unreadable || f.Kind == ledger.Unending {
		v.came = quote(f.Text)
	}
	return v
}

// maxFound is how many violations of a check are kept; those beyond are counted.
const maxFound = 10_000

// findings are the violations of one check.
type findings struct {
	list   []*violation
	beyond int64
	byKey  map[key]*violation
}

// follow has all that was found follow from a violation of another check.
func (fs *findings) follow() {
	fs.beyond = 0
	for _, v := range fs.list {
		v.implied = true
	}
}

// add adds a violation, or another receiver of one that is known.
func (fs *findings) add(v violation) {
	known := fs.byKey[v.key]
	if known == nil {
		if len(fs.list) == maxFound {
			if !v.implied {
				fs.beyond++
			}
			return
		}
		if fs.byKey == nil {
			fs.byKey = make(map[key]*violation)
		}
		known = &v
		known.seen = slices.Clone(v.seen)
		fs.list = append(fs.list, known)
		fs.byKey[v.key] = known
	}
	for _, s := range v.seen {
		known.seen.Add(s)
	}
	if v.at != nil {
		known.seen.Add(v.at)
	}
}

// witness returns the evidence for the violation; known returns an entry by its
// place, nil if it is not known.
func (v *violation) witness(c string, known func(place int64) *ledger.Entry) report.Witness {
	w := report.Witness{Check: c, Place: v.place, Sentence: v.sentence, Expected: v.expected, Came: v.came, Agreed: v.agreed, Sides: v.sides, Arrived: instant(v.when)}
	for _, p := range v.before {
		w.Before = append(w.Before, fmt.Sprintf("#%d %s", p.Place, entry(&p.Entry)))
	}
	told := make(map[*Session]bool)
	for _, s := range slices.Concat([]*Session{v.at}, v.with, v.seen) {
		if s != nil && !told[s] && len(w.Chatters) < 8 {
			told[s] = true
			w.Chatters = append(w.Chatters, s.Chatter)
			w.Names = append(w.Names, s.Name())
		}
	}
	first := known(v.place)
	if v.line != nil {
		first = known(v.line.Place())
		w.Sent = instant(v.line.Actual)
		w.Sentence += fmt.Sprintf(": line %d of chatter %d (%s)", v.line.Seq, v.line.Session.Chatter, v.line.Session.Name())
		if w.Expected == "" {
			w.Expected = quote(v.line.Text)
		}
		if v.fact != nil && v.fact.Kind == ledger.Altered {
			w.Differs = difference(v.line.Text, v.fact.Came.Text)
		}
	}
	if first != nil && first.By != nil && !told[first.By] {
		w.Others = instant(first.At)
	}
	return w
}

// instant returns a time of the run; nil where it is not known.
func instant(at time.Duration) *report.Instant {
	if at <= 0 {
		return nil
	}
	return &report.Instant{NS: int64(at)}
}

// came returns what came in words, empty if nothing did.
func came(c ledger.Came) string {
	switch c.Kind {
	case wire.Invalid:
		return ""
	case wire.Join:
		return "join of " + quote(c.Name)
	case wire.Leave:
		return "leave of " + quote(c.Name)
	}
	s := quote(c.Name) + " says " + quote(c.Text)
	if c.Target != "" {
		s += " to " + quote(c.Target)
	}
	return s
}

// entry returns an entry in words.
func entry(e *ledger.Entry) string {
	if e == nil {
		return "(forgotten)"
	}
	return came(ledger.Came{Kind: e.Kind, Name: e.Name, Text: e.Text})
}

// quote makes a foreign text safe and short enough to print.
func quote(s string) string {
	if len(s) > 120 {
		return strconv.Quote(s[:100]) + "… (" + strconv.Itoa(len(s)) + " bytes)"
	}
	return strconv.Quote(s)
}

// some returns the start and the end of a list of names.
func some(names []string) string {
	if len(names) > 8 {
		return fmt.Sprintf("%s … %s (%d names)", quoteAll(names[:4]), quoteAll(names[len(names)-3:]), len(names))
	}
	return quoteAll(names)
}

func quoteAll(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quote(n)
	}
	return strings.Join(out, " ")
}

func chatters(n int) string { return report.Plural(int64(n), "chatter", "chatters") }

func others(n int) string { return report.Plural(int64(n), "other", "others") }
