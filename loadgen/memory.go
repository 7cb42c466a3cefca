package loadgen

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/loadgen/check/ledger"
)

const (
	// defaultMemory is what all chatters together may hold of what a server sends, in
	// bytes.
	defaultMemory = 256 << 20
	// leastFrame is the longest frame of a run of few, in bytes; rosterName is what
	// one name in a roster may take.
	leastFrame = 1 << 20
	rosterName = 128
	// perMember is what the judge holds of somebody in the room beside its name.
	perMember = 256
)

// maxFrame returns the longest frame that a server may send, in bytes.
func (c *Config) maxFrame() int {
	return max(leastFrame, rosterName*(c.Scenario.Peak(c.Users)+c.Scenario.RoleUsers(c.Users)))
}

// closedHere begins what is told of a stream that was ended because of its length.
const closedHere = "closed by this end: "

// endedHere is why this end ends the streams of a server, and with them the run.
type endedHere struct{ words, cutBy string }

// errMemory is of a server that has the chatters hold too much, errEndless of one that
// tells too much that is about nobody.
var (
	errMemory  = &endedHere{ledger.Overfed, "the server, which sends more than -max-memory allows"}
	errEndless = &endedHere{ledger.Endless, "the server, which goes on telling what nobody said or did"}
)

func (e *endedHere) Error() string        { return strings.TrimPrefix(e.words, closedHere) }
func (e *endedHere) Is(target error) bool { return target == dialect.ErrTooLong }

// bounded returns why the stream ends, if what has come and is no whole frame is
// more than may be kept, or the room is larger than the judge may remember.
func (p *polled) bounded(rest []byte) error {
	s, r := p.stay, p.reader.run
	held := int64(len(rest))
	if h, ok := p.codec.(dialect.Holder); ok {
		held += int64(h.Holds())
	}
	total := p.hold(held)
	switch limit := r.cfg.maxFrame(); {
	case held > int64(2*limit) || len(rest) > limit:
		return s.garbage(dialect.NewFrameError(rest, fmt.Errorf("%w: more than %d bytes", dialect.ErrTooLong, limit)))
	case held > 1<<10 && total > r.cfg.MaxMemory:
		return s.garbage(dialect.NewFrameError(rest, r.ending.overfeeds(errMemory)))
	case s.session.Endless():
		return s.garbage(dialect.NewFrameError(nil, r.ending.overfeeds(errEndless)))
	case r.judge.Crowd(perMember) > r.cfg.MaxMemory/8:
		return s.garbage(dialect.NewFrameError(nil, r.ending.overfeeds(errMemory)))
	}
	return nil
}

// hold records what the stay holds, and returns what all do together.
func (p *polled) hold(n int64) (total int64) {
	total = p.reader.run.readers.held.Add(n - p.keeps)
	p.keeps = n
	return total
}

// tooLong reports whether a stream was ended because of its length.
func tooLong(err error) bool { return errors.Is(err, chatter.ErrFrameTooLong) }

// memory is a number of bytes that people write with a unit.
type memory int64

func (m *memory) Type() string { return "size" }

func (m *memory) String() string {
	for _, u := range units {
		if n := int64(*m); n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(*m), 10) + "B"
}

// units are powers of two, the largest first.
var units = []struct {
	name  string
	bytes int64
}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}, {"B", 1}}

func (m *memory) Set(s string) error {
	for _, u := range units {
		number, ok := strings.CutSuffix(strings.ToLower(s), strings.ToLower(u.name))
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(number, 10, 40)
		if err != nil || n < 1 || n > 1<<40/u.bytes || n*u.bytes < leastFrame {
			break
		}
		*m = memory(n * u.bytes)
		return nil
	}
	return errors.New("must be a size of at least 1MB, such as 256MB or 1GB")
}
