//go:build unix && !nocluster

package host

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"chatsim/manager/cluster"
)

// A room that is cut from NATS, one way or both, puts its users out when the lease is
// over, and is missed once; it comes back when the network does.
func TestCut(t *testing.T) {
	for what, cut := range map[string][]int{"both ways": {0, 1}, "what it publishes": {0}, "what it reads": {1}} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			srv := launchNATS(t, 1)[0]
			way := newProxy(t, strings.TrimPrefix(srv.url(), "nats://"))
			a := launch(t, "--cluster=nats://"+way.addr, "--cluster-lease=4s")
			b := launch(t, "--cluster="+srv.url(), "--cluster-lease=4s")
			a.opened()
			b.opened()
			amy := a.enter("amy")
			bob := b.enter("bob", "amy")
			amy.reads(joined("bob"))
			for _, i := range cut {
				way.ways[i].set(false)
			}
			bob.say("can you hear me?")
			bob.reads(said("bob", "can you hear me?"), left("amy"))
			for got := ""; got != `{"error":"this server has lost the room, come in again: this server cannot reach the room"}`; got = amy.next() {
				if got != "" && got != said("bob", "can you hear me?") { // it may have come before
					t.Fatalf("amy is told %q", got)
				}
			}
			a.answers("/readyz", "the room's stream cannot be reached")
			for _, i := range cut {
				way.ways[i].set(true)
			}
			a.beginsAnew(1)
			amy = a.enter("amy", "bob")
			amy.say("here I am again")
			bob.reads(joined("amy"), said("amy", "here I am again"))
			amy.reads(said("amy", "here I am again"))
		})
	}
}

// While NATS is away for less than the lease users wait, and all they say is said then.
// When it is away for longer they are put out, with that reason, and may come in again
// when it is back.
func TestWithoutNATS(t *testing.T) {
	t.Parallel()
	srv := launchNATS(t, 1)[0]
	a := launch(t, "--cluster="+srv.url(), "--cluster-lease=6s")
	b := launch(t, "--cluster="+srv.url(), "--cluster-lease=6s")
	a.opened()
	b.opened()
	amy := a.enter("amy")
	bob := b.enter("bob", "amy")
	amy.reads(joined("bob"))
	for i, away := range []func(){srv.kill, func() { srv.signal(syscall.SIGSTOP) }} {
		text := fmt.Sprint("is NATS back ", i)
		away()
		amy.say(text)
		a.answers("/readyz", "the room")
		if i == 0 {
			srv.again()
		} else {
			srv.signal(syscall.SIGCONT)
		}
		for _, g := range []*guest{amy, bob} {
			g.reads(said("amy", text))
		}
		a.answers("/readyz", "ready")
	}
	srv.kill()
	for _, g := range []*guest{amy, bob} {
		g.isEnded("this server cannot reach the room")
	}
	srv.again()
	a.beginsAnew(1)
	b.beginsAnew(1)
	amy = a.enter("amy")
	bob = b.enter("bob", "amy")
	bob.say("all are here again")
	amy.reads(joined("bob"), said("bob", "all are here again"))
	bob.reads(said("bob", "all are here again"))
}

// small makes the stream of the room, which keeps little.
func small(t *testing.T, srv *natsProcess, bytes int64) *nats.Conn {
	t.Helper()
	conn, err := nats.Connect(srv.url())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	stream, err := js.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.CreateStream(t.Context(), js.StreamConfig{Name: streamName, Subjects: []string{streamSubject}, Description: "chatsim, format 1",
		MaxBytes: bytes, DenyDelete: true, DenyPurge: true, Storage: js.MemoryStorage}); err != nil {
		t.Fatal(err)
	}
	return conn
}

