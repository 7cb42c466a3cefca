package report

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// TextOptions are how much Text says, and for whom.
type TextOptions struct {
	Verbose bool // every check, threshold and latency, and the environment
	Color   bool // for a terminal
	Width   int  // of the terminal, in columns; 0: none, a file or a pipe
}

// Text writes the report for people: the verdict first, on a screen of 80 by
// 24 where nothing failed.
func Text(w io.Writer, r *Report, opt TextOptions) error {
	p := &page{color: opt.Color, width: opt.Width}
	word, parts := r.headline()
	p.word(r.Verdict, word)
	p.buf.WriteString("  ")
	p.wrap(len(word)+2, 8, " ", parts)
	if r.Conformance {
		p.stories(r, opt.Verbose)
	} else {
		p.checks(r, opt.Verbose)
	}
	p.thresholds(r, opt.Verbose)
	p.joins(r)
	if !r.Conformance {
		p.load(r)
	}
	p.errors(r, opt.Verbose)
	p.latency(r, opt.Verbose)
	p.phases(r)
	p.losses(r.Losses)
	p.roles(r, opt.Verbose)
	p.isolation(r)
	p.limits(r, opt.Verbose)
	p.calibration(r.Calibration, opt.Verbose)
	p.server(r.Server)
	p.find(r.Find)
	for _, warning := range r.Warnings {
		p.buf.WriteString(pad("warning", indent))
		p.wrap(indent, indent, " ", strings.Fields(warning))
	}
	if r.Reproduce != "" {
		p.command("reproduce", r.Reproduce)
	}
	_, err := io.WriteString(w, p.text())
	return err
}

// Quiet writes the verdict alone, on one line.
func Quiet(w io.Writer, r *Report) error {
	p := &page{}
	word, parts := r.headline()
	p.line(word + "  " + strings.Join(parts, " "))
	_, err := w.Write(p.buf.Bytes())
	return err
}

func (p *page) joins(r *Report) {
	joined := thousands(r.Joined)
	if r.Renamed > 0 {
		joined += " (" + thousands(r.Renamed) + " renamed)"
	}
	left := thousands(r.Left) + " left"
	if r.Left > 0 {
		by := r.LeftBy
		left += fmt.Sprintf(": %s FIN, %s RST, %s half-close", thousands(by.FIN), thousands(by.RST), thousands(by.HalfClose))
		if by.Vanish > 0 {
			left += ", " + thousands(by.Vanish) + " vanished"
		}
		if by.Lost > 0 {
			left += ", " + thousands(by.Lost) + " with their server"
		}
	}
	evicted := thousands(r.evictions()) + " evicted"
	var reasons []string
	for _, reason := range slices.Sorted(maps.Keys(r.Evicted)) {
		if n := r.Evicted[reason]; n > 0 {
			reasons = append(reasons, thousands(n)+" "+reason)
		}
	}
	if len(reasons) > 0 {
		evicted += ": " + strings.Join(reasons, ", ")
	}
	p.row("joins", joined, left, evicted)
}

func (p *page) load(r *Report) {
	scenario := ""
	if r.Config.Scenario != "" {
		scenario = "scenario " + r.Config.Scenario
	}
	if r.Config.Rate.IsMax() {
		scenario += fmt.Sprintf(", %s under way", thousands(int64(r.Config.Inflight)))
	}
	if r.Config.ThinkS > 0 {
		scenario += ", each thinks " + seconds(r.Config.ThinkS) + " before each line"
	}
	p.row("load", Plural(r.Sent, "line", "lines")+" sent, "+perSecond(r.SentPerS),
		Plural(r.Deliveries, "delivery", "deliveries")+", "+perSecond(r.DeliveriesPerS)+", "+humanBytes(r.BytesPerS)+"/s", scenario)
}

// shownErrors is how many kinds of errors are shown without -v.
const shownErrors = 3

// errors shows what the server said in errors, but for the one that is the
// right answer to a line for somebody who has left, if there is nothing else.
func (p *page) errors(r *Report, verbose bool) {
	if r.Refused > 0 {
		p.row("refused", thousands(r.Refused)+" of "+Plural(r.Sent, "line", "lines"))
	}
	if parts := r.Lost.parts(); len(parts) > 0 {
		p.row("lost", parts...)
	}
	if parts := r.Strays.parts(verbose); len(parts) > 0 {
		p.row("strays", parts...)
	}
	var kinds []string
	for _, k := range r.Errors.Kinds {
		if verbose || !k.normal() {
			kinds = append(kinds, thousands(k.Count)+` × "`+shorten(k.Text, longest/4)+`"`)
		}
	}
	rest := r.Errors.Others
	if shown := kinds[:min(len(kinds), shownErrors)]; !verbose && rest+int64(len(kinds)-len(shown)) > 0 {
		kinds = append(shown, "and others, which -v and -json show")
	} else if rest > 0 {
		kinds = append(kinds, thousands(rest)+" of further kinds")
	}
	if len(kinds) > 0 {
		p.row("errors", kinds...)
	}
}

// briefly are the latencies that are shown without -v, with a remark.
var briefly = map[string]string{"delivery": "", "last": "last receiver", "join": "", "leave": "until all know"}

