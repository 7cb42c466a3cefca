package trace

import (
	"bytes"
	"fmt"
	"testing"

	"chatsim/loadgen/check"
)

// FuzzFile: whatever a file holds, reading it ends with an error or a verdict.
func FuzzFile(f *testing.F) {
	whole := file(f, events())
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("chatsim-trace 2\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		replay, err := r.Replay()
		if (err == nil) != (r.Summary() != nil && replay.Finished()) {
			t.Errorf("error %v, summary %q, finished %v", err, r.Summary(), replay.Finished())
		}
		if n := len(check.Replayed(replay).Checks); n != len(check.Names()) {
			t.Errorf("%d outcomes", n)
		}
	})
}

// plainFile returns a trace with one block of events, written by hand: goroutines and
// compression make the fuzzer's figures of what is new unsteady.
func plainFile(content []byte) []byte {
	b := fmt.Appendf(nil, "%s%d\n", magic, Version)
	for _, block := range []struct {
		kind    byte
		content []byte
	}{{headerBlock, []byte("{}")}, {eventBlock, content}, {summaryBlock, []byte("{}")}} {
		head := make([]byte, blockHead)
		putHead(head, block.kind, len(block.content), block.content)
		b = append(append(b, head...), block.content...)
	}
	return b
}

// FuzzEvents has the events of a block that is whole be anything: they are
// read or refused, and judged without a panic.
func FuzzEvents(f *testing.F) {
	for _, seed := range story(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := NewReader(bytes.NewReader(plainFile(content)))
		if err != nil {
			t.Fatal(err)
		}
		replay, _ := r.Replay()
		if n := len(check.Replayed(replay).Checks); n != len(check.Names()) {
			t.Errorf("%d outcomes", n)
		}
	})
}
