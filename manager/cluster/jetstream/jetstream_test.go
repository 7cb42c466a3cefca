//go:build !nocluster

package jetstream

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"chatsim/manager/cluster"
)

func encodeLines(lines []string) []byte {
	b, _ := json.Marshal(lines) // never fails
	return b
}

func decodeLines(b []byte) (lines []string) {
	_ = json.Unmarshal(b, &lines) // written by encodeLines
	return lines
}

// until waits for a condition.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to this: %s", what)
		}
	}
}

// servers starts embedded servers for a test, and a connection to each.
func servers(t *testing.T, n int) (all []*Embedded, conns []*nats.Conn) {
	t.Helper()
	all, err := Embed(n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { CloseAll(all) })
	for _, e := range all {
		conn, err := e.Connect()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conn.Close)
		conns = append(conns, conn)
	}
	return all, conns
}

// agree holds that all have the same lines in one order, each once.
func agree(t *testing.T, players ...*player) {
	t.Helper()
	want := players[0].all()
	for _, p := range players[1:] {
		if got := p.all(); !slices.Equal(got, want) {
			t.Errorf("one has %q, another %q", got, want)
		}
	}
	once := slices.Compact(slices.Sorted(slices.Values(want)))
	if len(once) != len(want) {
		t.Errorf("a line is there twice: %q", want)
	}
}

// talk has each say a line, and waits until all have all of them.
func talk(t *testing.T, what string, players ...*player) {
	t.Helper()
	for i, p := range players {
		p.say(fmt.Sprint(what, i))
	}
	for i := range players {
		text := fmt.Sprint(what, i)
		for _, p := range players {
			until(t, text+" is applied by all", func() bool { return p.has(text) })
		}
	}
}

// What is no message of a Manager is ignored, and counted.
func TestGarbage(t *testing.T) {
	t.Parallel()
	_, conns := servers(t, 1)
	a, b := play(t, conns[0], Config{}), play(t, conns[0], Config{})
	talk(t, "before", a, b)
	for _, garbage := range []string{"", "hello", "\xc5\x01\x01 and no checksum", string(make([]byte, 100<<10))} {
		if err := conns[0].Publish(a.stream.subject, []byte(garbage)); err != nil {
			t.Fatal(err)
		}
	}
	talk(t, "behind", a, b)
	agree(t, a, b)
	for _, p := range []*player{a, b} {
		until(t, "all garbage is counted", func() bool { return p.Status().Garbage == 4 })
	}
}

// A stream that is deleted is made anew, and so is the room: everybody is told.
func TestMadeAnew(t *testing.T) {
	t.Parallel()
	_, conns := servers(t, 1)
	a, b := play(t, conns[0], Config{}), play(t, conns[0], Config{})
	talk(t, "before", a, b)
	if err := a.stream.js.DeleteStream(t.Context(), a.stream.name); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*player{a, b} {
		until(t, "its life ends as the room has begun anew", func() bool { return p.met(cluster.ErrReset) })
		if err := p.WaitReady(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	talk(t, "behind", a, b)
	agree(t, a, b)
	if a.has("before0") {
		t.Error("the room that has begun anew has what was said before")
	}
}

// A Manager that is so slow that the stream does not have any more what comes next is
// told that, and comes back with the room of the others.
func TestBehind(t *testing.T) {
	t.Parallel()
	const size = 1 << 10
	_, conns := servers(t, 1)
	cfg := Config{MaxBytes: 256 << 10}
	a, b := play(t, conns[0], cfg), play(t, conns[0], cfg)
	talk(t, "before", a, b)
	b.pause()
	a.say("the last one that b applies")
	until(t, "b stands still", func() bool { return b.has("the last one that b applies") })
	for sent := 0; sent < 2*pullBytes+cap(b.stream.events)*size; sent += size {
		if err := conns[0].Publish(a.stream.subject, make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		if sent%(64*size) == 0 {
			talk(t, fmt.Sprint("a keeps up at ", sent), a)
		}
	}
	b.resume()
	until(t, "its life ends as it was behind", func() bool { return b.met(cluster.ErrBehind) })
	until(t, "b is ready", func() bool { return b.Status().Ready })
	talk(t, "behind", a, b)
	agree(t, a, b)
	if a.met(cluster.ErrBehind) {
		t.Error("the other one was behind as well")
	}
}

// leader returns the server that is the leader of the room's stream.
func leader(t *testing.T, all []*Embedded, p *player) (at int) {
	t.Helper()
	until(t, "the stream has a leader", func() bool {
		at = slices.IndexFunc(all, func(e *Embedded) bool { return e.srv.JetStreamIsStreamLeader("$G", p.stream.name) })
		return at >= 0
	})
	return at
}

// threeServers returns three servers, and a player at each, all of whom have talked.
func threeServers(t *testing.T) ([]*Embedded, []*player) {
	t.Helper()
	all, conns := servers(t, 3)
	var players []*player
	for _, conn := range conns {
		players = append(players, play(t, conn, Config{Replicas: 3}))
	}
	talk(t, "before", players...)
	return all, players
}

// Where the leader of the stream steps down, nothing is lost, doubled or turned round,
// and no life ends.
func TestStepDown(t *testing.T) {
	t.Parallel()
	all, players := threeServers(t)
	for round := range 3 {
		for i := range 100 {
			players[i%3].say(fmt.Sprintf("round %d, line %d", round, i))
		}
		at := leader(t, all, players[0])
		begin := time.Now()
		if err := all[at].srv.JetStreamStepdownStream("$G", players[0].stream.name); err != nil {
			t.Fatal(err)
		}
		talk(t, fmt.Sprint("behind ", round), players...)
		t.Logf("stepped down: all have the next line after %v", time.Since(begin))
	}
	agree(t, players...)
	for _, p := range players {
		if len(p.ended) > 0 {
			t.Errorf("a life has ended: %v", p.ended)
		}
	}
}

// Where the leader of the stream dies, those at the other servers go on, with nothing
// lost, doubled or turned round.
func TestLeaderDies(t *testing.T) {
	t.Parallel()
	all, players := threeServers(t)
	at := leader(t, all, players[0])
	rest := slices.Delete(slices.Clone(players), at, at+1)
	for i := range 100 {
		rest[i%2].say(fmt.Sprint("line ", i))
	}
	begin := time.Now()
	all[at].srv.Shutdown()
	talk(t, "behind", rest...)
	t.Logf("the leader is dead: all have the next line after %v", time.Since(begin))
	agree(t, rest...)
	for _, p := range rest {
		if len(p.ended) > 0 {
			t.Errorf("a life has ended: %v", p.ended)
		}
	}
}
