package trace

import (
	"bytes"
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
		if n := len(replay.End().Outcomes); n != len(check.Names()) {
			t.Errorf("%d outcomes", n)
		}
	})
}

// FuzzEvents has the events of a block that is whole be anything: they are
// read or refused, and judged without a panic.
func FuzzEvents(f *testing.F) {
	for _, seed := range story(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var b bytes.Buffer
		w, err := NewWriter(&b, nil)
		if err != nil {
			t.Fatal(err)
		}
		w.block = content
		if err := w.Close([]byte("{}")); err != nil {
			t.Fatal(err)
		}
		r, err := NewReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		replay, _ := r.Replay()
		if n := len(replay.End().Outcomes); n != len(check.Names()) {
			t.Errorf("%d outcomes", n)
		}
	})
}
