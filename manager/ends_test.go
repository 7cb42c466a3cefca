package manager

import (
	"io"
	"syscall"
	"testing"
	"testing/synctest"
)

// TestEndsMeet has a stay ended from elsewhere before its reading ends in any way:
// the session ends, whichever two come together, and nothing waits for a feed
// that will not tell.
func TestEndsMeet(t *testing.T) {
	reads := map[string]error{"EOF": io.EOF, "RST": syscall.ECONNRESET, "over": errOver}
	for by := closed; int(by) < len(endings); by++ {
		if by == refused || by == neverJoined || by == closing {
			continue // of those who are not in, or of all at once
		}
		for name, err := range reads {
			synctest.Test(t, func(t *testing.T) {
				m := New(Config{})
				conn := &closes{}
				s := newSession(m, conn)
				s.asked = "bob"
				if _, err := (login{s}).join(); err != nil {
					t.Fatal(err)
				}
				m.seq.release(&s.stay)
				s.leave(by, io.EOF)
				s.part(err)
				if !conn.closed {
					t.Errorf("a stay ended by %d and a reading by %s leave the connection open", by, name)
				}
				if err := m.seq.drain(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestEndings holds that the table is whole.
func TestEndings(t *testing.T) {
	for by, how := range endings {
		switch e := end(by); {
		case e == nobody:
			if how != (ending{}) {
				t.Errorf("nobody ends a session: %+v", how)
			}
		case how.owed && how.close == rst, how.word != "" && !how.owed && how.close != rst:
			t.Errorf("end %d: what is owed and an RST exclude each other: %+v", by, how)
		case how.dismiss && how.word == "":
			t.Errorf("end %d: one who is put out is not told why", by)
		}
	}
}

// closes is a connection that remembers its end.
type closes struct {
	script
	closed bool
}

func (c *closes) Close() error { c.closed = true; return nil }
