// Package progress shows people how far a run is: a bar on a terminal, else a
// plain line every tenth, and what speaks against the server as soon as it is
// seen. It only reads what a run tells; it counts nothing.
package progress

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/schollz/progressbar/v3"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
)

// steps of a bar: the joins take the first part, the load the rest.
const (
	steps     = 1000
	joinSteps = 100
)

// Columns of a bar, and of what the library writes around it: the percentage,
// its frame and spaces.
const (
	widest   = 24
	thinnest = 4
	around   = 11
)

// Bar returns a function that draws a bar on a terminal, as wide as that is at
// the time, and one that takes it away again.
func Bar(w io.Writer, width func() int, warmup, duration time.Duration) (show func(loadgen.Progress), done func()) {
	d := &drawn{w: w}
	show = func(p loadgen.Progress) {
		d.fit(width(), describe(p))
		d.bar.Describe(d.words)
		_ = d.bar.Set(min(int(position(p, warmup, duration)*steps), steps-1)) // a full bar takes itself away
	}
	return show, func() { d.clear(width()) }
}

// drawn is a bar on a terminal.
type drawn struct {
	w     io.Writer
	bar   *progressbar.ProgressBar
	width int    // of the terminal when it was made
	size  int    // of the bar
	words string // beside it
}

// fit makes the bar anew where the terminal's width or the length of the words
// asks for another size. It leaves the last column free: a terminal may go on
// to the next line behind it.
func (d *drawn) fit(width int, forms []string) {
	for _, d.words = range forms {
		if utf8.RuneCountInString(d.words)+around+thinnest < width {
			break
		}
	}
	size := min(max(width-1-around-utf8.RuneCountInString(d.words), thinnest), widest)
	if d.bar != nil && d.width == width && d.size == size {
		return
	}
	d.clear(width)
	d.width, d.size = width, size
	d.bar = progressbar.NewOptions(steps, progressbar.OptionSetWriter(d.w), progressbar.OptionSetWidth(size),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false), progressbar.OptionClearOnFinish())
}

// clear empties the line that the bar is on, also of what a terminal that has
// become wider has put behind it.
func (d *drawn) clear(width int) {
	if d.bar != nil {
		fmt.Fprintf(d.w, "\r%s\r", strings.Repeat(" ", max(0, width-1)))
	}
}

// Lines returns a function that writes a line whenever another tenth is done,
// at the first suspicion, at the first violation and when a server has died.
func Lines(w io.Writer, warmup, duration time.Duration) func(loadgen.Progress) {
	next, known, dead := 1, 0, 0
	return func(p loadgen.Progress) {
		at := position(p, warmup, duration)
		tenth, percent := int(at*10), int(at*100)
		grave := gravity(p)
		switch {
		case tenth >= next:
			percent = tenth * 10
		case grave <= known && len(p.Deaths) <= dead:
			return
		}
		next, known, dead = max(next, tenth+1), max(known, grave), len(p.Deaths)
		fmt.Fprintf(w, "chatsim: %3d %%  %s\n", percent, describe(p)[0])
	}
}

// stage returns which phase of the scenario a run is in, and how far that is.
func stage(p loadgen.Part) string {
	at := p.At.Truncate(time.Second)
	return fmt.Sprintf("%s, phase %d of %d, %v of %s", p.Name, p.Number, p.Of, at, report.ShortDuration(p.For.String()))
}

// with returns which roles act, and how many of their chatters were put out; empty
// for none.
func with(roles []loadgen.Acting) string {
	var words []string
	for _, a := range roles {
		word := a.Role
		if a.Evicted > 0 {
			word = fmt.Sprintf("%s (%d evicted)", a.Role, a.Evicted)
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return ""
	}
	return ", with " + strings.Join(words, " and ")
}

// without returns which servers have died, and how long a silence each made; empty for
// none.
func without(deaths []loadgen.Death) string {
	var words []string
	for _, d := range deaths {
		how := "died"
		if d.Killed {
			how = "killed"
		}
		words = append(words, fmt.Sprintf("%s (%s, %v of silence)", report.Printable(d.Addr), how, d.Silence.Round(10*time.Millisecond)))
	}
	if len(words) == 0 {
		return ""
	}
	return ", without " + strings.Join(words, " and ")
}

// fewer is without in few words.
func fewer(deaths []loadgen.Death) string {
	if len(deaths) == 0 {
		return ""
	}
	return ", " + report.Plural(int64(len(deaths)), "server", "servers") + " dead"
}

// gravity returns how much speaks against the server: nothing, a suspicion, or a
// violation.
func gravity(p loadgen.Progress) int {
	switch {
	case p.Violations > 0:
		return 2
	case p.Suspected:
		return 1
	}
	return 0
}

// position returns how much of the whole run is done, 0 to 1.
func position(p loadgen.Progress, warmup, duration time.Duration) float64 {
	const join = float64(joinSteps) / steps
	warm := (1 - join) * float64(warmup) / float64(max(1, warmup+duration))
	switch p.Phase {
	case loadgen.Joining:
		return join * p.Done
	case loadgen.Warming:
		return join + warm*p.Done
	case loadgen.Loading:
		return join + warm + (1-join-warm)*p.Done
	}
	return 1
}

// describe returns how a run stands, in words: from all of them to the fewest.
func describe(p loadgen.Progress) []string {
	against, shortly, fewest := "", "", ""
	switch {
	case p.Violations > 0:
		shortly = report.Plural(p.Violations, "VIOLATION", "VIOLATIONS") + " "
		against = shortly + "so far (" + strings.Join(p.Violated, ", ") + "), "
		fewest = fmt.Sprintf("%d!", p.Violations)
	case p.Suspected:
		shortly, fewest = "SUSPICION ", "?!"
		against = "SUSPECTED VIOLATION, the end decides, "
	}
	phase := string(p.Phase)
	if p.Phase == loadgen.Joining {
		return []string{fmt.Sprintf("%s%s: %d in the room", against, phase, p.Joined), fmt.Sprintf("%s%d joined", shortly, p.Joined), strings.TrimSpace(shortly), fewest}
	}
	if p.Part.Name != "" {
		phase = stage(p.Part)
	}
	deliveries := report.Plural(p.Deliveries, "delivery", "deliveries")
	lines := report.Plural(p.Sent, "line", "lines")
	return []string{
		fmt.Sprintf("%s%s%s%s: %s sent, %s", against, phase, with(p.Acting), without(p.Deaths), lines, deliveries),
		fmt.Sprintf("%s%s%s: %s sent, %s", against, phase, fewer(p.Deaths), lines, deliveries),
		fmt.Sprintf("%s%s%s: %s", against, phase, fewer(p.Deaths), deliveries),
		fmt.Sprintf("%s%s", shortly, deliveries),
		fmt.Sprintf("%s%s", shortly, phase),
		strings.TrimSpace(shortly), fewest,
	}
}
