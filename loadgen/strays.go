package loadgen

import (
	"fmt"
	"sync/atomic"
	"time"

	"chatsim/chatter/dialect"
	"chatsim/loadgen/report"
	"chatsim/manager/wire"
)

// What a server sends beside the frames of its room is allowed: objects without a key
// that anybody knows, pings, empty messages. It is read and thrown away. Where there is
// very much of it, it takes the time of both ends, which the report says.
const (
	strayLeast = 1 << 20  // bytes that a chatter gets of it before that is worth a word,
	strayRate  = 16 << 10 // and so many more for each second
	strayFrame = 4 << 10  // what comes with a line and is no more than this is taken for its envelope
)

// strays are what all chatters got of it.
type strays struct {
	bytes atomic.Int64
	stays atomic.Int64 // that got too much
}

// astray are what a stay got of it. The goroutine that reads owns it.
type astray struct {
	bytes   int64
	tooMuch bool
}

// stray counts the bytes that were decoded to a frame, or to none yet, as far as they
// are none of the room's.
func (b *batch) stray(f *Frame, n int, err error) {
	switch {
	case err == dialect.ErrShort:
		b.strays += int64(n)
	case err == nil && f.Kind == wire.Unknown:
		b.strays += int64(max(n, size(f)))
	case err == nil && f.Kind == wire.Line && n-size(f) > strayFrame:
		b.strays += int64(n - size(f))
	}
}

// strayed takes what a batch has counted.
func (s *stay) strayed(n int64, at time.Duration) {
	all := &s.user.run.asides.strays
	all.bytes.Add(n)
	s.astray.bytes += n
	if most := strayLeast + strayRate*(at-s.dialled).Seconds(); !s.astray.tooMuch && float64(s.astray.bytes) > most {
		s.astray.tooMuch = true
		all.stays.Add(1)
	}
}

// figures returns how much it was in so much time.
func (s *strays) figures(took time.Duration) *report.Strays {
	n := s.bytes.Load()
	return &report.Strays{Bytes: n, BytesPerS: float64(n) / max(took.Seconds(), 1), Connections: s.stays.Load()}
}

// strayWarnings returns what there is to say of it.
func strayWarnings(s *report.Strays) []string {
	if s.Connections == 0 {
		return nil
	}
	return []string{fmt.Sprintf("strays: the server sent %s far more than the frames of its room, %s in all, %s/s: pings, empty messages, or objects without a key that is known; they are allowed, and cost the time of both ends (-threshold 'strays<1MB' fails such a run)",
		report.Plural(s.Connections, "connection", "connections"), report.Bytes(float64(s.Bytes)), report.Bytes(s.BytesPerS))}
}
