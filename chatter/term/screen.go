package term

import (
	"bufio"
	"errors"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"chatsim/manager/wire"
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
	unwatch []func()
	keys    *bufio.Reader // owned by who reads
	once    sync.Once     // closed

	tty sync.Mutex // is held while the terminal's settings change, before mu
	// Guarded by tty.
	mode    *term.State // the settings for typing
	resumed time.Time   // when they were last put back after a stop

	mu sync.Mutex
	area
}

func newScreen(in, out *os.File, colour bool) (*screen, error) {
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, err
	}
	s := &screen{in: in, out: out, before: before, colour: colour, keys: bufio.NewReader(in), area: area{out: out, width: usualWidth}}
	s.mode, _ = term.GetState(int(in.Fd()))
	s.resize()
	s.unwatch = []func(){onResize(s.resize), onJobControl(s.suspend, s.resume)}
	return s, nil
}

func (s *screen) close() {
	s.once.Do(func() {
		for _, stop := range s.unwatch {
			stop()
		}
		_ = term.Restore(int(s.in.Fd()), s.before)
		s.mu.Lock()
		defer s.mu.Unlock()
		_ = s.hide()
	})
}

func (s *screen) aside(do func()) {
	var stop func()
	s.change(func() { stop = signals(s.in, s.before) })
	defer func() { s.change(stop) }()
	do()
}

func (s *screen) resize() {
	if w, h, err := term.GetSize(int(s.out.Fd())); err == nil && w > 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		_ = s.resized(w, h) // what is wrong with the terminal, the next print finds too
	}
}

func (s *screen) print(lines []shown) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.above(render(lines, s.colour, s.width))
}

func (s *screen) prompt(p string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.prompted(p)
}

func (s *screen) complete(names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line.setNames(names)
}

func (s *screen) read(remember bool) (string, error) {
	return s.ask(manner{remember: remember})
}

// secret reads a line that is not to be seen, with a prompt of its own.
func (s *screen) secret(prompt string) (string, error) {
	s.mu.Lock()
	usual := string(s.area.prompt)
	s.mu.Unlock()
	s.prompt(prompt)
	defer s.prompt(usual)
	return s.ask(manner{secret: true})
}

// errInterrupted is what Ctrl-C gives in place of a line.
var errInterrupted = errors.New("interrupted")

// ask reads keys until a line is entered; io.EOF says that there will be none.
func (s *screen) ask(how manner) (line string, err error) {
	if err := s.start(how); err != nil {
		return "", err
	}
	for {
		k, err := readKey(s.keys)
		if err != nil {
			return "", err
		}
		if k == keySuspend {
			askToStop()
			continue
		}
		if line, ended, err := s.press(k); ended || err != nil {
			return line, err
		}
	}
}

func (s *screen) start(how manner) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.begin(how)
}

func (s *screen) press(k key) (line string, ended bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pressed(k, s.keys.Buffered() > 0)
}

// manner is how a line is asked for.
type manner struct {
	secret   bool // it is not to be seen
	remember bool // the arrow keys bring it back, and those before it
}

// maxTyped is how many characters a line takes: more cannot be sent.
const maxTyped = wire.DefaultMaxLine

const bell = "\a"
