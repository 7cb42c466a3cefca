package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// RolePairs is how many pairs of windows, without a role and with it, it takes to
// tell what the role does to others.
const RolePairs = 5

// Role is what became of the chatters of one role, and of the others meanwhile.
type Role struct {
	Name    string   `json:"name"`  // slow, stalled, dribble, flood or noise
	About   string   `json:"about"` // what each of its chatters does, in words
	Users   int      `json:"users"`
	Talks   bool     `json:"talks,omitempty"` // it is one of those who talk
	In      []string `json:"in,omitempty"`    // the phases in which it acts; none: all
	Windows int      `json:"windows"`         // in which it acted, and that were over when the load was
	WindowS float64  `json:"window_s"`        // how long each of them is

	Lines     int64 `json:"lines"`               // that it said, or pieces of noise that it sent
	LinesDue  int64 `json:"lines_due,omitempty"` // that a flood was to say
	BytesSent int64 `json:"bytes_sent"`          // in its windows
	BytesRead int64 `json:"bytes_read"`          // likewise

	Acted      int64            `json:"acted"`       // windows of each of its chatters
	Evicted    map[string]int64 `json:"evicted"`     // closed by the server, by reason
	TurnedAway int64            `json:"turned_away"` // times that one was not let in again
	Throttled  int64            `json:"throttled"`   // of Acted, those in which a flood could not say nine tenths of its lines
	Refused    int64            `json:"refused"`     // lines that were answered by an error
	Errors     Errors           `json:"errors"`      // what the server said to it

	// How the others fared: medians of the deliveries' p99 in windows without the role
	// and in those with it, and how often the one is in the other. They are nil where
	// there are fewer than RolePairs.
	P99Without *int64     `json:"p99_without_ns,omitempty"`
	P99With    *int64     `json:"p99_with_ns,omitempty"`
	Ratio      *float64   `json:"ratio,omitempty"`
	Pairs      []RolePair `json:"pairs"`
}

// RolePair is a window in which all chatters talk and read as usual and the next one,
// in which those of a role do not: the p99 of delivery, among the others.
type RolePair struct {
	WithoutP99 int64 `json:"p99_without_ns"`
	WithP99    int64 `json:"p99_with_ns"`
}

// Compare sets what the role did to others.
func (r *Role) Compare(pairs []RolePair) {
	r.Pairs, r.P99Without, r.P99With, r.Ratio = append([]RolePair{}, pairs...), nil, nil, nil
	if len(pairs) < RolePairs {
		return
	}
	r.P99Without, r.P99With = MedianP99s(pairs)
	if ratio := float64(*r.P99With) / float64(max(*r.P99Without, 1)); ratio > 0 {
		r.Ratio = &ratio
	}
}

// MedianP99s returns the medians of pairs; nil where there is none.
func MedianP99s(pairs []RolePair) (without, with *int64) {
	if len(pairs) == 0 {
		return nil, nil
	}
	median := func(of func(RolePair) int64) *int64 {
		var all []int64
		for _, p := range pairs {
			all = append(all, of(p))
		}
		slices.Sort(all)
		return &all[len(all)/2]
	}
	return median(func(p RolePair) int64 { return p.WithoutP99 }), median(func(p RolePair) int64 { return p.WithP99 })
}

// Evictions returns how often the server has ended a connection of the role.
func (r *Role) Evictions() int64 {
	n := int64(0)
	for _, c := range r.Evicted {
		n += c
	}
	return n
}

// Served returns how many of the windows a chatter of the role came through.
func (r *Role) Served() int64 { return max(0, r.Acted-r.Evictions()-r.TurnedAway) }

// who returns who has the role and what each of them does, in words.
func (r *Role) who() string {
	who := Plural(int64(r.Users), "chatter", "chatters, each")
	if r.Talks {
		who = "one of those who talk"
	}
	return who + " " + Printable(r.About)
}

