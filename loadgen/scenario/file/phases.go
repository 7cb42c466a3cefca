package file

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"chatsim/loadgen/report"
)

// Phase is a part of the load. Its rate goes from From to To, in lines a second
// of all chatters together; report.Max is the closed model.
type Phase struct {
	Name     string // never empty
	For      time.Duration
	From, To report.Rate
	Rated    bool          // it has a rate of its own; else it goes on with that of the phase before it
	Think    time.Duration // of each chatter before it types a line; 0: it goes on with that of the phase before it
	Warm     bool          // it is not measured
	Join     int           // who come during the phase, evenly
	Leave    int           // who go, likewise
	Kill     int           // servers of the room that are killed as it begins
	Churn    *PerSecond    // who leave, and may come back; nil: as leaves says

	node ast.Node
}

func (f *File) decodePhases(n ast.Node) error {
	return f.Doc.List(n, "phases", func(n ast.Node) error {
		p := Phase{node: n}
		if err := p.decode(f.Doc); err != nil {
			return err
		}
		if p.Name == "" {
			p.Name = fmt.Sprintf("phase%d", len(f.Phases)+1)
		}
		f.Phases = append(f.Phases, p)
		return nil
	})
}

func (p *Phase) decode(d *Doc) error {
	pause := time.Duration(0)
	err := d.Mapping(p.node, "a phase", []Key{
		{"for", d.duration(&p.For)},
		{"rate", d.rates(p)},
		{"think", d.duration(&p.Think)},
		{"name", d.name(&p.Name)},
		{"warm", d.yes(&p.Warm)},
		{"join", d.count(&p.Join, 1, maxCount)},
		{"leave", d.count(&p.Leave, 1, maxCount)},
		{"kill", d.count(&p.Kill, 1, maxKills)},
		{"leaves", func(n ast.Node) error { p.Churn = new(PerSecond); return d.perSecond(p.Churn)(n) }},
		{"pause", d.duration(&pause)},
	})
	switch {
	case err != nil:
		return err
	case pause > 0 && (p.For > 0 || p.Rated || p.Think > 0):
		return d.Error(p.node, "a pause has neither for nor rate nor think", fmt.Sprintf("write { pause: %v }, or { for: %v, rate: 0 }", pause, pause))
	case pause > 0:
		p.For, p.Rated = pause, true
	case p.For > 0 && p.For < shortest:
		return d.Error(p.node, fmt.Sprintf("a phase of %v is over before anything happens", p.For), "write at least 1ms; a moment in which many come is join: with for: 1s")
	case p.For == 0:
		return d.Error(p.node, "a phase of no length", "say how long it lasts, { for: 10s, … }")
	case p.Join > 0 && p.Leave > 0:
		return d.Error(p.node, "in one phase users either join or leave", "make two phases of it; leaves: 1%/s has some leave and come back all the time")
	}
	return nil
}

// maxKills is how many servers are killed at most at the beginning of a phase.
const maxKills = 100

