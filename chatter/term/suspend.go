package term

import (
	"time"

	"golang.org/x/term"
)

// sameStop is how long after a stop that was asked for the news that it is over
// may come.
const sameStop = 50 * time.Millisecond

// change changes the terminal's settings for typing.
func (s *screen) change(do func()) {
	s.tty.Lock()
	defer s.tty.Unlock()
	do()
	if mode, err := term.GetState(int(s.in.Fd())); err == nil {
		s.mode = mode
	}
}

// suspend hands the terminal back as it was, has the program stopped by stop,
// and takes the terminal again when it goes on. What comes in meanwhile waits in
// its connection.
func (s *screen) suspend(stop func()) {
	s.tty.Lock()
	s.mu.Lock()
	_ = s.hide()
	s.mu.Unlock()
	_ = term.Restore(int(s.in.Fd()), s.before)
	s.tty.Unlock()
	stop()
	s.resume()
}

// resume takes the terminal again after the program was stopped, by whatever,
// and draws the line where the cursor is by now. A program in the background
// leaves the terminal alone; it is told when it comes to the foreground.
func (s *screen) resume() {
	s.tty.Lock()
	defer s.tty.Unlock()
	fd := int(s.in.Fd())
	mode, err := term.GetState(fd)
	if err != nil || s.mode == nil || !inForeground(fd) || *mode == *s.mode && time.Since(s.resumed) < sameStop {
		return
	}
	_ = term.Restore(fd, s.mode)
	s.resumed = time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, h, err := term.GetSize(int(s.out.Fd())); err == nil && w > 0 {
		s.width, s.height = w, h
	}
	s.shown, s.from = false, 0
	if s.asked {
		_ = s.show("") // what is wrong with the terminal, the next print finds too
	}
}
