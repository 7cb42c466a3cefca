package check

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"chatsim/manager/wire"
)

// violation is one sight of a defect, by one receiver.
type violation struct {
	key      key // what is the same for all who see the same defect
	at       *Session
	with     []*Session
	line     *Line
	place    int64
	sentence string
	expected string
	came     string
	implied  bool // it follows from another defect
	agreed   int
	before   []string // the entries just before the place
	sides    []Side
}

// key names a defect's subject.
type key struct {
	line    *Line
	session *Session
	text    string
	place   int64
}

type foundKey struct {
	check Name
	key   key
}

// found is one defect with all its sights.
type found struct {
	check   Name
	first   violation
	seenBy  map[*Session]bool
	dropped bool // it turned out to follow from another
}

func wordKey(w *word) key {
	if w.line != nil {
		return key{line: w.line}
	}
	return key{text: w.String()}
}

func (j *Judge) violate(c Name, v violation) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.violateLocked(c, v)
}

// violateLocked counts a defect once, whoever sees it.
func (j *Judge) violateLocked(c Name, v violation) {
	k := foundKey{c, v.key}
	f := j.found[k]
	if f == nil {
		if len(j.found) == maxFound {
			if !v.implied {
				j.uncounted[c]++
			}
			return
		}
		f = &found{check: c, first: v, seenBy: make(map[*Session]bool), dropped: v.implied}
		if v.place == 0 && v.at != nil {
			f.first.place = v.at.pos.Load()
		}
		if v.before == nil {
			f.first.before = j.contextLocked(f.first.place)
		}
		j.found[k] = f
		j.foundOrder = append(j.foundOrder, f)
	}
	if v.at != nil {
		f.seenBy[v.at] = true
	}
}

// excuseLocked takes back what turned out to follow from another defect.
func (j *Judge) excuseLocked(c Name, k key) {
	if f := j.found[foundKey{c, k}]; f != nil {
		f.dropped = true
	}
}

// contextLocked names the entries just before a place.
func (j *Judge) contextLocked(place int64) (before []string) {
	for p := max(0, place-3); p < place; p++ {
		if e := j.entryLocked(p); e != nil {
			before = append(before, fmt.Sprintf("#%d %s", p, e))
		}
	}
	return before
}

// Witness is the evidence for one violation, for people.
type Witness struct {
	Check    Name     `json:"check"`
	Chatters []int    `json:"chatters"`
	Names    []string `json:"names"`
	Place    int64    `json:"place"`
	Sentence string   `json:"sentence"`
	Expected string   `json:"expected,omitempty"`
	Came     string   `json:"came,omitempty"`
	Before   []string `json:"before,omitempty"` // the entries just before the place
	Agreed   int      `json:"agreed"`           // how many others saw it as it should be
	Sides    []Side   `json:"sides,omitempty"`  // of a matter of order: what two chatters saw around the place
}

// Side is one chatter's view of a matter of order.
type Side struct {
	Chatter int      `json:"chatter"`
	Name    string   `json:"name"`
	Saw     []string `json:"saw"` // in the order seen, each with its place
}

func (j *Judge) witnessLocked(f *found) Witness {
	v := f.first
	w := Witness{Check: f.check, Place: v.place, Sentence: v.sentence, Expected: v.expected, Came: v.came, Before: v.before, Agreed: v.agreed, Sides: v.sides}
	seen := slices.Concat([]*Session{v.at}, v.with, sessionsOf(f.seenBy))
	told := make(map[*Session]bool)
	for _, s := range seen {
		if s != nil && !told[s] && len(w.Chatters) < 8 {
			told[s] = true
			w.Chatters = append(w.Chatters, s.Chatter)
			w.Names = append(w.Names, s.name)
		}
	}
	if v.line != nil {
		w.Sentence += fmt.Sprintf(": line %d of chatter %d (%s)", v.line.Seq, v.line.Session.Chatter, v.line.Session.name)
		if w.Expected == "" {
			w.Expected = quote(v.line.Text)
		}
	}
	return w
}

// sessionsOf gives a set's sessions by chatter number.
func sessionsOf(set map[*Session]bool) []*Session {
	out := make([]*Session, 0, len(set))
	for s := range set {
		out = append(out, s)
	}
	sort.Slice(out, func(a, b int) bool {
		if out[a].Chatter != out[b].Chatter {
			return out[a].Chatter < out[b].Chatter
		}
		return out[a].dialled < out[b].dialled
	})
	return out
}

func (e *entry) String() string {
	switch e.kind {
	case wire.Join:
		return "join of " + quote(e.name)
	case wire.Leave:
		return "leave of " + quote(e.name)
	}
	return quote(e.name) + " says " + quote(e.text)
}

func (w *word) String() string {
	if w.line != nil {
		return quote(w.name) + " says " + quote(w.line.Text)
	}
	e := entry{kind: w.kind, name: w.name, text: w.text}
	return e.String()
}

// quote makes a foreign text safe and short enough to print.
func quote(s string) string {
	if len(s) > 120 {
		return strconv.Quote(s[:100]) + "… (" + strconv.Itoa(len(s)) + " bytes)"
	}
	return strconv.Quote(s)
}

func quoteFrame(f *wire.Frame) string {
	s := quote(string(f.Sender)) + " says " + quote(string(f.Text))
	if f.Private {
		s += " to " + quote(string(f.Target))
	}
	return s
}

// some gives the start and the end of a list of names.
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

func itoa(n int) string { return strconv.Itoa(n) }

// Violated says that a defect has been seen, or what is or will be one, see
// Interim. It may still turn out to follow from another: End knows.
// What is only missing so far, with nothing after it, is not seen before End.
func (j *Judge) Violated() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.suspectsLocked() {
		return true
	}
	for _, f := range j.found {
		if !f.dropped {
			return true
		}
	}
	return false
}
