package flags

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"chatsim/loadgen/report"
	"chatsim/manager/screen"
)

const head = `chatsim runs a chat room and many scripted chatters over real sockets, checks
every delivery while the load runs, and says whether everyone saw the same
conversation, and how fast.

Usage:
  chatsim [flags]                     simulate, with a room in this process
  chatsim -target HOST:PORT [flags]   the same against a running server
  chatsim -compare OLD.json,NEW.json  say whether the new runs are worse
  chatsim -judge FILE                 judge a saved run again
  chatsim -serve [-listen ADDR]       run the room as a live server
  chatsim -join HOST:PORT -name NAME  talk in it from a terminal
`

const tail = `
Examples:
  chatsim -users 500 -duration 30s
  chatsim -users 500 -rate max -threshold 'delivery.p99<50ms' -json report.json
  chatsim -users 500 -repeat 5 -json baseline.json
  chatsim -users 500 -baseline baseline.json
  chatsim -find-rate 'delivery.p99<100ms'
  chatsim -serve -listen 127.0.0.1:9999
  chatsim -join 127.0.0.1:9999 -name Ann

Flags work with one dash or two. The environment has them too, for whatever the
command line does not say: CHATSIM_USERS=500, CHATSIM_ALLOW_HOST=a.org,b.org.

Exit codes:
  0 passed · 1 a check failed · 2 usage, or the run could not start
  3 inconclusive · 99 the checks passed, but a threshold was not met, no rate
  was found, or the runs are worse than those they were compared with
  130 interrupted, with the report so far · 70 a bug in chatsim
`

const (
	longest = 100 // columns of a line that is easily read
	hanging = 22  // column of a flag's meaning
)

// Usage writes the help that is asked for, for a screen of so many columns.
func (c *Line) Usage(w io.Writer, width int) error {
	var b strings.Builder
	if c.Topic != "" {
		c.set.about(&b, c.Topic)
	} else {
		c.set.all(&b)
	}
	_, err := io.WriteString(w, screen.Wrap(b.String(), min(width, longest)))
	return err
}

// all writes what there is, but for the topics' texts.
func (s *set) all(b *strings.Builder) {
	b.WriteString(head)
	for _, g := range s.groups {
		fmt.Fprintf(b, "\n%s:\n", g.title)
		for _, name := range g.flags {
			s.describe(b, s.Lookup(name))
		}
	}
	b.WriteString(tail)
	listTopics(b)
}

// line returns a flag's help on one line, as a hint.
func (s *set) line(f *pflag.Flag) string {
	var b strings.Builder
	s.describe(&b, f)
	return strings.Join(strings.Fields(b.String()), " ")
}

// describe writes a flag, its value and its meaning, wrapped.
func (s *set) describe(b *strings.Builder, f *pflag.Flag) {
	value, meaning := pflag.UnquoteUsage(f)
	meaning = strings.TrimPrefix(meaning, value+"|")
	names := "-" + f.Name
	if f.Shorthand != "" {
		names = "-" + f.Shorthand + ", " + names
	}
	b.WriteString("  ")
	at := 2
	for _, word := range []string{names, value} {
		if word != "" {
			b.WriteString(word + " ")
			at += len(word) + 1
		}
	}
	b.WriteString(strings.Repeat(" ", max(1, hanging-at)))
	if d := f.DefValue; d != "" && d != "false" && d != "[]" && f.Name != "seed" {
		meaning += " (default " + report.ShortDuration(d) + ")"
	}
	b.WriteString(meaning)
	b.WriteByte('\n')
}
