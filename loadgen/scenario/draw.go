package scenario

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"chatsim/loadgen/report"
)

// Draw writes what would happen when, as lines over time that are so many
// columns wide and fit a screen, and below them what each phase has.
func (s *Script) Draw(w io.Writer, width int) error {
	b := drawing{Script: s}
	phases := s.Phases
	length := time.Duration(0)
	lines, leaves := 0.0, 0.0
	for _, p := range phases {
		length += p.For
		if !isMax(p.From) {
			lines += p.lines()
		}
	}
	leaves = s.leavesIn(length)
	about := s.Name
	if s.About != "" {
		about += ": " + s.About
	}
	line := []rune(report.Printable(about))
	if len(line) > width {
		line = append(line[:max(width-1, 0)], '…')
	}
	fmt.Fprintf(&b, "%s\n", string(line))
	sum := []string{users(s.Users, s.Peak(s.Users)), short(length), fmt.Sprintf("%s lines", report.Count(lines))}
	if isMax(s.Rate()) {
		sum[2] = "as many lines as the room takes"
	}
	if s.Think > 0 {
		sum = append(sum, "each thinks "+short(s.Think)+" before each line")
	}
	if leaves >= 1 {
		sum = append(sum, report.Count(leaves)+" leaves")
	}
	fmt.Fprintf(&b, "%s · seed %d\n\n", strings.Join(sum, " · "), s.Seed)
	c := chart{columns: max(width-axis-2, 20), length: length}
	if !isMax(s.Rate()) {
		c.draw(&b.Buffer, "lines/s", 6, func(at time.Duration) float64 { return rateAt(phases, at) })
	}
	c.draw(&b.Buffer, "users", 3, b.usersAt)
	b.roles(c)
	c.name(&b.Buffer, phases)
	b.table()
	_, err := w.Write(b.Bytes())
	return err
}

func users(from, peak int) string {
	if peak > from {
		return fmt.Sprintf("%d to %d users", from, peak)
	}
	return report.Plural(int64(from), "user", "users")
}

// lines returns how many lines the phase has, at a schedule.
func (p *Phase) lines() float64 { return (p.From + p.To) / 2 * p.For.Seconds() }

// axis is how many columns stand before a chart.
const axis = 18

// chart is a drawing of figures over time.
type chart struct {
	columns int
	length  time.Duration
}

// eighths are bars of so many eighths of a row.
var eighths = []rune(" ▁▂▃▄▅▆▇█")

