package launch

import (
	"bytes"
	"sync"
)

// lastWords is how much of what a program says is kept, in bytes.
const lastWords = 4000

// tail keeps the last of what is written to it. It is safe for concurrent use.
type tail struct {
	mu sync.Mutex
	// Guarded by mu.
	text []byte
	cut  bool // the first line is not whole
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p[max(0, len(p)-2*lastWords):]...)
	if over := len(t.text) - 2*lastWords; over > 0 {
		t.text, t.cut = append(t.text[:0], t.text[over:]...), true
	}
	return len(p), nil
}

// String returns the last lines, the first of them whole where it can be.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := t.text
	if len(text) > lastWords {
		text = text[len(text)-lastWords:]
	} else if !t.cut {
		return string(text)
	}
	if _, whole, ok := bytes.Cut(text, []byte("\n")); ok && len(whole) > 0 {
		text = whole
	}
	return string(text)
}
