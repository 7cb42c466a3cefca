package report

import (
	"fmt"
	"strings"
)

// Losses are lines that did not come and need not have: the protocol delivers at most
// once. They are counted from the first line on.
type Losses struct {
	Deliveries int64   `json:"deliveries"`       // that some lack, of lines that came to others
	Lines      int64   `json:"lines"`            // of how many lines
	Chatters   int     `json:"chatters"`         // who lack some
	Everywhere int64   `json:"everywhere"`       // lines that came to nobody, not among those
	Closed     int64   `json:"closed,omitempty"` // connections that the server closed as too slow
	Allowed    string  `json:"allowed"`          // what the protocol says of it
	Worst      []Loser `json:"worst"`            // those who lack most, the first of them
}

// Loser is a chatter who lacks deliveries.
type Loser struct {
	Chatter    int    `json:"chatter"`
	Name       string `json:"name"` // that it had
	Deliveries int64  `json:"deliveries"`
}

// parts returns what was lost, for people.
func (l *Losses) parts() (out []string) {
	if l == nil {
		return nil
	}
	if l.Deliveries > 0 {
		at := fmt.Sprintf("%s at %s", Plural(l.Deliveries, "delivery", "deliveries"), Plural(int64(l.Chatters), "chatter", "chatters"))
		if len(l.Worst) > 0 && l.Chatters > 1 {
			at += fmt.Sprintf(", most at %s (%s)", Printable(l.Worst[0].Name), thousands(l.Worst[0].Deliveries))
		} else if len(l.Worst) > 0 {
			at += ", " + Printable(l.Worst[0].Name)
		}
		out = append(out, at)
	}
	if l.Everywhere > 0 {
		out = append(out, Plural(l.Everywhere, "line", "lines")+" for everybody")
	}
	if l.Closed > 0 {
		out = append(out, Plural(l.Closed, "connection", "connections")+" closed as too slow")
	}
	return append(out, "no violation: "+l.Allowed)
}

// sentence returns what was lost in one sentence; empty: nothing.
func (l *Losses) sentence() string {
	parts := l.parts()
	if len(parts) == 0 {
		return ""
	}
	last := len(parts) - 1
	return "Lost: " + strings.Join(parts[:last], "; ") + ". That is " + parts[last] + "."
}

// count returns how much was lost, for a threshold.
func (l *Losses) count() int64 {
	if l == nil {
		return 0
	}
	return l.Deliveries + l.Everywhere
}
