package trace

import (
	"bytes"
	"io"
	"testing"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
)

// BenchmarkRecord is the cost of an event: a group line of 64 bytes is two, one
// that it was sent and one that it got its place.
func BenchmarkRecord(b *testing.B) {
	w, err := NewWriter(io.Discard, nil)
	if err != nil {
		b.Fatal(err)
	}
	var events []ledger.Event
	r := newRoom(func(e *ledger.Event) { events = append(events, *e) })
	for _, n := range []string{"amy", "bob", "eve"} {
		r.join(n)
	}
	began := len(events)
	for seq := range 10_000 {
		r.say(seq%3, seq/3)
	}
	for i := range events[:began] {
		events[i].Frame = nil // it held only then
		if events[i].Kind != ledger.EventSaw {
			w.Record(&events[i])
		}
	}
	events = events[began:]
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		w.Record(&events[n%len(events)])
		n++
	}
	if err := w.Close([]byte("{}")); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkJudge is judging a saved run of a million deliveries: 500 chatters
// and 2,000 lines.
func BenchmarkJudge(b *testing.B) {
	var file bytes.Buffer
	w, err := NewWriter(&file, nil)
	if err != nil {
		b.Fatal(err)
	}
	r := newRoom(w.Record)
	const users, lines = 500, 2000
	for n := range users {
		r.join("user" + string(rune('a'+n/26)) + string(rune('a'+n%26)))
	}
	for n := range lines {
		r.say(n%users, n/users)
	}
	live := r.judge.End(check.End{})
	if err := w.Close([]byte("{}")); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r, err := NewReader(bytes.NewReader(file.Bytes()))
		if err != nil {
			b.Fatal(err)
		}
		replay, err := r.Replay()
		if err != nil {
			b.Fatal(err)
		}
		if again := check.Replayed(replay); again.Deliveries != live.Deliveries || again.Deliveries != users*lines {
			b.Fatalf("%d deliveries, live %d", again.Deliveries, live.Deliveries)
		}
	}
}
