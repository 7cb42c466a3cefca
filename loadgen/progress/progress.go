// Package progress shows people how far a run is: a bar on a terminal, else a
// plain line every tenth. It only reads what a run tells; it counts nothing.
package progress

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
)

// steps of a bar: the joins take the first part, the load the rest.
const (
	steps     = 1000
	joinSteps = 100
)

// Bar gives a function that draws a bar on a terminal, and one that takes it
// away again.
func Bar(w io.Writer, warmup, duration time.Duration) (show func(loadgen.Progress), done func()) {
	bar := progressbar.NewOptions(steps, progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(24),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false), progressbar.OptionClearOnFinish())
	show = func(p loadgen.Progress) {
		bar.Describe(describe(p))
		_ = bar.Set(int(position(p, warmup, duration) * steps))
	}
	return show, func() { _ = bar.Finish() }
}

// Lines gives a function that writes a line whenever another tenth is done.
func Lines(w io.Writer, warmup, duration time.Duration) func(loadgen.Progress) {
	next := 1
	return func(p loadgen.Progress) {
		if tenth := int(position(p, warmup, duration) * 10); tenth >= next {
			next = tenth + 1
			fmt.Fprintf(w, "chatsim: %3d %%  %s\n", tenth*10, describe(p))
		}
	}
}

// position is how much of the whole run is done, 0 to 1.
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

func describe(p loadgen.Progress) string {
	if p.Phase == loadgen.Joining {
		return fmt.Sprintf("%s: %d in the room", p.Phase, p.Joined)
	}
	return fmt.Sprintf("%s: %s sent, %s", p.Phase, report.Plural(p.Sent, "line", "lines"), report.Plural(p.Deliveries, "delivery", "deliveries"))
}
