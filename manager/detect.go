package manager

import (
	"bytes"
	"errors"
	"os"
	"time"
	"unicode/utf8"

	"chatsim/manager/wire"
)

// The first bytes tell what a client speaks. A '\n' ends the first line of the
// line dialect or of an HTTP request. The original desktop client sends its name
// in one piece without any end and then waits, so bytes without an end are such a
// name where nothing follows for Config.RawWait. They are not where a person may
// be typing in a terminal that sends each key by itself:
//
//   - one character alone may be the first key: it is a name only when nothing
//     has followed for keyWaits times as long;
//   - what comes in several pieces is typed, and ends in '\n' or at the login's
//     limit, unless a message of the raw dialect stands behind the name;
//   - a telnet command (0xFF) is no name.
const keyWaits = 15

// telnetCommand begins a telnet command (RFC 854, IAC); UTF-8 has no such byte.
const telnetCommand = 0xFF

// opening reads the first line. Where dialects are told apart, bytes without an
// end may be the name of one who speaks the raw dialect.
func (l login) opening() (line []byte, err error) {
	if !l.m.cfg.Detect || l.inner {
		return l.nameLine(nil)
	}
	pieces, candidate := 0, false
	line, err = l.nameLine(func(data []byte) {
		pieces++
		until := time.Now().Add(l.rawWait(data, pieces))
		if candidate = until.Before(l.until); !candidate {
			until = l.until
		}
		l.setReadDeadline(until)
	})
	switch {
	case err == nil && l.m.web.server != nil && isHTTP(line):
		return nil, &visiting{append(append(line, '\n'), l.in.rest...)}
	case err == nil:
		l.setReadDeadline(l.until)
		return l.perhapsIRC(line)
	case candidate && errors.Is(err, os.ErrDeadlineExceeded) && !l.over():
		l.becomeRaw()
		name, n := wire.RawName(l.in.rest)
		line = bytes.Clone(name)
		l.in.keep(l.in.rest[n:], true)
		return line, nil
	}
	return line, err
}

// rawWait returns how long nothing may follow the first bytes, which have come in so
// many pieces, until they are a name of the raw dialect.
func (l login) rawWait(data []byte, pieces int) time.Duration {
	_, n := wire.RawName(data)
	switch {
	case l.m.cfg.NoRaw || data[0] == telnetCommand:
		return l.m.cfg.LoginTimeout
	case n < len(data):
		return l.m.cfg.RawWait
	case pieces > 1:
		return l.m.cfg.LoginTimeout
	case utf8.RuneCount(data) == 1:
		return keyWaits * l.m.cfg.RawWait
	}
	return l.m.cfg.RawWait
}
