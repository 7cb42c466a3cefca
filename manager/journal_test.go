package manager

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
)

// Who comes and goes is in the log, and how.
func TestComingsAndGoingsLogged(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	inBubble(t, Config{Logger: logger}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		bob2 := enter(t, m, "bob", "bob", "bob2")
		eve := enter(t, m, "eve", "bob", "bob2", "eve")
		bob.expect(joined("bob2"), joined("eve"))
		bob2.expect(joined("eve"))
		if err := m.Kick("eve", ""); err != nil {
			t.Fatal(err)
		}
		eve.expect(`{"error":"removed by the operator"}`)
		bob.expect(left("eve"))
		bob2.expect(left("eve"))
		bob2.conn.Close()
		bob.expect(left("bob2"))
		synctest.Wait()
		var got []string
		for line := range strings.Lines(log.String()) {
			_, what, _ := strings.Cut(strings.TrimSpace(line), " msg=")
			got = append(got, what)
		}
		want := "joined name=bob asked=bob peer=pipe; joined name=bob2 asked=bob peer=pipe; joined name=eve asked=eve peer=pipe; " +
			`kicked name=eve by="" for=0s address=false; left name=bob2 why="closed its connection"`
		if strings.Join(got, "; ") != want {
			t.Errorf("the log is\n%s", log.String())
		}
	})
}