// draw draws a figure: in each column the highest that it is in its time.
func (c chart) draw(b *bytes.Buffer, what string, rows int, at func(time.Duration) float64) {
	const looks = 16 // at each column's time
	values, most := make([]float64, c.columns), 0.0
	for i := range values {
		for k := range looks {
			t := time.Duration((float64(i) + (float64(k)+0.5)/looks) / float64(c.columns) * float64(c.length))
			values[i] = max(values[i], at(t))
		}
		most = max(most, values[i])
	}
	for row := rows - 1; row >= 0; row-- {
		label := ""
		switch row {
		case rows - 1:
			label = fmt.Sprintf("%s %s", what, report.Count(most))
		case 0:
			label = "0"
		}
		fmt.Fprintf(b, "%*s ┤", axis-2, label)
		var line strings.Builder
		for _, v := range values {
			n := 0
			if most > 0 {
				n = int(v/most*float64(rows*8)+0.5) - row*8
			}
			if row == 0 && v > 0 { // what is little can be seen
				n = max(n, 1)
			}
			line.WriteRune(eighths[min(max(n, 0), 8)])
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
}

// drawing is a script as it is drawn.
type drawing struct {
	*Script
	bytes.Buffer
}

// roles draws when each role acts, a row for each.
func (b *drawing) roles(c chart) {
	warm, measured := b.Lengths()
	turns := b.Turns(measured)
	for i := range b.Roles {
		row := []rune(strings.Repeat(" ", c.columns))
		for k := range row {
			at := func(column int) time.Duration {
				return time.Duration(float64(column)/float64(c.columns)*float64(c.length)) - warm
			}
			if slices.ContainsFunc(turns, func(t Turn) bool { return t.Role == i && at(k) < t.Acts.To && at(k+1) > t.Acts.From }) {
				row[k] = '■'
			}
		}
		fmt.Fprintf(b, "%*s ┤%s\n", axis-2, b.Roles[i].Kind, strings.TrimRight(string(row), " "))
	}
}

// name writes below a chart which phase is when, as far as their names fit, and
// the times at which it begins and ends.
func (c chart) name(b *bytes.Buffer, phases []Phase) {
	line := []rune(strings.Repeat("─", c.columns))
	at := time.Duration(0)
	for _, p := range phases {
		from := int(float64(at) / float64(c.length) * float64(c.columns))
		to := int(float64(at+p.For) / float64(c.length) * float64(c.columns))
		at += p.For
		if from >= len(line) {
			break
		}
		line[from] = '├'
		for i, r := range []rune(p.Name) {
			if from+2+len(p.Name) <= to {
				line[from+1+i] = r
			}
		}
	}
	end := short(c.length)
	fmt.Fprintf(b, "%*s %s\n%*s 0s%*s\n", axis-2, "", string(line), axis-2, "", c.columns-2, end)
}

// table writes what each phase has.
func (b *drawing) table() {
	const row = "  %-7s %-7s %-*s %12s %10s %12s %7s  %s\n"
	longest := len("phase")
	for _, p := range b.Phases {
		longest = max(longest, len(p.Name))
	}
	fmt.Fprintf(b, row, "from", "for", longest, "phase", "lines/s", "lines", "users", "leaves", "")
	at, there := time.Duration(0), b.Users
	for _, p := range b.Phases {
		after := there + p.Join - p.Leave
		rate, lines := report.Rate(p.From).String(), "as taken"
		if !isMax(p.From) {
			lines = report.Count(p.lines())
		}
		if p.From != p.To {
			rate += ".." + report.Rate(p.To).String()
		}
		who := fmt.Sprint(there)
		if after != there {
			who += fmt.Sprintf("..%d", after)
		}
		leaves, note := "0", ""
		if n := float64(p.For) / float64(b.churnEvery(p.Churn, p.Leaves, (there+after)/2)); n >= 0.5 {
			leaves = report.Count(n)
		}
		if p.Warm {
			note = "not measured"
		}
		line := fmt.Sprintf(row, short(at), short(p.For), longest, p.Name, rate, lines, who, leaves, note)
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
		at, there = at+p.For, after
	}
	if b.leavesIn(at) >= 0.5 {
		fmt.Fprintf(b, "  who leaves does so by %s\n", b.leavesInWords())
	}
	_, measured := b.Lengths()
	for _, line := range b.rolesInWords(measured) {
		fmt.Fprintf(b, "  %s\n", line)
	}
	for _, e := range b.Expect {
		fmt.Fprintf(b, "  expected: %s\n", e)
	}
}

// rolesInWords returns a line for each role: who does what, and when.
func (b *drawing) rolesInWords(d time.Duration) []string {
	var out []string
	turns := b.Turns(d)
	for i := range b.Roles {
		r := &b.Roles[i]
		who := "one of those who talk"
		if !r.Talks {
			who = report.Plural(int64(r.Of(b.Users)), "chatter more", "chatters more, each")
		}
		n, w := 0, window(r, i, b.parts(d))
		for _, t := range turns {
			if t.Role == i {
				n++
			}
		}
		line := fmt.Sprintf("%s: %s %s, in %s of %s", r.Kind, who, RoleAbout(r), report.Plural(int64(n), "window", "windows"), short(w))
		if r.In != nil {
			line += " in " + strings.Join(r.In, ", ")
		}
		if n < report.RolePairs {
			line += fmt.Sprintf(": %d are needed to tell what it does to others", report.RolePairs)
		}
		out = append(out, line)
	}
	return out
}

func (b *drawing) leavesInWords() string {
	kinds := "FIN, RST, half-close"
	if len(b.Kinds) > 0 {
		kinds = strings.Join(b.File.Leaves.Kinds, ", ")
	}
	if back := 1 - b.Gone; back > 0 {
		return fmt.Sprintf("%s in turns; %.3g%% come back after %s", kinds, back*100, short(b.Away))
	}
	return kinds + " in turns; nobody comes back"
}

// rateAt returns the lines a second at a time.
func rateAt(phases []Phase, at time.Duration) float64 {
	for _, p := range phases {
		if at < p.For {
			return p.From + (p.To-p.From)*float64(at)/float64(p.For)
		}
		at -= p.For
	}
	return 0
}

// usersAt returns how many chatters there are at a time, those who are away for a
// while among them.
func (b *drawing) usersAt(at time.Duration) float64 {
	there := float64(b.Users)
	for _, p := range b.Phases {
		if at < p.For {
			return there + float64(p.Join-p.Leave)*float64(at)/float64(p.For)
		}
		there += float64(p.Join - p.Leave)
		at -= p.For
	}
	return there
}

// short writes 1m0s as 1m.
func short(d time.Duration) string { return report.ShortDuration(d.Round(time.Millisecond).String()) }
