package file

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"chatsim/loadgen/report"
)

// The roles that chatters may have.
const (
	Slow    = "slow"    // reads so many bytes a second
	Stalled = "stalled" // reads nothing
	Dribble = "dribble" // writes its lines byte by byte
	Flood   = "flood"   // says far more than its share
	Noise   = "noise"   // sends what is no protocol
)

// Role is what some chatters do beside those who talk: in every other window, so
// that the others are measured with it and without.
type Role struct {
	Kind  string
	Count int           // of chatters; 0: Share says how many
	Share float64       // of the users at the start
	Talks bool          // of Stalled: it is one of those who talk, and no other
	Bytes float64       // a second, that each of Slow reads or of Dribble writes
	Rate  float64       // a second, lines that each of Flood says, or pieces of Noise
	For   time.Duration // of Stalled: how long in a window; 0: all of it
	Good  bool          // of Stalled: it never reads on
	Every time.Duration // how long a window is; 0: as the run's length allows
	In    []string      // the phases in which it acts; nil: all that are measured

	node ast.Node
	in   []ast.Node // where each of In stands
}

// setting is a key of a role.
type setting struct {
	name  string
	roles []string // that have it; nil: all
	read  func(d *Doc, r *Role) func(ast.Node) error
}

// Limits of what roles do, for each of their chatters.
const (
	maxBytes    = 1e9 // a second
	maxFlood    = 100_000
	maxPieces   = 1000
	shortestWin = 100 * time.Millisecond
)

var settings = []setting{
	{"count", nil, func(d *Doc, r *Role) func(ast.Node) error { return d.count(&r.Count, 1, maxCount) }},
	{"share", nil, func(d *Doc, r *Role) func(ast.Node) error { return r.decodeShare(d) }},
	{"reads", []string{Slow}, func(d *Doc, r *Role) func(ast.Node) error { return d.bytesPerSecond(&r.Bytes) }},
	{"talks", []string{Stalled}, func(d *Doc, r *Role) func(ast.Node) error { return d.yes(&r.Talks) }},
	{"for", []string{Stalled}, func(d *Doc, r *Role) func(ast.Node) error { return r.decodeFor(d) }},
	{"writes", []string{Dribble}, func(d *Doc, r *Role) func(ast.Node) error { return d.bytesPerSecond(&r.Bytes) }},
	{"rate", []string{Flood, Noise}, func(d *Doc, r *Role) func(ast.Node) error { return r.decodeRate(d) }},
	{"every", nil, func(d *Doc, r *Role) func(ast.Node) error { return r.decodeEvery(d) }},
	{"in", nil, func(d *Doc, r *Role) func(ast.Node) error { return r.decodeIn(d) }},
}

// usual is a role where the file says only that there is one.
var usual = map[string]Role{Slow: {Bytes: 10_000}, Stalled: {}, Dribble: {Bytes: 10}, Flood: {Rate: 1000}, Noise: {Rate: 10}}

func (s *setting) of(kind string) bool { return s.roles == nil || slices.Contains(s.roles, kind) }

func (f *File) decodeRoles(n ast.Node) error {
	var keys []Key
	for _, kind := range []string{Slow, Stalled, Dribble, Flood, Noise} {
		keys = append(keys, Key{kind, func(n ast.Node) error { return f.decodeRole(kind, n) }})
	}
	return f.Doc.Mapping(n, "roles", keys)
}

func (f *File) decodeRole(kind string, n ast.Node) error {
	d, r := f.Doc, usual[kind]
	r.Kind, r.node = kind, n
	if err := d.foreign(kind, n); err != nil {
		return err
	}
	var keys []Key
	for _, s := range settings {
		if s.of(kind) {
			keys = append(keys, Key{s.name, s.read(d, &r)})
		}
	}
	if err := d.Mapping(n, kind, keys); err != nil {
		return err
	}
	if what, advice := r.contradiction(); what != "" {
		return d.Error(n, what, advice)
	}
	if r.Count == 0 && r.Share == 0 && !r.Talks {
		r.Count = 1
	}
	f.Roles = append(f.Roles, r)
	return nil
}

// contradiction returns which two settings of a role do not go together, and what
// to do about it; empty: all do.
func (r *Role) contradiction() (what, advice string) {
	several := r.Count > 0 || r.Share > 0
	switch {
	case r.Count > 0 && r.Share > 0:
		return r.Kind + " has a count and a share", "write how many there are, or their share of the users: keep one of both"
	case r.Talks && several:
		return "who talks is one, and this has a count or a share", "write { talks: true } for one of those who talk, or { count: 2 } for others beside them"
	case r.Talks && (r.For > 0 || r.Good):
		return "who talks reads nothing in all of its windows, and this says for how long", "write { talks: true }, or { count: 1, for: … } for another one beside those who talk"
	case r.Every > 0 && r.For > r.Every:
		return fmt.Sprintf("it stops reading for %v, and its windows last %v", r.For, r.Every), "make every longer, or write { for: good } for one that never reads on"
	}
	return "", ""
}

// foreign returns that a role has a setting of another role.
func (d *Doc) foreign(kind string, n ast.Node) error {
	m, ok := n.(ast.MapNode)
	if !ok {
		return nil // who reads it says so
	}
	for it := m.MapRange(); it.Next(); {
		key := it.KeyValue().Key
		name := key.GetToken().Value
		i := slices.IndexFunc(settings, func(s setting) bool { return s.name == name })
		if i < 0 || settings[i].of(kind) {
			continue
		}
		var own []string
		for _, s := range settings {
			if s.of(kind) {
				own = append(own, s.name)
			}
		}
		return d.Error(key, fmt.Sprintf("%s has no %s: that is a setting of %s", kind, name, strings.Join(settings[i].roles, " and ")), "its keys are "+strings.Join(own, ", "))
	}
	return nil
}

