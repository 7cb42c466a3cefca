package manager

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"chatsim/manager/socket"
	"chatsim/manager/wire"
)

const (
	// leastSpacing is between two writes while more are waiting.
	leastSpacing = 5 * time.Millisecond
	// rosterSpacing is between two rosters, in spacings of frames. A client that reads
	// late reads two frames as one: of lines it makes a garbled one, two rosters are
	// its end.
	rosterSpacing = 5
	// rawUnread is how many bytes the system may keep for the peer. Writes are
	// spaced: a peer that reads nothing would fill a buffer of the usual size for
	// as long as the grace, and pass for one that is merely slow.
	rawUnread = 64 << 10
)

// rawWriter is what the feed writes to for a client of the raw dialect: it puts
// frames of the line dialect into that client's form and sends each by a write
// of its own, spaced so that the client reads them one by one. Rosters are
// state: whatever changes, the one of now is sent.
//
// It is owned by whoever writes, but for stop.
type rawWriter struct {
	conn    net.Conn
	m       *Manager
	peer    wire.RawPeer // Given is set before the first write
	spacing time.Duration

	cut     []byte // the start of a frame whose end is in the next Write
	frame   wire.Frame
	out     []byte
	last    time.Time // of the last write
	dirty   bool      // the roster has changed since
	shown   time.Time // the last roster was sent
	stop    chan struct{}
	stopped sync.Once
}

func newRawWriter(m *Manager, conn net.Conn) *rawWriter {
	return &rawWriter{conn: conn, m: m, spacing: m.cfg.RawSpacing, stop: make(chan struct{})}
}

// SetWriteDeadline ends also a pause between writes if the time is past.
func (w *rawWriter) SetWriteDeadline(t time.Time) error {
	if !t.IsZero() && !t.After(time.Now()) {
		w.stopped.Do(func() { close(w.stop) })
	}
	return w.conn.SetWriteDeadline(t)
}

// Write takes bytes of the line dialect, cut anywhere.
func (w *rawWriter) Write(b []byte) (n int, err error) {
	waiting := bytes.Count(b, newline)
	for {
		line, rest, ok := bytes.Cut(b[n:], newline)
		if !ok {
			w.cut = append(w.cut, b[n:]...)
			return len(b), w.showRoster()
		}
		if len(w.cut) > 0 {
			w.cut = append(w.cut, line...)
			line = w.cut
		}
		waiting--
		if err := w.pass(line, waiting); err != nil {
			return n, err
		}
		w.cut = w.cut[:0]
		n = len(b) - len(rest)
	}
}

// pass sends one frame in the client's form, if it has one there.
func (w *rawWriter) pass(line []byte, waiting int) error {
	f := &w.frame
	if err := f.Parse(line); err != nil {
		return err // the frames are our own
	}
	switch f.Kind {
	case wire.Join, wire.Leave, wire.Roster:
		w.dirty = true
		return nil
	case wire.Line:
		w.out = w.peer.AppendLine(w.out[:0], f.Sender, f.Text, f.Target)
	case wire.Error:
		w.out = w.peer.AppendError(w.out[:0], f.Text)
	default:
		return nil
	}
	if time.Since(w.shown) >= rosterSpacing*w.spacing {
		if err := w.showRoster(); err != nil {
			return err
		}
	}
	return w.send(w.out, waiting)
}

// showRoster sends who is present now, if that has changed.
func (w *rawWriter) showRoster() error {
	if !w.dirty {
		return nil
	}
	if err := w.pause(w.last.Add(w.spacing)); err != nil {
		return err
	}
	if err := w.pause(w.shown.Add(rosterSpacing * w.spacing)); err != nil {
		return err
	}
	roster := w.m.seq.roster()
	w.dirty, w.shown = false, time.Now()
	return w.write(w.peer.AppendRoster(nil, roster.Names()))
}

// send writes a frame after a pause that is shorter the more are waiting.
func (w *rawWriter) send(frame []byte, waiting int) error {
	spacing := max(w.spacing/time.Duration(1+waiting), min(leastSpacing, w.spacing))
	if err := w.pause(w.last.Add(spacing)); err != nil {
		return err
	}
	return w.write(frame)
}

func (w *rawWriter) write(frame []byte) error {
	_, err := w.conn.Write(frame)
	w.last = time.Now()
	return err
}

// pause waits until then.
func (w *rawWriter) pause(then time.Time) error {
	d := time.Until(then)
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-w.stop:
		return os.ErrDeadlineExceeded
	}
}

// becomeRaw has the session be one of the raw dialect.
func (l login) becomeRaw() {
	if tcp := socket.TCP(l.conn); tcp != nil {
		_ = tcp.SetWriteBuffer(rawUnread)
	}
	w := newRawWriter(l.m, l.conn)
	l.dialect, l.out = rawDialect{w}, w
}

// rawDialect is that of the original desktop client.
type rawDialect struct{ out *rawWriter }

func (rawDialect) traits() traits { return traits{timed: true} }

func (d rawDialect) named(asked, given string) { d.out.peer = wire.RawPeer{Asked: asked, Given: given} }

// register returns the name. The client has no place for a password.
func (rawDialect) register(l login, name []byte) ([]byte, error) {
	if l.m.cfg.Password != "" {
		return nil, wrongPassword("it takes a client that can send one, as its first line")
	}
	return name, nil
}

func (rawDialect) appendGreeting(dst []byte, s *session, in *admission) []byte {
	return lineDialect{}.appendGreeting(dst, s, in)
}

func (d rawDialect) consume(r round, data []byte) (rest []byte, err error) {
	return d.take(r, data, false)
}

// take is consume; last: what has no end yet was waited for in vain.
func (d rawDialect) take(r round, data []byte, last bool) (rest []byte, err error) {
	in := wire.RawInput{Asked: r.signs, Given: r.name, Known: r.m.seq.knownPrefix}
	for len(data) > 0 && r.limit.delay == 0 {
		req, n := in.Next(data, last)
		switch {
		case r.skipping:
			r.skipping, data = !last, nil
			continue
		case n == 0 && len(data) > r.m.cfg.MaxLine, n > r.m.cfg.MaxLine+len(wire.Group):
			r.skipping, data = !last && n == 0, data[n:]
			if n == 0 {
				data = nil
			}
			r.tooLong()
			continue
		case n == 0:
			return d.await(r, data)
		}
		r.charge(n)
		if err := r.handle(req); err != nil {
			return nil, err
		}
		data = data[n:]
		if err := r.publishFull(); err != nil {
			return nil, err
		}
	}
	if r.skipping {
		return d.await(r, data)
	}
	return data, r.publish()
}

// await publishes what came and has a read end soon for what did not.
func (rawDialect) await(r round, rest []byte) ([]byte, error) {
	r.setReadDeadline(time.Now().Add(r.m.cfg.RawWait))
	return rest, r.publish()
}

// settle takes what is left of the input for all there is, after a read that
// has waited for more or has found the end; it returns what ends the session.
func (d rawDialect) settle(s *session, ended error) error {
	late := errors.Is(ended, os.ErrDeadlineExceeded) && !s.over()
	if !late && !errors.Is(ended, io.EOF) {
		return ended
	}
	if late {
		s.setReadDeadline(time.Time{})
	}
	for len(s.in.rest) > 0 {
		s.in.lines = true
		data, err := s.in.fill()
		if err != nil {
			return err
		}
		rest, err := d.take(round{s, s.in.b}, data, true)
		s.in.keep(rest, false)
		if err != nil {
			return err
		}
		s.slowDown()
	}
	s.skipping = false
	if late {
		return nil
	}
	return ended
}