// did returns what the role did, in words; empty where that is nothing.
func (r *Role) did() string {
	switch {
	case r.Name == "slow":
		return humanBytes(float64(r.BytesRead)) + " read"
	case r.Name == "noise":
		return fmt.Sprintf("%s of %s", Plural(r.Lines, "piece", "pieces"), humanBytes(float64(r.BytesSent)))
	case r.LinesDue > 0:
		return fmt.Sprintf("%s of %s", thousands(r.Lines), Plural(r.LinesDue, "line", "lines"))
	case r.Name != "stalled":
		return Plural(r.Lines, "line", "lines")
	}
	return ""
}

// became returns what became of the role's chatters, and what they did, in words.
func (r *Role) became() []string {
	words := []string{fmt.Sprintf("%s of %s served", thousands(r.Served()), thousands(r.Acted))}
	add := func(n int64, what string) {
		if n > 0 {
			words = append(words, thousands(n)+" "+what)
		}
	}
	add(r.Evictions(), "evicted")
	add(r.TurnedAway, "turned away")
	add(r.Throttled, "throttled")
	add(r.Refused, "refused")
	if n := r.Errors.Count; n > r.Refused {
		words = append(words, Plural(n, "error", "errors"))
	}
	if did := r.did(); did != "" {
		words = append(words, did)
	}
	for _, reason := range slices.Sorted(maps.Keys(r.Evicted)) {
		add(r.Evicted[reason], "evicted: "+Printable(reason))
	}
	return words
}

// effect returns the p99 of the others with and without the role, the ratio, and of
// how many windows.
func (r *Role) effect() []string {
	if r.Ratio == nil {
		return []string{"–", "–", "–", fmt.Sprintf("%d of %d", len(r.Pairs), RolePairs)}
	}
	return []string{humanDuration(*r.P99With), humanDuration(*r.P99Without), digits3(*r.Ratio), fmt.Sprint(len(r.Pairs))}
}

// undecided returns why there is no ratio.
func (r *Role) undecided() string {
	if r.Windows >= RolePairs { // and too few deliveries in them for a p99
		return "too few lines a window"
	}
	return fmt.Sprintf("%s, %d are needed", Plural(int64(r.Windows), "pair", "pairs"), RolePairs)
}

// talks reports whether one of those who talk has a role.
func (r *Report) talks() bool {
	return slices.ContainsFunc(r.Roles, func(role Role) bool { return role.Talks })
}

// roles shows a line for each role: what it did to the others, and as much as there
// is room for of what became of its own, else with -v.
func (p *page) roles(r *Report, verbose bool) {
	if len(r.Roles) == 0 {
		return
	}
	p.line(figuresRow("roles", "p99 with", "without", "ratio") + "windows, and what became of it")
	for i := range r.Roles {
		role := &r.Roles[i]
		effect := role.effect()
		line := figuresRow("  "+role.Name, effect[:3]...)
		if role.Ratio == nil {
			line = pad("  "+role.Name, indent) + pad(role.undecided(), 3*figureWidth)
		}
		words := role.became()
		n, used := 1, utf8.RuneCountInString(line+words[0])
		for ; n < len(words) && used+len(", ")+utf8.RuneCountInString(words[n]) <= p.columns(); n++ {
			used += len(", ") + utf8.RuneCountInString(words[n])
		}
		p.line(line + strings.Join(words[:n], ", "))
		if verbose {
			p.buf.WriteString("    ")
			p.wrap(4, 4, ", ", slices.Concat([]string{role.who() + " in windows of " + shortTime(role.WindowS), effect[3] + " pairs"}, words[n:]))
		}
	}
}

