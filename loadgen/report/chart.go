package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// chart is a drawing for the HTML report: lines in a frame of 1000 by 1000
// units that the page stretches to its width, so that lines keep their weight
// and text its size on a phone as on a wall. All text is beside the drawing.
type chart struct {
	ID     string
	Title  string
	Desc   string // for who cannot see it
	Note   string // below it
	XLabel string
	YLabel string
	XTicks []tick
	YTicks []tick
	Bands  []band
	Shaded string // what the bands are
	Marks  []mark
	Marked string // what the marks are
	Lines  []line
	Tall   bool
	Plain  bool // no dots, however few the points

	x, y axis
}

// tick is a mark on an axis; one that is Minor goes without a label where
// there is little room.
type tick struct {
	At    float64 // percent of the axis
	Label string
	Minor bool
}

// band is a stretch of the x axis that is shaded.
type band struct {
	X, W  float64 // units
	Label string
	At    float64 // percent, of its middle
	Clear bool    // it has a name, and is not marked
}

// mark is an instant of the x axis at which something happened.
type mark struct {
	X     float64 // units
	At    float64 // percent
	Label string
	Note  string // behind the label, where there is room
	Left  bool   // the label is to the left of it
	Row   int    // of labels, so that none hides the one before
}

// line is one curve. Its class says how it looks.
type line struct {
	Path  string
	Class string
	Name  string // in the legend, if any
	Dots  string // path of points, where they are few
}

// unitsOfFrame is how wide and high a chart is in its own units.
const unitsOfFrame = 1000

// axis maps values to places between 0 and 1.
type axis struct {
	lo, hi float64 // of the values; of their logarithms where log
	log    bool
	step   float64 // between ticks, where not log
}

// linear returns an axis from zero to a round number at or above hi.
func linear(hi float64) axis {
	if !(hi > 0) {
		hi = 1
	}
	step := roundStep(hi, 4)
	return axis{0, math.Ceil(hi/step-1e-9) * step, false, step}
}

// timeline returns an axis of seconds.
func timeline(lo, hi float64) axis {
	step := roundStep(hi-lo, 8)
	if hi-lo > 120 {
		step = 60 * max(1, roundStep((hi-lo)/60, 8))
	}
	return axis{lo, hi, false, step}
}

// logarithmic returns an axis that reaches from lo to hi and a little further.
func logarithmic(lo, hi float64) axis {
	if !(lo > 0) {
		lo = 1
	}
	hi = max(hi, lo*1.01)
	a := axis{math.Log10(lo), math.Log10(hi), true, 0}
	if spare := 1 - (a.hi - a.lo); spare > 0 { // less than a decade says nothing
		a.lo, a.hi = a.lo-spare/2, a.hi+spare/2
	}
	margin := 0.04 * (a.hi - a.lo)
	return axis{a.lo - margin, a.hi + margin, true, 0}
}

func (a axis) at(v float64) float64 {
	if a.log {
		v = math.Log10(max(v, 1e-9))
	}
	return min(max((v-a.lo)/(a.hi-a.lo), 0), 1)
}

// roundStep is 1, 2 or 5 times a power of ten, with at most n steps to hi.
func roundStep(hi float64, n int) float64 {
	step := math.Pow(10, math.Floor(math.Log10(hi/float64(n))))
	for _, m := range []float64{1, 2, 5, 10} {
		if hi/(m*step) <= float64(n)+1e-9 {
			return m * step
		}
	}
	return 10 * step
}

// ticks are marks at round values, labelled by name.
func (a axis) ticks(name func(v float64) string) []tick {
	var out []tick
	if !a.log {
		for i := math.Ceil(a.lo/a.step - 1e-9); i*a.step <= a.hi+a.step*1e-9; i++ {
			out = append(out, tick{100 * a.at(i*a.step), name(i*a.step + 0), math.Mod(i, 2) != 0}) // + 0: no minus zero
		}
		return out
	}
	factors := []float64{1}
	if a.hi-a.lo < 3.3 {
		factors = []float64{1, 2, 5}
	}
	every := math.Ceil((a.hi - a.lo) / 6) // decades that are labelled
	for d := math.Floor(a.lo); d <= a.hi; d++ {
		for _, f := range factors {
			v := f * math.Pow(10, d)
			if l := math.Log10(v); l < a.lo || l > a.hi {
				continue
			}
			label := ""
			if math.Mod(d, every) == 0 {
				label = name(v)
			}
			out = append(out, tick{100 * a.at(v), label, f != 1})
		}
	}
	return out
}

