package host

import (
	"bytes"
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"chatsim/chatter"
	"chatsim/manager/record"
	"chatsim/manager/wire"
)

// recall joins and returns the lines that were said before, and where it stands.
func (o *opened) recall(r wire.Recall) (lines []string, h wire.History) {
	o.t.Helper()
	conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", o.addr)
	if err != nil {
		o.t.Fatal(err)
	}
	c, err := chatter.Return(conn, "ann", wire.Coming{Recall: r})
	if err != nil {
		o.t.Fatal(err)
	}
	defer c.Close()
	var f chatter.Frame
	for f.Kind != wire.Roster {
		if err := c.Next(&f); err != nil {
			o.t.Fatal(err)
		}
		part, ok := wire.ParseHistory(bytes.Clone(f.Raw))
		for _, s := range part.Lines {
			lines = append(lines, s.Line)
		}
		if ok {
			h = part
		}
	}
	return lines, h
}

// The history outlives a restart with a record in JSON, and only with that; the
// gap of one who was there before is filled over two runs.
func TestHistoryOutlives(t *testing.T) {
	for _, format := range []record.Format{record.JSON, record.Text} {
		cfg := Config{Record: filepath.Join(t.TempDir(), "server.txt"), RecordFormat: format, RecordPrivate: true, History: 200}
		first := open(t, cfg)
		bob := first.join("bob")
		bob.Say([]byte("one"))
		bob.Tell("bob", []byte("secret"))
		hears(t, bob, "one")
		hears(t, bob, "secret")
		_, h := first.recall(wire.Recall{Lines: 1})
		bob.Say([]byte("two\u2028lines"))
		hears(t, bob, "two\u2028lines")
		bob.Close()
		if err := first.close(); err != nil {
			t.Fatal(err)
		}
		second := open(t, cfg)
		bob = second.join("bob")
		bob.Say([]byte("three"))
		hears(t, bob, "three")
		line := func(text string) string { return " bob:" + text + "@bob@" + wire.Group }
		all, since := []string{line("one"), line("two\u2028lines"), line("three")}, []string{line("two\u2028lines"), line("three")}
		if format == record.Text {
			all, since = all[2:], since[1:]
		}
		if got, _ := second.recall(wire.Recall{Lines: 10}); strings.Join(got, "\n") != strings.Join(all, "\n") {
			t.Errorf("%v: a newcomer is told %q", format, got)
		}
		got, again := second.recall(wire.Recall{Since: h.Mark})
		if strings.Join(got, "\n") != strings.Join(since, "\n") || again.Mark.Place <= h.Mark.Place || again.Missing != (format == record.Text) {
			t.Errorf("%v: one who comes back is told %q, %+v", format, got, again)
		}
	}
}
