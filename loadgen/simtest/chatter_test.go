package simtest_test

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

const nonce = "t3st"

// mood is how a chatter reads.
type mood uint8

const (
	reads  mood = iota // keeps up
	slow               // a few bytes now and then
	stalls             // nothing
)

var moods = [...]string{"reads", "is slow", "stalls"}

// askedNames are shared, hold spaces, and look like each other's suffixes.
var askedNames = [...]string{"anna", "bob", "bob", "bob2", "al", "al bob", "bob1", "Zoë", "", "bob"}

// chatter is one user, stay after stay.
type chatter struct {
	*world
	n     int
	asked string
	mood  mood
	seq   int    // of the next line
	last  string // the name of its latest stay

	// Of the present stay; conn is nil while away.
	conn     *conn
	session  *check.Session
	out      []byte // to be written
	in       []byte // read and not yet a whole frame
	leaving  check.Leave
	view     []string // who is there
	name     string
	asks     int           // for answers that have not come
	took     time.Duration // when it last read something
	caughtUp time.Duration // when it had last read all there was
	frame    wire.Frame
}

// talks reports whether the chatter may say something.
func (u *chatter) talks() bool {
	return u.conn != nil && u.leaving == check.Stays && u.session.Joined()
}

// dial connects and begins to write the name line.
func (u *chatter) dial(n int) {
	if u.conn != nil {
		return
	}
	w := u.world
	if w.of(u.n, 0) != nil {
		u.seen.Overlaps++
	}
	u.conn = &conn{up: pipe{size: w.up}, down: pipe{size: w.down}}
	u.session = w.judge.Dial(u.n, u.asked, w.server.now)
	u.leaving, u.in, u.view, u.name, u.asks, u.mood = check.Stays, nil, nil, "", 0, reads
	u.took, u.caughtUp = w.server.now, w.server.now
	w.server.accept(&session{who: u.n, conn: u.conn, scratch: make([]byte, w.scratch)})
	w.note("%v dials and asks for %q", u, u.asked)
	u.out = append(append(u.out[:0], u.asked...), '\n')
	u.write(n)
}

// say writes a line to the group, or to target, as much as can go.
func (u *chatter) say(target string, n int) {
	if !u.talks() {
		return
	}
	text := string(ledger.AppendStamp(nil, nonce, u.n, u.seq)) + "@ a\tü"[:n%6] // may end in half a rune
	text += "……………………"[:3*(n/8%8)]
	var line []byte
	claims := ""
	switch {
	case target != "" && n%2 == 0 && !bytes.Contains([]byte(target), []byte(" ")):
		text = clean(text)
		line = append(line, "/msg "+target+" "+text+"\n"...)
	case target != "":
		text = clean(text)
		line = wire.AppendMessage(line, []byte(text), u.name, target)
	case n%5 == 0: // as a person types it
		line = append(line, text+"\x07\r\n"...)
		text = clean(text)
	case n%5 == 1: // claims to be another: then it is all text
		claims = "someone"
		text = clean(text) + "@" + claims + "@" + wire.Group
		line = append(line, text+"\n"...)
	default:
		sender := u.name
		if n%2 == 0 && u.asked != "" {
			sender = u.asked
		}
		line = wire.AppendMessage(line, []byte(text), sender, wire.Group)
		text = clean(text)
	}
	now := u.server.now
	u.session.Send(check.Note{Seq: u.seq, Text: text, Target: target, Claims: claims, Intended: now, Actual: now, Measured: true})
	if target == "" {
		u.note("%v says line %d", u, u.seq)
	} else {
		u.note("%v tells %q line %d", u, target, u.seq)
	}
	u.seq++
	u.out = append(u.out, line...)
	u.write(amount(n / 16))
}

// clean returns what comes of a text.
func clean(text string) string { return string(wire.AppendText(nil, []byte(text))) }

// ask asks who is there, or sends what is no fit line; both are answered.
func (u *chatter) ask(n int) {
	if !u.talks() {
		return
	}
	u.asks++
	if n%3 > 0 {
		u.note("%v asks who is there", u)
		u.out = append(u.out, "/who\n"...)
	} else {
		u.note("%v sends a line that is too long", u)
		long, now := bytes.Repeat([]byte("x"), maxLine+1+n%100), u.server.now
		u.session.Send(check.Note{Seq: u.seq, Text: string(long), Intended: now, Actual: now, Due: check.MayRefuse})
		u.seq++
		u.out = append(append(u.out, long...), '\n')
	}
	u.write(amount(n / 16))
}

