package report

import "fmt"

// Loss is a server of several that died during the run, whose chatters came back at
// another.
type Loss struct {
	Addr     string  `json:"addr"`
	Killed   bool    `json:"killed"` // by the run
	AtS      float64 `json:"at_s"`   // since the measured part began
	Chatters int64   `json:"chatters"`
	Back     int64   `json:"back"`   // of them, who came back,
	BackS    float64 `json:"back_s"` // the last of them so long after it

	Leaves    int64   `json:"leaves"` // of them, of which the others were told,
	FirstS    float64 `json:"first_s"`
	LastS     float64 `json:"last_s"`  // so long after it,
	LimitS    float64 `json:"limit_s"` // and may have been at the latest
	SilenceS  float64 `json:"silence_s"`
	SilenceOf float64 `json:"silence_before_s"` // the longest time in which nobody got a line, until the next loss, and before the first

	// The delivery's p99 in the phase before the one in which it died, and in the one
	// after that; nil where there are no such phases, or too few samples.
	P99Before *int64 `json:"p99_before_ns,omitempty"`
	P99After  *int64 `json:"p99_after_ns,omitempty"`
}

// died tells in words which server died, and whether by the run.
func (l *Loss) died() string {
	if l.Killed {
		return Printable(l.Addr) + " was killed"
	}
	return Printable(l.Addr) + " died"
}

// how tells in words how a server died, and what came of its chatters.
func (l *Loss) how() string {
	text := fmt.Sprintf("%s after %s with %s in", l.died(), inSeconds(l.AtS), Plural(l.Chatters, "chatter", "chatters"))
	if l.Back == 0 {
		return text + ", none of whom came back"
	}
	return fmt.Sprintf("%s, %s back after %s", text, thousands(l.Back), inSeconds(l.BackS))
}

// told tells in words when the others learned of it.
func (l *Loss) told() string {
	if l.Leaves == 0 {
		return "nobody was told of a leave"
	}
	return fmt.Sprintf("leaves told after %s to %s, of %s at most", inSeconds(l.FirstS), inSeconds(l.LastS), inSeconds(l.LimitS))
}

// others tells in words how those fared who stayed.
func (l *Loss) others() (parts []string) {
	parts = []string{fmt.Sprintf("longest silence %s, before %s", inSeconds(l.SilenceS), inSeconds(l.SilenceOf))}
	if l.P99Before != nil && l.P99After != nil {
		parts = append(parts, fmt.Sprintf("delivery p99 %s, before %s", humanDuration(*l.P99After), humanDuration(*l.P99Before)))
	}
	return parts
}

func inSeconds(s float64) string { return humanDuration(int64(s * 1e9)) }

func (p *page) losses(all []Loss) {
	for i := range all {
		p.row("failover", append([]string{all[i].how(), all[i].told()}, all[i].others()...)...)
	}
}

// lossSentences tell of each server that died.
func lossSentences(all []Loss) (out []string) {
	for i := range all {
		l := &all[i]
		text := l.how() + "; " + l.told()
		for _, part := range l.others() {
			text += "; " + part
		}
		out = append(out, text+".")
	}
	return out
}

// lost returns a figure of the servers that died, the largest of all.
func lost(get func(*Loss) float64) func(*Report) (float64, bool) {
	return func(r *Report) (most float64, ok bool) {
		for i := range r.Losses {
			most, ok = max(most, get(&r.Losses[i])*1e9), true
		}
		return most, ok
	}
}
