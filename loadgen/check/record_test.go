package check_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/loadgen/trace"
)

// record makes a run and returns its trace and its result.
func record(t testing.TB, run check.RunFunc, users, steps int, seed uint64) ([]byte, check.Result, bool) {
	t.Helper()
	var b bytes.Buffer
	w, err := trace.NewWriter(&b, []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	result, planted := run(users, steps, seed, w.Record)
	if err := w.Close([]byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), result, planted
}

// rejudge judges a trace.
func rejudge(in io.Reader) (check.Result, error) {
	r, err := trace.NewReader(in)
	if err != nil {
		return check.Result{}, err
	}
	replay, err := r.Replay()
	return check.Replayed(replay), err
}

// same says where two results differ.
func same(t *testing.T, live, again check.Result) {
	t.Helper()
	if reflect.DeepEqual(live, again) {
		return
	}
	for i, o := range live.Checks {
		if !reflect.DeepEqual(o, again.Checks[i]) {
			t.Errorf("live   %+v\nagain  %+v", o, again.Checks[i])
		}
	}
	t.Errorf("deliveries: live %d of %d, %d observed; again %d of %d, %d observed",
		live.Deliveries, live.Expected, live.Observed, again.Deliveries, again.Expected, again.Observed)
}

// TestSavedRunsAreJudgedAlike: what a trace comes to is what the run came to,
// verdicts, figures and witnesses, whatever the server did wrong; and that it
// is recorded changes nothing.
func TestSavedRunsAreJudgedAlike(t *testing.T) {
	runs := check.BrokenRuns()
	runs["nothing"] = check.RightRun
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			planted, want := 0, 2
			if testing.Short() {
				want = 1
			}
			for seed := uint64(0); planted < want; seed++ {
				if seed == 200 {
					t.Fatalf("planted in %d runs only", planted)
				}
				users, steps := 7, 600
				if planted == 1 {
					users, steps = 40, 2400
				}
				file, live, ok := record(t, run, users, steps, seed)
				if !ok {
					continue
				}
				planted++
				again, err := rejudge(bytes.NewReader(file))
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				same(t, live, again)
				unrecorded, _ := run(users, steps, seed, nil)
				same(t, unrecorded, live)
				if t.Failed() {
					t.Fatalf("seed %d, %d users", seed, users)
				}
			}
		})
	}
}

// TestSavedCorpus: runs that were saved over sockets, of all scenarios and of
// wrong servers, are judged as they were.
func TestSavedCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/runs/*.trace")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		result, err := rejudge(f)
		f.Close()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		check.CheckCorpus(t, "saved run "+filepath.Base(name), result)
	}
}

// TestCutTraces: a trace that is cut anywhere is told to be, and nothing is
// found in what is left that a right server has not done.
func TestCutTraces(t *testing.T) {
	file, _, _ := record(t, check.RightRun, 7, 900, 3)
	var last *trace.CutError // all events are there, the report is not
	if _, err := rejudge(bytes.NewReader(file[:len(file)-1])); !errors.As(err, &last) {
		t.Fatal(err)
	}
	judged := 0
	for n := 1; n < len(file); n += 1 + n/500 {
		result, err := rejudge(bytes.NewReader(file[:n]))
		var ce *trace.CutError
		if !errors.As(err, &ce) || ce.Offset > int64(n) {
			t.Fatalf("cut at %d: %v", n, err)
		}
		for _, o := range result.Checks {
			if o.Verdict == report.Failed {
				t.Fatalf("cut at %d: %s failed: %+v", n, o.Name, o.Witnesses)
			}
			if o.Name == check.Agreement {
				judged++
				if o.Verdict != report.Inconclusive && ce.Offset < last.Offset {
					t.Fatalf("cut at %d: %s %s", n, o.Name, o.Verdict)
				}
			}
		}
	}
	if judged == 0 {
		t.Error("nothing was judged")
	}
}

// TestRecordingsThatBreakOff: wherever the events of a right run end, nothing
// is held against the server.
func TestRecordingsThatBreakOff(t *testing.T) {
	for seed := range uint64(3) {
		replays := make(map[int]*ledger.Replay)
		n := 0
		for after := 1; after < 3000; after += 1 + after/10 {
			replays[after] = ledger.NewReplay()
		}
		check.RightRun(7, 900, seed, func(e *ledger.Event) {
			n++
			for after, r := range replays {
				if n > after {
					continue
				}
				if err := r.Step(e); err != nil {
					t.Fatal(err)
				}
			}
		})
		for after, r := range replays {
			for _, o := range check.Replayed(r).Checks {
				if o.Verdict == report.Failed && after < n {
					t.Errorf("seed %d: %s failed after %d of %d events: %+v", seed, o.Name, after, n, o.Witnesses)
				}
			}
		}
	}
}

func ExampleReplayed() {
	replay := ledger.NewReplay()
	for _, e := range []ledger.Event{
		{Kind: ledger.EventBegan, Nonce: "t3st"},
		{Kind: ledger.EventFinished},
	} {
		if err := replay.Step(&e); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(len(check.Replayed(replay).Checks) == len(check.Names()), replay.Finished())
	// Output: true true
}

// TestScrambledRecordings: events that cannot have been are refused, and those
// that are not refused are judged, whatever they add up to.
func TestScrambledRecordings(t *testing.T) {
	refused, taken := 0, 0
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		replay := ledger.NewReplay()
		check.RightRun(5, 300, seed, func(e *ledger.Event) {
			times := 1
			if e.Kind != ledger.EventBegan && rnd.IntN(30) == 0 {
				times = rnd.IntN(3)
				scramble(rnd, e)
			}
			for range times {
				if err := replay.Step(e); errors.Is(err, ledger.ErrImpossible) {
					refused++
				} else if err != nil {
					t.Fatal(err)
				} else {
					taken++
				}
			}
		})
		if n := len(check.Replayed(replay).Checks); n != len(check.Names()) {
			t.Errorf("seed %d: %d outcomes", seed, n)
		}
	}
	if refused == 0 || taken == 0 {
		t.Errorf("%d events were refused, %d taken", refused, taken)
	}
}

// scramble changes an event somewhere.
func scramble(rnd *rand.Rand, e *ledger.Event) {
	number := func() int64 { return []int64{-1, 0, 1, 5, 77, 1 << 20, 1 << 40}[rnd.IntN(7)] }
	switch rnd.IntN(10) {
	case 0:
		e.Session = int(number())
	case 1:
		e.C = number()
	case 2:
		e.Pos = number()
	case 3:
		e.At = time.Duration(number())
	case 4:
		e.Kind = ledger.EventKind(rnd.IntN(16))
	case 5:
		e.Chatter, e.Line.Chatter = int(number()), int(number())
	case 6:
		e.Note.Seq, e.Line.Seq = int(number()&(1<<31-1)), int(number()&(1<<31-1))
	case 7:
		e.Note.Target, e.Note.Text = "bob", "t3st-0-0;"
	case 8:
		e.C, e.Pos = e.C+1, e.Pos+1
	}
}