// write has up to n bytes go out.
func (u *chatter) write(n int) bool {
	if u.conn == nil || len(u.out) == 0 || u.conn.up.over {
		return false
	}
	had := len(u.out)
	k := u.conn.up.write(u.out, n)
	u.out = u.out[k:]
	if k > 0 && u.told() {
		u.note("%v writes %d of %d bytes", u, k, had)
	}
	return k > 0
}

// leave begins to end the stay, if that can be done in that way now: by FIN only
// with nothing under way, and half-closed only by one who reads to the end.
func (u *chatter) leave(n int) {
	if u.conn == nil || u.leaving != check.Stays || u.n == 0 {
		return
	}
	kind := check.Leave(1 + n%3)
	if kind != check.Reset {
		u.write(all)
		if !u.talks() || u.mood != reads || len(u.out) > 0 || kind == check.FIN && u.session.Unsettled() > 0 {
			return
		}
	}
	u.note("%v leaves by %v", u, kind)
	u.leaving = kind
	u.session.Closing(kind, u.server.now)
	up := &u.conn.up
	up.over = true
	switch kind {
	case check.FIN:
		u.seen.FIN++
	case check.HalfClose:
		u.seen.HalfCloses++
	case check.Reset: // the system gives the server a part of what came before
		up.bytes = up.bytes[:n/4%(len(up.bytes)+1)]
		u.conn.reset = true
		u.seen.Resets++
		u.gone()
	}
	if kind != check.Reset && n%2 == 0 {
		up.bytes = append(up.bytes, "unfinished"...)
	}
}

// gone ends the stay: nothing more can come.
func (u *chatter) gone() {
	u.session.Ended(u.server.now)
	u.conn, u.session, u.out = nil, nil, nil
}

// read reads up to n bytes, and shows the judge the frames that are whole.
func (u *chatter) read(n int) bool {
	if u.conn == nil {
		return false
	}
	b := u.conn.down.read(n)
	if len(b) == 0 {
		if !u.conn.down.over {
			return false
		}
		u.note("%v is at the end of its stream", u)
		if len(u.in) > 0 && !u.conn.cut {
			u.fail("cut frame", "%v got %q, and then the end", u, u.in)
		}
		u.gone()
		return true
	}
	if u.told() {
		u.note("%v reads %d bytes", u, len(b))
	}
	u.took = u.server.now
	u.in = append(u.in, b...)
	for {
		raw, rest, ok := bytes.Cut(u.in, newline)
		if !ok {
			break
		}
		u.in = rest
		if u.told() {
			u.note("%v gets %q", u, raw)
		}
		u.observe(raw)
	}
	if len(u.in) > 0 {
		u.seen.PartFrames++
	}
	u.session.Flush(u.server.now)
	return true
}

// observe shows a frame to the judge, most of the chatters by its bytes first,
// as clients do that parse only what they have to.
func (u *chatter) observe(raw []byte) {
	raw = slices.Clip(raw)
	passed := false
	if u.n%3 != 2 {
		_, passed = u.session.Pass(raw, u.server.now)
	}
	f := &u.frame
	if err := f.Parse(raw); err != nil {
		u.session.Garbage(fmt.Sprintf("%q: %v", raw, err))
		return
	}
	u.follow(f)
	if !passed {
		u.session.Observe(f, u.server.now)
	}
}

// follow keeps the chatter's own idea of who is there, with which an answer to
// its question must agree.
func (u *chatter) follow(f *wire.Frame) {
	switch f.Kind {
	case wire.Welcome:
		u.name = string(f.Names[0])
		u.last = u.name
	case wire.Join:
		u.others(f)
		u.view = append(u.view, string(f.Names[0]))
	case wire.Leave:
		u.others(f)
		if i := slices.Index(u.view, string(f.Names[0])); i >= 0 {
			u.view = slices.Delete(u.view, i, i+1)
		}
	case wire.Roster:
		if u.view == nil {
			u.view = text(f.Names)
			return
		}
		u.asks--
		u.seen.Rosters++
		if got := text(f.Names); !slices.Equal(got, u.view) {
			u.question("/who", "%v asked who is there and got %q where %q are", u, got, u.view)
		}
	case wire.Error:
		if r, _ := wire.ParseReason(f.Text); r == wire.LineTooLong {
			u.asks--
			u.seen.TooLong++
		} else {
			u.seen.Unknown++
		}
	}
}

// others: a join or leave is told to everybody else.
func (u *chatter) others(f *wire.Frame) {
	if string(f.Names[0]) == u.name {
		u.question("own view", "%v is told of its own join or leave", u)
	}
}

func text(names [][]byte) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = string(name)
	}
	return out
}

func (u *chatter) String() string { return fmt.Sprintf("chatter %d", u.n) }
