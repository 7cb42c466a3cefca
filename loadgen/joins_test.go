package loadgen

import (
	"context"
	"strings"
	"testing"
	"time"
)

// room returns how many more joins may begin now.
func (j *joins) room() (n int) {
	for j.places.TryAcquire(1) {
		n++
	}
	j.places.Release(int64(n))
	return n
}

func (j *joins) doneAll(n int) {
	for range n {
		j.done(time.Millisecond)
	}
}

func wantRoom(t *testing.T, j *joins, want int, when string) {
	t.Helper()
	if got := j.room(); got != want {
		t.Errorf("%s: %d may join, want %d", when, got, want)
	}
}

func beginJoins(t *testing.T, j *joins, n int) {
	t.Helper()
	for range n {
		if err := j.begin(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// A few come at first, one more for each who is in.
func TestJoinsGrow(t *testing.T) {
	j := newJoins(16)
	wantRoom(t, j, 8, "at first")
	beginJoins(t, j, 8)
	wantRoom(t, j, 0, "with all places taken")
	j.done(0)
	wantRoom(t, j, 1, "after one who did not come in")
	j.doneAll(7)
	wantRoom(t, j, 15, "after seven who are in")
	for range 20 {
		beginJoins(t, j, 1)
		j.done(time.Millisecond)
	}
	wantRoom(t, j, 16, "after many")
	j = newJoins(16)
	for _, took := range []time.Duration{2 * time.Millisecond, 9 * time.Millisecond, 8 * time.Millisecond} {
		beginJoins(t, j, 1)
		j.done(took)
	}
	wantRoom(t, j, 10, "after one that waited for others")
	if w := j.warning(); w != "" {
		t.Errorf("without a slow connection: %q", w)
	}
}

// A crowd of which some wait for the system's second try is halved, once, and grows slowly.
func TestJoinsHalve(t *testing.T) {
	j := newJoins(256)
	for range 8 {
		beginJoins(t, j, 1)
		j.done(time.Millisecond)
	}
	beginJoins(t, j, 16)
	for range 11 {
		j.connected(0, time.Millisecond)
	}
	for range 5 {
		j.connected(0, 1003*time.Millisecond)
	}
	j.doneAll(16)
	wantRoom(t, j, 8, "after a crowd of 16")
	for range calmRounds*8 - 16 - 1 {
		beginJoins(t, j, 1)
		j.done(time.Millisecond)
	}
	wantRoom(t, j, 8, "before enough have come")
	beginJoins(t, j, 1)
	j.done(time.Millisecond)
	wantRoom(t, j, 9, "after enough have come")
	for at := 2 * time.Second; at < 12*time.Second; at += 2 * time.Second {
		beginJoins(t, j, 1)
		j.connected(at, at+retried)
		j.done(0)
	}
	wantRoom(t, j, 8, "with each connection slow")
	if w := j.warning(); !strings.Contains(w, "10 connections took the server 1s or more") || !strings.Contains(w, "8 chatters") {
		t.Errorf("said %q", w)
	}
}

// Those who come one by one never come two at a time.
func TestJoinsOneByOne(t *testing.T) {
	j := newJoins(1)
	beginJoins(t, j, 1)
	j.connected(0, 2*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.begin(ctx); err == nil {
		t.Error("a second one has begun")
	}
	j.done(time.Millisecond)
	wantRoom(t, j, 1, "after one")
}

// Who comes by the plan waits for a place once the server has let a connection wait, and
// where all come one by one.
func TestJoinsByPlan(t *testing.T) {
	j := newJoins(16)
	beginJoins(t, j, 8)
	j.connected(0, 10*time.Millisecond)
	if j.late() {
		t.Error("they wait although each connection was accepted at once")
	}
	j.connected(0, retried)
	if !j.late() || !newJoins(1).late() {
		t.Error("they do not wait")
	}
}