// One room that does not go on holds the others up until the grace is over: then its
// users leave, and what the others have said meanwhile is said. It is told why. So is
// one for which the stream does not have any more what comes next.
func TestFarBehind(t *testing.T) {
	t.Parallel()
	const mega = 1 << 20
	srv := launchNATS(t, 1)[0]
	conn := small(t, srv, 4*mega)
	way := newProxy(t, strings.TrimPrefix(srv.url(), "nats://"))
	a := launch(t, "--cluster="+srv.url(), "--cluster-lease=1h", "--flood=0")
	b := launch(t, "--cluster=nats://"+way.addr, "--cluster-lease=1h")
	a.opened()
	b.opened()
	amy := a.enter("amy")
	bob := b.enter("bob", "amy")
	amy.reads(joined("bob"))

	_ = b.cmd.Process.Signal(syscall.SIGSTOP)
	const lines = 2000 // which the stream keeps
	var talk sync.WaitGroup
	talk.Go(func() {
		for i := range lines {
			amy.say(fmt.Sprint(i, strings.Repeat(" x", 400)))
		}
	})
	a.answers("/metrics", "chatsim_cluster_held_up 1\n")
	dropped := false
	for i := 0; i < lines; {
		switch got := amy.next(); {
		case strings.HasPrefix(got, fmt.Sprint(" amy:", i, " x")):
			i++
		case got == left("bob") && !dropped:
			dropped = true
		default:
			t.Fatalf("amy is told %.40q behind line %d", got, i)
		}
	}
	talk.Wait()
	if !dropped {
		t.Error("all is said, and bob has not left")
	}
	a.answers("/metrics", "chatsim_cluster_dropped_total 1\n")
	_ = b.cmd.Process.Signal(syscall.SIGCONT)
	got := bob.next()
	for ; strings.HasPrefix(got, " amy:"); got = bob.next() { // what it had read before
	}
	if want := `{"error":"this server has lost the room, come in again: this server was too slow for the others"}`; got != want {
		t.Errorf("bob is told %q, want %q", got, want)
	}
	b.beginsAnew(1)
	bob = b.enter("bob", "amy")
	amy.reads(joined("bob"))

	way.ways[1].set(false)
	_ = b.cmd.Process.Signal(syscall.SIGSTOP)
	for range 6 { // more than is kept, no faster than the other room reads it
		for range mega >> 10 {
			if err := conn.Publish(streamSubject, make([]byte, 1<<10)); err != nil {
				t.Fatal(err)
			}
		}
		a.reaches("chatsim_cluster_place", stored(t, conn))
	}
	amy.reads(left("bob"))
	way.reset()
	way.ways[1].set(true)
	_ = b.cmd.Process.Signal(syscall.SIGCONT)
	bob.isEnded("this server has missed what was said")
	b.beginsAnew(2)
	b.enter("bob", "amy")
	amy.reads(joined("bob"))
}

// stored has the stream store one more message, and returns its place.
func stored(t *testing.T, conn *nats.Conn) float64 {
	t.Helper()
	m, err := conn.Request(streamSubject, []byte("garbage"), patience)
	var ack struct {
		Seq float64 `json:"seq"`
	}
	if err == nil {
		err = json.Unmarshal(m.Data, &ack)
	}
	if err != nil || ack.Seq == 0 {
		t.Fatalf("the stream does not store a message: %v", err)
	}
	return ack.Seq
}

// A room that meets a newer version of the protocol leaves, with a clear error.
func TestNewer(t *testing.T) {
	t.Parallel()
	srv := launchNATS(t, 1)[0]
	p := launch(t, "--cluster="+srv.url())
	p.opened()
	amy := p.enter("amy")
	newer := append([]byte{0xC5, 200, 1}, make([]byte, len(cluster.ID{}))...)
	conn, err := nats.Connect(srv.url())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Request(streamSubject, binary.BigEndian.AppendUint32(newer, crc32.Checksum(newer, crc32.MakeTable(crc32.Castagnoli))), patience); err != nil {
		t.Fatal(err)
	}
	amy.reads(`{"error":"the server is shutting down"}`)
	if err := p.cmd.Wait(); err == nil || !strings.Contains(p.out.String(), "speaks a newer version") {
		t.Errorf("it ends with %v", err)
	}
}
