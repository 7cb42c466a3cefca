package loadgen

import (
	"strings"
	"testing"
	"time"

	"chatsim/chatter/dialect"
	"chatsim/loadgen/check"
	"chatsim/manager/wire"
)

// room is two chatters who have joined, and lines that the first has said and read.
func room(t *testing.T, lines int) (r *run, second *check.Session, stream []byte) {
	t.Helper()
	r = newRun(Config{Users: 2}.withDefaults())
	t.Cleanup(r.endLife)
	names := func(list ...string) (out [][]byte) {
		for _, n := range list {
			out = append(out, []byte(n))
		}
		return out
	}
	a, b := r.judge.Dial(0, "a", 0), r.judge.Dial(1, "b", 0)
	for _, f := range []wire.Frame{{Kind: wire.Welcome, Names: names("a")}, {Kind: wire.Roster, Names: names("a")}, {Kind: wire.Join, Names: names("b")}} {
		a.Observe(&f, 1)
	}
	for _, f := range []wire.Frame{{Kind: wire.Welcome, Names: names("b")}, {Kind: wire.Roster, Names: names("a", "b")}} {
		b.Observe(&f, 2)
	}
	b.Flush(2)
	for i := range lines {
		text := r.script.Text(nil, 0, i)
		a.Send(check.Note{Seq: i, Text: string(text), Intended: 3, Actual: 3, Measured: true})
		raw := wire.AppendLine(nil, "a", text, wire.Group)
		var f wire.Frame
		if err := f.Parse(raw[:len(raw)-1]); err != nil {
			t.Fatal(err)
		}
		a.Observe(&f, 4)
		stream = append(stream, raw...)
	}
	a.Flush(4)
	return r, b, stream
}

// TestReadingAllocatesNothing: not for what was read, its frames, the look of the
// judge or the record, wherever a read cuts the stream.
func TestReadingAllocatesNothing(t *testing.T) {
	const reads, atOnce = 200, 64
	r, session, stream := room(t, (reads+2)*atOnce)
	rd := &reader{run: r, record: r.measure.Reader()}
	s := &stay{user: r.users[1], session: session}
	s.polled = &polled{stay: s, reader: rd, codec: dialect.NewLine("b"), freed: make(chan struct{}, 1)}
	line := strings.IndexByte(string(stream), '\n') + 1
	at, buf := 0, make([]byte, 0, 2*readSize)
	read := func() {
		buf = append(append(buf[:0], s.polled.partial...), stream[at:at+atOnce*line]...)
		at += atOnce * line
		if err := rd.take(s, buf, false, 5*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	read() // makes the histograms
	if n := testing.AllocsPerRun(reads, read) / atOnce; n > 0.01 {
		t.Errorf("%v allocations a delivery", n)
	}
	r.measure.Finish()
	if got, want := r.measure.Totals().Deliveries, int64(at/line); got < want-atOnce || got > want {
		t.Errorf("%d deliveries are recorded, want %d", got, want)
	}
}
