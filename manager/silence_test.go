package manager

import (
	"errors"
	"io"
	"syscall"
	"testing"
	"time"

	"chatsim/manager/wire"
)

// A connection over which nothing has come is reset behind the last words: a browser
// that keeps it for its next request sends that over another one then, and does not take
// the words for the answer.
func TestSilentAreReset(t *testing.T) {
	for _, tt := range []struct {
		name  string
		cfg   Config
		end   func(m *Manager)
		words wire.Reason
	}{
		{"too late", Config{Detect: true, LoginTimeout: 50 * time.Millisecond}, func(*Manager) {}, wire.LoginTimeout},
		{"shutdown", Config{Detect: true}, func(m *Manager) { shut(t, m) }, wire.Shutdown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := New(tt.cfg)
			m.Handle(hello)
			addr := open(t, m)
			silent := dial(t, addr)
			settle(t, func() bool { return m.Stats().Connections == 1 || m.Stats().LoginFailures[tt.words] > 0 })
			tt.end(m)
			want := string(wire.AppendError(nil, tt.words.Text()))
			if words, err := io.ReadAll(silent); string(words) != want || !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("who was silent got %q, %v; want %q and a reset", words, err, want)
			}
		})
	}
}