func (p *page) latency(r *Report, verbose bool) {
	header := false
	shown := p.percentiles()
	for _, l := range latencies {
		remark, brief := briefly[l.name]
		lat := l.get(&r.Latency)
		if lat == nil || !brief && !verbose {
			continue
		}
		if !header {
			p.line(strings.TrimRight(shown("latency", "p50", "p90", "p99", "p99.9", "max"), " "))
			header = true
		}
		row := shown("  "+strings.TrimPrefix(l.name, "delivery_"), humanPercentile(lat.P50), humanPercentile(lat.P90),
			humanPercentile(lat.P99), humanPercentile(lat.P999), humanDuration(lat.Max))
		if remark = "(" + remark + ")"; remark != "()" && (p.width == 0 || utf8.RuneCountInString(row+remark) <= p.width) {
			row += remark
		}
		p.line(strings.TrimRight(row, " "))
	}
}

func (p *page) isolation(r *Report) {
	switch iso := r.Isolation; {
	case iso == nil || r.talks(): // or the role says it
	case iso.OneStalledP99 == nil:
		p.row("isolation", "too few deliveries to compare")
	default:
		p.row("isolation", "delivery p99 "+humanDuration(*iso.OneStalledP99)+" while one chatter did not read, "+
			humanDuration(*iso.AllReadP99)+" while all did",
			"medians of "+Plural(int64(len(iso.Pairs)), "pair", "pairs")+" of "+humanDuration(int64(iso.WindowS*1e9)))
	}
}

func (p *page) calibration(c *Calibration, verbose bool) {
	if c == nil {
		return
	}
	if c.Skipped != "" {
		if verbose {
			p.row("ceiling", "not measured: "+c.Skipped)
		}
		return
	}
	parts := c.shares()
	if verbose {
		parts = append(parts, c.how()...)
	}
	p.row("ceiling", parts...)
}

// humanShare has two digits also where there is little.
func humanShare(v float64) string {
	if v > 0 && v < 0.001 {
		return "under 0.001"
	}
	if v > 0 && v < 0.1 {
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	return digits3(v)
}

func (p *page) find(f *Find) {
	if f == nil {
		return
	}
	t := f.terms()
	p.row(strings.Replace(t.flag, "-", " ", 1), t.all)
	p.line("  " + pad(t.column, 12) + "p50       p99       deliveries/s")
	for _, s := range f.Steps {
		word := "holds"
		if !s.Holds {
			word = s.Why
		}
		row := "  " + pad(f.amount(&s), 12) + pad(humanPercentile(s.P50), 10) + pad(humanPercentile(s.P99), 10) +
			pad(thousands(int64(s.DeliveriesPerS)), 14)
		p.buf.WriteString(row)
		p.wrap(utf8.RuneCountInString(row), utf8.RuneCountInString(row), " ", strings.Fields(word))
	}
}

// percentiles returns how a latency's row is written: with as many of its five
// figures as there is room for, the tail rather than the middle.
func (p *page) percentiles() func(label string, p50, p90, p99, p999, max string) string {
	return func(label string, p50, p90, p99, p999, max string) string {
		switch room := (p.columns() - indent) / figureWidth; {
		case room >= 5:
			return figuresRow(label, p50, p90, p99, p999, max)
		case room == 4:
			return figuresRow(label, p50, p90, p99, max)
		}
		return figuresRow(label, p50, p99, max)
	}
}

const figureWidth = 9 // of a column of figures

func figuresRow(label string, figures ...string) string {
	row := pad(label, indent)
	for _, f := range figures {
		row += pad(f, figureWidth-1) + " "
	}
	return row
}

func (p *page) limits(r *Report, verbose bool) {
	if r.CutBy != "" && r.Resources == (Resources{}) {
		return // of a saved run without its end
	}
	cores := r.Environment.CPUs
	if n := r.Environment.GOMAXPROCS; n > 0 && n < cores {
		cores = n
	}
	share := "both ends share "
	if r.Config.Target != "" {
		share = "this end has "
	}
	share += Plural(int64(cores), "core", "cores")
	if r.Resources.CoresUsed > 0 {
		share += ": " + digits3(r.Resources.CoresUsed) + " used"
	}
	lag, limited := "no schedule at -rate max", ""
	if r.Generator.Applicable {
		lag = "schedule lag p99 " + humanDuration(r.Generator.ScheduleLagP99)
		limited = "not generator-limited"
		if r.Generator.Limited {
			limited = "GENERATOR-LIMITED"
		}
	}
	programs := ""
	if s := r.Resources.DialectS; s > 0 && r.Resources.CPUS > 0 {
		programs = "the dialect's programs took " + FormatPercentage(math.Round(100*min(s/r.Resources.CPUS, 1))/100) + " of it"
	}
	p.row("limits", share, lag, limited, programs)
	if !verbose {
		return
	}
	res := r.Resources
	p.row("resources", digits3(res.CPUS)+" s CPU", humanBytes(float64(res.MaxRSSBytes))+" at most",
		"longest GC pause "+humanDuration(res.GCPauseMax), Plural(int64(res.GoroutinesMax), "goroutine", "goroutines"))
	env := r.Environment
	p.row("machine", env.CPUModel, env.OS+"/"+env.Arch, env.Go, env.Commit)
}