// roleTable has every figure of each role.
func roleTable(r *Report) *table {
	if len(r.Roles) == 0 {
		return nil
	}
	t := &table{Caption: "Each role: the others' deliveries in windows with it and without, and what became of its chatters", Header: []string{"", "who", "p99 with", "without", "ratio", "pairs",
		"served", "evictions", "throttled", "refused", "errors", "lines", "sent", "read", "windows"}}
	for i := range r.Roles {
		f := &r.Roles[i]
		row := append([]string{f.Name, f.who()}, f.effect()...)
		t.Rows = append(t.Rows, append(row, fmt.Sprintf("%s of %s", thousands(f.Served()), thousands(f.Acted)), thousands(f.Evictions()), thousands(f.Throttled), thousands(f.Refused),
			thousands(f.Errors.Count), thousands(f.Lines), humanBytes(float64(f.BytesSent)), humanBytes(float64(f.BytesRead)), fmt.Sprintf("%d of %s", f.Windows, shortTime(f.WindowS))))
	}
	return t
}

// byRole are the figures that each role has.
var byRole = []struct {
	name string
	kind kind
	get  func(*Role) (float64, bool)
}{
	{"ratio", count, func(r *Role) (float64, bool) {
		if r.Ratio == nil {
			return 0, false
		}
		return *r.Ratio, true
	}},
	{"p99", duration, func(r *Role) (float64, bool) { return known64(r.P99With) }},
	{"p99_without", duration, func(r *Role) (float64, bool) { return known64(r.P99Without) }},
	{"pairs", count, func(r *Role) (float64, bool) { return float64(len(r.Pairs)), true }},
	{"lines", count, counted(func(r *Role) int64 { return r.Lines })},
	{"bytes_sent", size, counted(func(r *Role) int64 { return r.BytesSent })},
	{"bytes_read", size, counted(func(r *Role) int64 { return r.BytesRead })},
	{"served", count, counted((*Role).Served)},
	{"evicted", count, counted((*Role).Evictions)},
	{"throttled", count, counted(func(r *Role) int64 { return r.Throttled })},
	{"refused", count, counted(func(r *Role) int64 { return r.Refused })},
	{"turned_away", count, counted(func(r *Role) int64 { return r.TurnedAway })},
	{"errors", count, counted(func(r *Role) int64 { return r.Errors.Count })},
}

func counted(get func(*Role) int64) func(*Role) (float64, bool) {
	return func(r *Role) (float64, bool) { return float64(get(r)), true }
}

// RoleNames are the roles that there are.
var RoleNames = []string{"slow", "stalled", "dribble", "flood", "noise"}

// ofRole returns the metric of a role's figure: roles.flood.ratio.
func ofRole(name string) (metric, bool) {
	rest, ok := strings.CutPrefix(name, "roles.")
	role, figure, dot := strings.Cut(rest, ".")
	if !ok || !dot || !slices.Contains(RoleNames, role) {
		return metric{}, false
	}
	for _, f := range byRole {
		if f.name != figure {
			continue
		}
		return metric{name: name, kind: f.kind, role: role, get: func(r *Report) (float64, bool) {
			if of := r.role(role); of != nil {
				return f.get(of)
			}
			return 0, false
		}, why: func(r *Report) string {
			if of := r.role(role); of != nil {
				return fmt.Sprintf("not enough windows: %s, and it takes %d", Plural(int64(len(of.Pairs)), "pair", "pairs"), RolePairs)
			}
			return "not measured: nobody had the role " + role
		}}, true
	}
	return metric{}, false
}

// role returns what became of a role; nil if there was none.
func (r *Report) role(name string) *Role {
	for i := range r.Roles {
		if r.Roles[i].Name == name {
			return &r.Roles[i]
		}
	}
	return nil
}

// Role returns the role that the metric is of; empty: of none.
func (m Metric) Role() string { return m.role }

// Bytes writes so many bytes for people who have written that number: 10 kB.
func Bytes(n float64) string {
	unit := "B"
	for _, larger := range []string{"kB", "MB", "GB"} {
		if n < 1000 {
			break
		}
		n, unit = n/1000, larger
	}
	return strconv.FormatFloat(n, 'g', 4, 64) + " " + unit
}
