package term

import (
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/term"
)

// clearRow clears from the cursor to the end of its row.
const clearRow = "\x1b[K"

// screen is a terminal at which somebody sits. What comes in is written above
// the line that is being typed.
type screen struct {
	in, out *os.File
	before  *term.State
	t       *term.Terminal
	colour  bool
	unwatch func()
	once    sync.Once // closed

	// What is typed is shown again when it comes back from the room, so the
	// line that was sent is wiped. wipe is the writer that the terminal uses.
	wipe wiper
}

func newScreen(in, out *os.File, colour bool) (*screen, error) {
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, err
	}
	s := &screen{in: in, out: out, before: before, colour: colour}
	s.wipe.out = out
	s.t = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, &s.wipe}, "")
	s.t.AutoCompleteCallback = s.wipe.key
	s.resize()
	s.unwatch = onResize(s.resize)
	return s, nil
}

func (s *screen) close() {
	s.once.Do(func() {
		s.unwatch()
		_ = term.Restore(int(s.in.Fd()), s.before)
		_, _ = io.WriteString(s.out, "\r"+clearRow)
	})
}

func (s *screen) aside(do func()) {
	_ = term.Restore(int(s.in.Fd()), s.before)
	defer func() { _, _ = term.MakeRaw(int(s.in.Fd())) }()
	do()
}

func (s *screen) resize() {
	if w, h, err := term.GetSize(int(s.out.Fd())); err == nil && w > 0 {
		s.wipe.width.Store(int64(w))
		_ = s.t.SetSize(w, h)
	}
}

func (s *screen) print(lines []shown) error {
	s.wipe.printing.Store(true)
	defer s.wipe.printing.Store(false)
	_, err := s.t.Write([]byte(render(lines, s.colour)))
	return err
}

func (s *screen) read() (string, error) { return s.t.ReadLine() }

func (s *screen) prompt(p string) {
	s.wipe.prompt.Store(int64(utf8.RuneCountInString(p)))
	s.t.SetPrompt(p)
}

func (s *screen) secret(prompt string) (string, error) { return s.t.ReadPassword(prompt) }

// wiper takes the line break that ends a typed line for a wish to wipe it, if
// the line surely stands in one row. And where the terminal clears the row for
// what comes in, it clears all of it: the terminal counts a column for each
// character, and some take two.
type wiper struct {
	out      io.Writer
	printing atomic.Bool
	width    atomic.Int64 // columns
	prompt   atomic.Int64 // characters
	typed    atomic.Int64 // characters, at the least twice as wide
}

// key notes how long the line gets.
func (w *wiper) key(line string, pos int, key rune) (string, int, bool) {
	w.typed.Store(int64(utf8.RuneCountInString(line)) + 1)
	return "", 0, false
}

func (w *wiper) Write(b []byte) (int, error) {
	text, entered := strings.CutSuffix(string(b), "\r\n")
	switch {
	case w.printing.Load() && strings.HasSuffix(text, clearRow):
		if _, err := io.WriteString(w.out, "\r"+text); err != nil {
			return 0, err
		}
		return len(b), nil
	case !entered || w.printing.Load():
		return w.out.Write(b)
	}
	room := w.width.Load()
	if 2*(w.prompt.Load()+w.typed.Swap(0)) >= room {
		return w.out.Write(b)
	}
	if _, err := io.WriteString(w.out, text+"\r"+clearRow); err != nil {
		return 0, err
	}
	return len(b), nil
}
