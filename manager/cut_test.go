package manager

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/manager/wire"
)

// fragile is a client's end of a connection that breaks behind so many bytes of
// what the room sends, or from there on takes nothing.
type fragile struct {
	net.Conn
	left   int
	stalls chan struct{} // nil: it breaks; closed at the end
}

func (f *fragile) Read(b []byte) (int, error) {
	if f.left == 0 {
		if f.stalls != nil {
			<-f.stalls
		}
		f.Close()
		return 0, io.EOF
	}
	n, err := f.Conn.Read(b[:min(len(b), f.left)])
	f.left -= n
	return n, err
}

// says has a line said by a user, and reports whether the room took it. What the
// user hears until then is passed on.
func (u *user) says(line string, heard func(frame string)) bool {
	u.t.Helper()
	u.send(line)
	for frame := range u.got {
		heard(frame)
		if strings.HasPrefix(frame, " bob:") || strings.HasPrefix(frame, `{"error"`) {
			return frame[0] == ' '
		}
	}
	u.t.Fatalf("the stream has ended (%v)", u.err)
	return false
}

// away is what becomes of one who is not heard of any more, and of the room.
type away struct {
	stalls   bool // the connection stays, and nothing is taken from it until it is evicted
	restarts bool // the room does, with the record of what was said to all
}

// A connection that breaks behind any byte of the greeting or of the talk, whole
// frames or not, loses nothing and has nothing told twice; nor does one whose user is
// evicted there, or whose room is restarted meanwhile.
func TestCutAtEveryByte(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 5
	}
	for name, how := range map[string]away{"breaks": {}, "evicted": {stalls: true}, "restarted": {restarts: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bytes := 0
				for cutAt(t, bytes, how) {
					bytes += step
				}
				if bytes < 400 {
					t.Errorf("only %d bytes were tried", bytes)
				}
			})
		})
	}
}

// cutAt reports whether the stream was so long.
func cutAt(t *testing.T, bytes int, how away) bool {
	t.Helper()
	cfg := Config{History: 1000, FirstPlace: 7, Window: 64 << 10, Grace: time.Second}
	m := New(cfg)
	var said, alone []string // by bob, to all and to ann
	out := false
	hear := func(frame string) {
		switch {
		case strings.HasSuffix(frame, "@"+wire.Group):
			said = append(said, frame)
		case strings.HasSuffix(frame, "@ann"):
			alone = append(alone, frame)
		case frame == left("ann"):
			out = true
		}
	}
	bob := enter(t, m, "bob", "bob")
	bob.says("one before", hear)
	bob.says("two before", hear)

	server, client := net.Pipe()
	end := &fragile{Conn: client, left: bytes}
	if how.stalls {
		end.stalls = make(chan struct{})
	}
	go m.ServeConn(server)
	ann := newListener(t)
	ann.user = sit(t, end)
	_, _ = io.WriteString(client, string(wire.AppendName(nil, "ann", wire.Coming{Recall: wire.Recall{Lines: 200}}))+"\n")
	synctest.Wait()
	bob.says("live", hear)
	bob.says("/msg ann psst", hear)
	bob.says("and live", hear)
	synctest.Wait()
	whole := end.left > 0
	for how.stalls && !whole && !out {
		bob.says(strings.Repeat("fill ", 600), hear)
	}
	if how.stalls {
		close(end.stalls)
	}
	client.Close()
	for frame := range ann.got {
		ann.take(frame)
	}
	synctest.Wait()
	if how.restarts {
		for _, s := range m.seq.last(0) {
			cfg.Before = append(cfg.Before, Said{Place: s.place, Time: s.at, Frame: s.line})
			cfg.FirstPlace = s.place + 1000
		}
		shut(t, m)
		bob.conn.Close()
		m = New(cfg)
		bob = enter(t, m, "bob", "bob")
	}
	bob.says("meanwhile", hear)

	again := newListener(t)
	again.token = ann.token
	recall := wire.Recall{Since: ann.mark}
	if ann.mark == (wire.Mark{}) {
		recall.Lines = cfg.History
	}
	again.arrives(m, "ann", recall)
	heard := append(ann.heard, again.heard...)
	toAll := slices.DeleteFunc(slices.Clone(heard), func(line string) bool { return strings.HasSuffix(line, "@ann") })
	if !slices.Equal(toAll, said) || again.missing {
		t.Errorf("cut behind %d bytes, at %v: heard %d and then %d, said was %d; missing: %v", bytes, ann.mark, len(ann.heard), len(again.heard), len(said), again.missing)
	}
	// Alone is known by a token, as long as the room lives.
	told := len(heard) - len(toAll)
	if most := len(alone); told > most || told < most && ann.token != "" && !how.restarts {
		t.Errorf("cut behind %d bytes, token %q: told %d times what was said to her alone, %d times it was said", bytes, ann.token, told, most)
	}
	bob.conn.Close()
	again.conn.Close()
	shut(t, m)
	return !whole
}
