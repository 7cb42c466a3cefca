package flags

import (
	"chatsim/loadgen/report"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// WriteMan writes the manual page, in the language of man(7): the help, and the
// texts of its topics. version stands at its foot.
func (c *Line) WriteMan(w io.Writer, version string) error {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH CHATSIM 1 \"\" %q\n.SH NAME\nchatsim \\- a chat room, and whether it keeps its promises, and how fast\n", version)
	usage, _, _ := strings.Cut(head, "Usage:")
	_, forms, _ := strings.Cut(head, "Usage:\n")
	b.WriteString(".SH SYNOPSIS\n.nf\n" + roff(forms) + ".fi\n.SH DESCRIPTION\n" + roff(usage))
	for _, g := range c.set.groups {
		fmt.Fprintf(&b, ".SH %s\n", strings.ToUpper(g.title))
		for _, name := range g.flags {
			c.set.manFlag(&b, c.set.Lookup(name))
		}
	}
	for _, name := range topicNames() {
		_, text := topic(name)
		fmt.Fprintf(&b, ".SH %s\n.nf\n%s.fi\n", strings.ToUpper(name), roff(text))
	}
	b.WriteString(".SH EXAMPLES\n.nf\n" + roff(tail) + ".fi\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// manFlag writes a flag and its meaning.
func (s *set) manFlag(b *strings.Builder, f *pflag.Flag) {
	value, meaning := pflag.UnquoteUsage(f)
	meaning = strings.TrimPrefix(meaning, value+"|")
	if d := f.DefValue; d != "" && d != "false" && d != "[]" && f.Name != "seed" {
		meaning += " (default " + report.ShortDuration(d) + ")"
	}
	fmt.Fprintf(b, ".TP\n.B \\-%s", strings.ReplaceAll(f.Name, "-", `\-`))
	if value != "" {
		fmt.Fprintf(b, " \\fI%s\\fR", strings.TrimSuffix(roff(value), "\n"))
	}
	b.WriteString("\n" + roff(meaning))
}

// roff is text in which nothing is a command of troff's.
func roff(text string) string {
	text = strings.TrimRight(strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text), "\n") + "\n"
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			b.WriteString(`\&`)
		}
		b.WriteString(line)
	}
	return b.String()
}
