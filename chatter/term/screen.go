package term

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

const (
	clearBelow = "\x1b[J" // from the cursor to the end of the screen
	clearAll   = "\x1b[2J\x1b[H"

	usualWidth = 80 // where the terminal does not tell its own
)

// screen is a terminal at which somebody sits. What comes in is written above
// the line that is being typed. That is drawn anew with each change, in one
// write: nothing else knows where a terminal puts what.
type screen struct {
	in, out *os.File
	before  *term.State
	colour  bool
	unwatch func()
	keys    *bufio.Reader // owned by who reads
	once    sync.Once     // closed

	mu sync.Mutex
	area
}

func newScreen(in, out *os.File, colour bool) (*screen, error) {
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, err
	}
	s := &screen{in: in, out: out, before: before, colour: colour, keys: bufio.NewReader(in), area: area{out: out, width: usualWidth}}
	s.resize()
	s.unwatch = onResize(s.resize)
	return s, nil
}

func (s *screen) close() {
	s.once.Do(func() {
		s.unwatch()
		_ = term.Restore(int(s.in.Fd()), s.before)
		s.mu.Lock()
		defer s.mu.Unlock()
		_ = s.hide()
	})
}

func (s *screen) aside(do func()) {
	_ = term.Restore(int(s.in.Fd()), s.before)
	defer func() { _, _ = term.MakeRaw(int(s.in.Fd())) }()
	do()
}

func (s *screen) resize() {
	if w, _, err := term.GetSize(int(s.out.Fd())); err == nil && w > 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		_ = s.resized(w) // what is wrong with the terminal, the next print finds too
	}
}

func (s *screen) print(lines []shown) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.above(render(lines, s.colour))
}

func (s *screen) prompt(p string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.prompted(p)
}

func (s *screen) read() (string, error) { return s.ask(false) }

// secret reads a line that is not to be seen, with a prompt of its own.
func (s *screen) secret(prompt string) (string, error) {
	s.mu.Lock()
	usual := string(s.area.prompt)
	s.mu.Unlock()
	s.prompt(prompt)
	defer s.prompt(usual)
	return s.ask(true)
}

// ask reads keys until a line is entered; io.EOF says that there will be none.
func (s *screen) ask(secret bool) (string, error) {
	s.mu.Lock()
	err := s.begin(secret)
	s.mu.Unlock()
	for err == nil {
		var k key
		if k, err = readKey(s.keys); err != nil {
			break
		}
		s.mu.Lock()
		line, ended, e := s.pressed(k, s.keys.Buffered() > 0)
		s.mu.Unlock()
		if ended || e != nil {
			return line, e
		}
	}
	return "", err
}

// area is the part of a terminal in which a line is typed, below all that was
// printed.
type area struct {
	out    io.Writer
	width  int // columns
	prompt []rune
	line   editor

	shown  bool // the prompt and the line are to be seen
	secret bool // the line is not
	stale  bool // it has changed since it was drawn
	row    int  // of the area, in which the cursor stands
}

// begin begins a line.
func (a *area) begin(secret bool) error {
	a.secret = secret
	return a.show("")
}

// pressed does what a key asks for; with more to come, it is not drawn yet.
func (a *area) pressed(k key, more bool) (line string, ended bool, err error) {
	switch {
	case k == keyInterrupt, k == keyEnd && len(a.line.text) == 0:
		return "", true, io.EOF
	case k == keyEnter:
		line = a.line.enter(a.secret)
		return line, true, a.hide()
	case k == keyRedraw:
		a.row = 0
		return "", false, a.show(clearAll)
	}
	appends := k >= 0 && a.line.at == len(a.line.text) && !a.stale && !a.secret
	from := a.cursor()
	a.line.press(k)
	if to := a.cursor(); appends && to.row == from.row && to.col > from.col { // nothing else moves
		_, err = io.WriteString(a.out, string(rune(k)))
		return "", false, err
	}
	if a.stale = true; more {
		return "", false, nil
	}
	return "", false, a.show(a.erasing())
}

// above writes text, whole lines, above the area.
func (a *area) above(text string) error {
	text = strings.ReplaceAll(text, "\n", "\r\n")
	if !a.shown {
		_, err := io.WriteString(a.out, text)
		return err
	}
	return a.show(a.erasing() + text)
}

// prompted changes what stands before the line.
func (a *area) prompted(p string) error {
	erase := a.erasing()
	a.prompt = []rune(p)
	if !a.shown {
		return nil
	}
	return a.show(erase)
}

// resized is told a new width, for which the terminal has broken the rows anew.
func (a *area) resized(width int) error {
	a.width = width
	if !a.shown {
		return nil
	}
	a.row = a.cursor().row
	return a.show(a.erasing())
}

// hide takes the area off the terminal.
func (a *area) hide() error {
	if !a.shown {
		return nil
	}
	a.shown = false
	_, err := io.WriteString(a.out, a.erasing())
	return err
}

// erasing goes to the start of the area and clears it.
func (a *area) erasing() string {
	return up(a.row) + "\r" + clearBelow
}

// typed is what is to be seen of the line, up to the cursor and from there on.
func (a *area) typed() (before, after []rune) {
	if a.secret {
		return nil, nil
	}
	return a.line.text[:a.line.at], a.line.text[a.line.at:]
}

// cursor is where the cursor belongs in the area.
func (a *area) cursor() place {
	before, _ := a.typed()
	return place{}.past(a.prompt, a.width).past(before, a.width)
}

// show draws the area behind what is to be written before it.
func (a *area) show(first string) error {
	before, after := a.typed()
	cursor := a.cursor()
	end := cursor.past(after, a.width)
	var b strings.Builder
	b.WriteString(first + string(a.prompt) + string(before) + string(after))
	if end.col == 0 && end.row > 0 {
		b.WriteString("\r\n") // else the cursor stays behind the last column of a full row
	}
	if end != cursor {
		b.WriteString(up(end.row-cursor.row) + "\r")
		if cursor.col > 0 {
			fmt.Fprintf(&b, "\x1b[%dC", cursor.col)
		}
	}
	a.shown, a.stale, a.row = true, false, cursor.row
	_, err := io.WriteString(a.out, b.String())
	return err
}

func up(rows int) string {
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA", rows)
}
