package loadgen

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/chatter/dialect"
	"chatsim/loadgen/check"
	"chatsim/manager/poll"
	"chatsim/manager/wire"
)

// room is two chatters who have joined, and lines that the first has said and read.
func room(t *testing.T, lines int) (r *run, second *check.Session, stream []byte) {
	t.Helper()
	r = newRun(Config{Users: 2}.withDefaults())
	t.Cleanup(r.life.end)
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
	s.polled = &polled{stay: s, reader: rd, codec: dialect.NewLine("b")}
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

// TestGreetingIsReadAtOnce: the roster of a large room is more than one read, and no
// round of the others comes between two reads of it.
func TestGreetingIsReadAtOnce(t *testing.T) {
	r := newRun(Config{Users: 1}.withDefaults())
	t.Cleanup(r.life.end)
	var names []string
	for n := range 9000 {
		names = append(names, fmt.Sprint("somebody-", n))
	}
	names = append(names, "a")
	greeting := wire.AppendRoster(wire.AppendWelcome(nil, "a"), slices.Values(names))
	if reads := len(greeting) / readSize; reads < 2 || reads >= greetingReads {
		t.Fatalf("the greeting is %d reads", reads)
	}
	poller, err := poll.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = poller.Close() })
	s := &stay{user: r.users[0], session: r.judge.Dial(0, "a", 0)}
	rd := &reader{run: r, poller: poller, record: r.measure.Reader()}
	s.polled = &polled{stay: s, reader: rd, codec: dialect.NewLine("a")}
	here, there := net.Pipe()
	t.Cleanup(func() { _ = there.Close() })
	c, err := poller.Add(here, greeting, s)
	if err != nil {
		t.Fatal(err)
	}
	rd.serve(c)
	if !s.session.Joined() {
		t.Errorf("of a greeting of %d bytes %d are left", len(greeting), len(greeting)-len(s.polled.partial))
	}
}