// nameForm is such that a phase can stand before a figure, as in
// spike.delivery.p99, and in a table.
var nameForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,23}$`)

func (d *Doc) name(to *string) func(ast.Node) error {
	return d.value(func(s string) (string, string) {
		*to = s
		if !nameForm.MatchString(s) {
			return "cannot be the name of a phase", "letters, digits, - and _, a letter first, at most 24: spike"
		}
		return "", ""
	})
}

// rates reads 100, max, or 0..100 for a ramp.
func (d *Doc) rates(p *Phase) func(ast.Node) error {
	return d.value(func(s string) (what, hint string) {
		hint = "write lines a second of all together, 100, or 0..100 for a ramp, or max"
		p.Rated = true
		if s == report.Max.String() {
			p.From, p.To = report.Max, report.Max
			return "", ""
		}
		from, to, ramp := strings.Cut(strings.ReplaceAll(s, " ", ""), "..")
		a, what := parseNumber(from, report.MaxRate)
		b := a
		if ramp && what == "" {
			b, what = parseNumber(to, report.MaxRate)
		}
		if full, ok := thousands(s); ok {
			hint = "write it in full: " + full
		}
		if strings.HasSuffix(s, "/s") {
			hint = "write it without the unit: " + strings.TrimSuffix(s, "/s")
		}
		p.From, p.To = report.Rate(a), report.Rate(b)
		return what, hint
	})
}

// thousands returns a number in full that is written like 5k.
func thousands(s string) (full string, ok bool) {
	number, ok := strings.CutSuffix(strings.ToLower(s), "k")
	n, what := parseNumber(number, report.MaxRate/1000)
	return report.Rate(n * 1000).String(), ok && what == ""
}

// shortest is how long a phase is at least.
const shortest = time.Millisecond

// MaxPhases is how many phases a file may have.
const MaxPhases = 100

// checkPhases looks at what phases are together.
func (f *File) checkPhases() error {
	if len(f.Phases) == 0 {
		return nil
	}
	for _, check := range []func() error{f.checkEach, f.checkRates, f.checkThink, f.checkUsers} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// checkEach looks at names, at how many phases there are, and at those that are warm.
func (f *File) checkEach() error {
	d, seen, measured := f.Doc, map[string]bool{}, false
	for i, p := range f.Phases {
		switch {
		case seen[p.Name]:
			return d.Error(p.node, fmt.Sprintf("a second phase %s", p.Name), "give it another name")
		case i >= MaxPhases:
			return d.Error(p.node, fmt.Sprintf("more than %d phases", MaxPhases), "phases in which nothing changes are one that is longer")
		case p.Warm && measured:
			return d.Error(p.node, "a warm phase after one that is measured", "warm phases come first; what is said later is looked at by phase: give this one a name")
		}
		seen[p.Name] = true
		measured = measured || !p.Warm
	}
	if !measured {
		return d.Error(f.Phases[0].node, "all phases are warm, so none is measured", "take warm: true from one of them")
	}
	return nil
}

// checkRates looks whether all phases have rates of one kind, or none has.
func (f *File) checkRates() error {
	first, max := f.Phases[0], 0
	rated := slices.ContainsFunc(f.Phases, func(p Phase) bool { return p.Rated })
	for _, p := range f.Phases {
		if p.From.IsMax() {
			max++
		}
	}
	switch {
	case !first.Rated && f.Thinks() == 0 && rated:
		return f.Doc.Error(first.node, "the first phase has no rate, and a later one has", "write one, { rate: 100, … }: a phase without a rate goes on with that of the phase before it")
	case max > 0 && max < len(f.Phases):
		return f.Doc.Error(first.node, "some phases have a rate, others max", "with max, lines follow those that came back: write it in all phases or in none")
	}
	return nil
}

// Thinks returns how long each chatter thinks first; 0 where there are rates.
func (f *File) Thinks() time.Duration {
	if f.Think == 0 && len(f.Phases) > 0 {
		return f.Phases[0].Think
	}
	return f.Think
}

// checkThink looks whether there are people or rates, and not both.
func (f *File) checkThink() error {
	thinks := f.Think > 0
	for _, p := range f.Phases {
		rate := p.From > 0 || p.To > 0
		switch {
		case rate && p.Think > 0, rate && thinks:
			return f.Doc.Error(p.node, "chatters who think, and a rate of all together", "with think: the rate is what each chatter's own time comes to: take one of them out")
		case p.Think > 0 && f.Thinks() == 0:
			return f.Doc.Error(f.Phases[0].node, "the first phase has no think, and a later one has", "write it before phases:, for those that have none of their own: think: 20s")
		}
		thinks = thinks || p.Think > 0
	}
	return nil
}

// checkUsers looks at how many there are, phase after phase.
func (f *File) checkUsers() error {
	n := f.Users
	if n == 0 {
		return nil // the run knows
	}
	for _, p := range f.Phases {
		n += p.Join - p.Leave
		if n < 1 {
			return f.Doc.Error(p.node, fmt.Sprintf("with this phase there are %d users left, and at least one must talk", max(n, 0)), "have fewer leave, or begin with more users")
		}
		if n > maxCount {
			return f.Doc.Error(p.node, fmt.Sprintf("with this phase there are %d users", n), fmt.Sprintf("at most %d", maxCount))
		}
	}
	return nil
}
