// Package screen fits text for people to the terminal that shows it: lines are
// broken between words. What goes to a file or a pipe is left as it is, for
// programs to read. It knows no room and no run.
package screen

import (
	"io"
	"os"
	"strings"
	"sync"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// Columns are those of a terminal that does not tell, and of text that is for
// none.
const Columns = 80

// least is the width below which a terminal breaks the lines itself.
const least = 20

// Terminal returns the file behind w if it is a terminal.
func Terminal(w any) (*os.File, bool) {
	if s, ok := w.(*Writer); ok {
		return s.file, true
	}
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// Width returns the columns of the terminal behind w, as it is now; Columns if
// it is none.
func Width(w any) int {
	f, ok := Terminal(w)
	if !ok {
		return Columns
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return Columns
	}
	return width
}

// CI reports whether a CI service runs the program: nobody looks at a terminal,
// or waits for one. CI=false means that none does, as in other programs.
func CI(getenv func(string) string) bool {
	switch strings.ToLower(strings.TrimSpace(getenv("CI"))) {
	case "", "0", "false", "no", "off", "n", "f":
		return false
	}
	return true
}

// Fit returns a writer to w that breaks lines between words where w is a
// terminal, and w itself where it is not.
func Fit(w io.Writer) io.Writer {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &Writer{out: f, file: f, width: func() int { return Width(f) }}
	}
	return w
}

// Writer breaks lines between words at the width that its terminal has when
// they are written.
type Writer struct {
	out   io.Writer
	file  *os.File
	width func() int

	mu   sync.Mutex
	line line // Guarded by mu.
}

func (s *Writer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	s.line.add(&b, string(p), s.width())
	if _, err := io.WriteString(s.out, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Wrap breaks the lines of a text between words.
func Wrap(text string, width int) string {
	var b strings.Builder
	new(line).add(&b, text, width)
	return b.String()
}

// line is a line of text while it is written.
type line struct {
	at    int    // the column that it has reached
	begun bool   // it has a word, be it one that takes no column
	gap   string // space that is written with the next word
	lead  string // the line so far, as far as it decides the indent
	done  bool   // the indent is known:
	hang  int    // where what does not fit goes on

	margin int // of the line itself
}

// longestLead is how far into a line what decides the indent of its
// continuation is looked for.
const longestLead = 40

func (l *line) add(b *strings.Builder, text string, width int) {
	for text != "" {
		n := strings.IndexAny(text, " \n")
		switch {
		case n < 0:
			n = len(text)
		case n == 0 && text[0] == '\n':
			b.WriteByte('\n')
			*l = line{}
			text = text[1:]
			continue
		case n == 0:
			l.gap += " "
			text = text[1:]
			continue
		}
		l.word(b, text[:n], width)
		text = text[n:]
	}
}

// word writes a word, on the next line if this one has no room for it.
func (l *line) word(b *strings.Builder, word string, width int) {
	l.indent(width)
	size := uniseg.StringWidth(visible(word))
	hang := l.hang
	if hang+size > width {
		hang = l.margin // the word has more room there
	}
	follows := l.at > hang || l.at == hang && l.begun
	if follows && l.at+len(l.gap)+size > width && width >= least {
		b.WriteString("\n" + strings.Repeat(" ", hang))
		l.at, l.gap, l.done = hang, "", true
	}
	b.WriteString(l.gap + word)
	l.at, l.begun = l.at+len(l.gap)+size, true
	if !l.done {
		l.lead += l.gap + word
	}
	l.gap = ""
}

// indent finds out where a continuation stands: below what follows "chatsim: "
// or "hint: ", or below the second of two columns, or below the line's own
// indent.
func (l *line) indent(width int) {
	if l.done {
		return
	}
	margin := len(l.lead) + len(l.gap)
	switch {
	case l.lead == "":
		l.hang, l.margin = len(l.gap), len(l.gap)
	case margin > longestLead || margin > width/2:
		l.done = true
	case l.gap == " " && strings.HasSuffix(l.lead, ":") && !strings.Contains(l.lead, " "), len(l.gap) > 1:
		l.hang, l.done = margin, true
	}
}

// visible returns a word without the codes that colour it.
func visible(word string) string {
	for {
		before, code, ok := strings.Cut(word, "\x1b[")
		if !ok {
			return word
		}
		_, after, ok := strings.Cut(code, "m")
		if !ok {
			return before
		}
		word = before + after
	}
}