func (r *Role) decodeShare(d *Doc) func(ast.Node) error {
	return func(n ast.Node) error {
		err := d.share(&r.Share)(n)
		if err == nil && r.Share == 0 {
			return d.Error(n, "nobody has the role", "write a share above 0%, or take the role out")
		}
		return err
	}
}

func (r *Role) decodeFor(d *Doc) func(ast.Node) error {
	return func(n ast.Node) error {
		s, err := d.Scalar(n, "for")
		if err == nil && s == "good" {
			r.Good = true
			return nil
		}
		return d.duration(&r.For)(n)
	}
}

func (r *Role) decodeRate(d *Doc) func(ast.Node) error {
	what, most := "lines", float64(maxFlood)
	if r.Kind == Noise {
		what, most = "pieces", maxPieces
	}
	return d.value(func(s string) (wrong, hint string) {
		r.Rate, wrong = parseNumber(s, most)
		hint = "write how many " + what + " a second each of them sends: 100"
		switch number, per := strings.CutSuffix(s, "/s"); {
		case per:
			hint = "write it without the unit: " + strings.TrimSpace(number)
		case wrong == "" && r.Rate == 0:
			wrong = "is none at all"
		}
		return wrong, hint
	})
}

func (r *Role) decodeEvery(d *Doc) func(ast.Node) error {
	return func(n ast.Node) error {
		err := d.duration(&r.Every)(n)
		if err == nil && r.Every < shortestWin {
			return d.Error(n, fmt.Sprintf("windows of %v are too short to measure anything in them", r.Every), "write it like 1s, and at least "+shortestWin.String())
		}
		return err
	}
}

func (r *Role) decodeIn(d *Doc) func(ast.Node) error {
	one := func(n ast.Node) error {
		var name string
		err := d.text(&name)(n)
		r.In, r.in = append(r.In, name), append(r.in, n)
		return err
	}
	return func(n ast.Node) error {
		if _, ok := n.(*ast.SequenceNode); ok {
			return d.List(n, "in", one)
		}
		return one(n)
	}
}

// bytesPerSecond reads 1B/s, 10kB/s or 1MB/s.
func (d *Doc) bytesPerSecond(to *float64) func(ast.Node) error {
	return d.value(func(s string) (what, hint string) {
		hint = "write it like 1B/s, 10kB/s or 1MB/s"
		number, per := strings.CutSuffix(strings.ReplaceAll(s, " ", ""), "/s")
		factor := 0.0
		for _, u := range []struct {
			unit   string
			factor float64
		}{{"kB", 1e3}, {"MB", 1e6}, {"B", 1}} {
			if n, ok := strings.CutSuffix(number, u.unit); ok {
				number, factor = n, u.factor
				break
			}
		}
		n, wrong := parseNumber(number, maxBytes)
		switch {
		case wrong != "":
			return wrong, hint
		case factor == 0:
			return "has no unit", hint
		case !per:
			return "is not so much a second", "write " + s + "/s"
		case n*factor < 1 || n*factor > maxBytes:
			return "is out of range", "from 1B/s to 1000MB/s; who reads nothing is stalled"
		}
		*to = n * factor
		return "", ""
	})
}

// checkRoles looks at what roles are together, and beside users and phases.
func (f *File) checkRoles() error {
	share, count := 0.0, 0
	for i := range f.Roles {
		r := &f.Roles[i]
		if err := f.checkRole(r); err != nil {
			return err
		}
		share, count = share+r.Share, count+r.Of(f.Users)
		switch {
		case share > 1.0001:
			return f.Doc.Error(r.node, fmt.Sprintf("the roles' shares are %s of the users together", report.FormatPercentage(share)), "make it 100% at most: the others are whom a role is measured by")
		case f.Users > 0 && count > f.fewest():
			return f.Doc.Error(r.node, fmt.Sprintf("%d chatters have roles, and there are %d users", count, f.fewest()), "have more users, or fewer in roles: the users are whom a role is measured by")
		}
	}
	return nil
}

// checkRole looks whether a role has a phase and a window in which it acts.
func (f *File) checkRole(r *Role) error {
	var all []string
	length := time.Duration(0)
	for _, p := range f.Phases {
		if p.Warm {
			continue
		}
		all = append(all, p.Name)
		if r.ActsIn(p.Name) {
			length += p.For
		}
	}
	for i, name := range r.In {
		switch {
		case len(f.Phases) == 0:
			return f.Doc.Error(r.in[i], "there are no phases", "take in out: the role acts in all of the run")
		case !slices.Contains(all, name):
			return f.Doc.Error(r.in[i], fmt.Sprintf("there is no measured phase %q", name), didYouMean(name, all))
		}
	}
	if len(f.Phases) > 0 && 2*r.Every > length {
		return f.Doc.Error(r.node, fmt.Sprintf("a window of %v with %s and one without do not fit into the %v in which it acts", r.Every, r.Kind, length), "write a shorter every, or take it out")
	}
	return nil
}

// Of returns how many chatters have the role beside so many users; none where it is
// one of those.
func (r *Role) Of(users int) int {
	switch {
	case r.Talks:
		return 0
	case r.Share > 0:
		return max(1, int(r.Share*float64(users)+0.5))
	}
	return r.Count
}

// ActsIn reports whether the role acts in a phase that is measured.
func (r *Role) ActsIn(phase string) bool { return r.In == nil || slices.Contains(r.In, phase) }

// fewest returns how many users talk at the least.
func (f *File) fewest() int {
	n := f.Users
	least := n
	for _, p := range f.Phases {
		n += p.Join - p.Leave
		least = min(least, n)
	}
	return least
}