// point is a value of a line; one whose y is not a number breaks the line.
type point struct{ x, y float64 }

// fewPoints are so few that each is drawn.
const fewPoints = 70

// add draws a line.
func (c *chart) add(class, name string, points []point) {
	var path, dots strings.Builder
	down, drawn := false, 0
	for _, p := range points {
		if math.IsNaN(p.y) {
			down = false
			continue
		}
		letter := byte('L')
		if !down {
			letter = 'M'
		}
		at := places(c.x.at(p.x), 1-c.y.at(p.y))
		path.WriteByte(letter)
		path.WriteString(at)
		dots.WriteString("M" + at + "h0")
		down = true
		drawn++
	}
	if drawn == 0 {
		return
	}
	l := line{Path: path.String(), Class: class, Name: name}
	if drawn <= fewPoints && !c.Plain {
		l.Dots = dots.String()
	}
	c.Lines = append(c.Lines, l)
}

// bars draws a thin column for each value above zero, moved aside.
func (c *chart) bars(class, name string, aside float64, points []point) {
	var path strings.Builder
	for _, p := range points {
		if p.y > 0 {
			path.WriteString("M" + places(c.x.at(p.x+aside), 1) + "V" + place(1-c.y.at(p.y)))
		}
	}
	if path.Len() > 0 {
		c.Lines = append(c.Lines, line{Path: path.String(), Class: class, Name: name})
	}
}

// part names a stretch of the x axis, and marks it if it is to be shaded.
func (c *chart) part(from, to float64, label string, shaded bool) {
	before := len(c.Bands)
	if c.shade(from, to, label); len(c.Bands) > before {
		c.Bands[before].Clear = !shaded
	}
}

// shade marks a stretch of the x axis.
func (c *chart) shade(from, to float64, label string) {
	lo, hi := c.x.at(from), c.x.at(to)
	if hi <= lo {
		return
	}
	if hi-lo < 0.06 {
		label = "" // no room for it
	}
	c.Bands = append(c.Bands, band{unitsOfFrame * lo, unitsOfFrame * (hi - lo), label, 100 * (lo + hi) / 2, false})
}

// markRows is in how many rows the labels of marks are.
const markRows = 3

// mark marks an instant.
func (c *chart) mark(at float64, label, note string) {
	x := c.x.at(at)
	c.Marks = append(c.Marks, mark{unitsOfFrame * x, 100 * x, label, note, x > 0.5, len(c.Marks) % markRows})
}

func place(share float64) string {
	return strconv.FormatFloat(math.Round(share*unitsOfFrame*10)/10, 'f', -1, 64)
}

func places(x, y float64) string { return place(x) + " " + place(y) }

// shortNumber writes 1500000 as 1.5M.
func shortNumber(v float64) string {
	for _, u := range []struct {
		from float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= u.from {
			return strconv.FormatFloat(v/u.from, 'g', 4, 64) + u.name
		}
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// shortDuration writes a round duration without needless zeros.
func shortDuration(ns float64) string {
	for _, u := range []struct {
		from float64
		name string
	}{{60e9, " min"}, {1e9, " s"}, {1e6, " ms"}, {1e3, " µs"}} {
		if ns >= u.from*(1-1e-9) {
			return strconv.FormatFloat(ns/u.from, 'g', 3, 64) + u.name
		}
	}
	return fmt.Sprintf("%.0f ns", ns)
}

// shortTime writes seconds on a time axis.
func shortTime(s float64) string {
	switch {
	case math.Abs(s) < 120:
		return strconv.FormatFloat(s, 'g', 4, 64) + " s"
	case math.Mod(s, 60) == 0:
		return fmt.Sprintf("%.0f min", s/60)
	}
	return fmt.Sprintf("%.0f:%02.0f", math.Trunc(s/60), math.Abs(math.Mod(s, 60)))
}
