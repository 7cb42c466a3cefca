package manager

import (
	"errors"
	"os"
	"sync"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/wire"
)

// rosterBuffers lends memory for rosters; larger ones than maxKept go back to
// the garbage collector.
var rosterBuffers = sync.Pool{New: func() any { return new([]byte) }}

const (
	maxKept     = 1 << 20
	rosterPiece = 32 << 10 // in one write of a welcome and roster, in bytes
)

// greet lets the user in and writes the welcome and the roster, which are as of
// its join, before anything that comes after it.
func (l login) greet() error {
	m := l.m
	more := 0
	if l.recall.Wanted() {
		more = m.seq.historySize()
	}
	release, err := m.reserve(more)
	if err != nil {
		return err
	}
	defer release()
	in, err := l.join()
	if err != nil {
		return err
	}
	m.log.Debug("joined", "name", l.name, "asked", l.asked, "peer", l.conn.RemoteAddr())
	buf := rosterBuffers.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= maxKept {
			rosterBuffers.Put(buf)
		}
	}()
	end := m.turns.wait(m.ctx)
	defer end()
	*buf = l.dialect.appendGreeting((*buf)[:0], l.session, in)
	l.writeGreeting(*buf)
	return nil
}

// reserve waits until the memory for one more roster, and so many bytes more, is
// free.
func (m *Manager) reserve(more int) (release func(), err error) {
	weight := min(int64(m.seq.roster().Size()+more)+1024, rosterMemory)
	if err := m.rosters.Acquire(m.ctx, weight); err != nil {
		return nil, &refusal{wire.Shutdown, wire.Shutdown.Text()}
	}
	return func() { m.rosters.Release(weight) }, nil
}

// join lets the user in.
func (l login) join() (*admission, error) {
	l.form = formOf(l.irc, l.out)
	l.sub = feed.NewFormSubscriber(l.out, l.form, l.onEnd)
	l.from = bannable(guessedFrom(l.conn.RemoteAddr()))
	r := joinRequest{asked: l.asked, returns: l.returns, from: l.from}
	fresh := ""
	if l.returns {
		fresh = newToken()
		r.fresh = hashOf(fresh)
	}
	if l.token != "" {
		r.token = hashOf(l.token)
	}
	in, err := l.m.seq.join(l.m.ctx, &l.stay, r)
	if err != nil {
		return nil, err
	}
	if l.returns && !in.known {
		l.token = fresh
	}
	l.dialect.named(l.signs, l.name)
	return in, nil
}

// writeGreeting writes to a newcomer whose cursor is held. One that takes
// nothing for the grace is evicted even where nobody else goes on. Any other
// failure leaves the session to its reader: what was sent before still counts.
func (l login) writeGreeting(b []byte) {
	for len(b) > 0 {
		_ = l.out.SetWriteDeadline(time.Now().Add(l.m.cfg.Grace))
		n, err := l.out.Write(b[:min(len(b), rosterPiece)])
		b = b[n:]
		if err != nil {
			l.greetingFailed(err)
			return
		}
		l.m.seq.progress(&l.stay)
	}
	_ = l.out.SetWriteDeadline(time.Time{})
	l.m.seq.release(&l.stay)
}

func (l login) greetingFailed(err error) {
	switch {
	case !l.m.seq.drop(&l.stay): // the feed was first, and has told onEnd
	case errors.Is(err, os.ErrDeadlineExceeded):
		l.onEnd(feed.Stalled, err)
	default:
		l.onEnd(feed.Broken, err)
	}
}
