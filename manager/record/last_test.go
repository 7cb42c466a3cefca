package record

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"chatsim/manager/wire"
)

// The last messages to the group come back as they were said, from a record of any
// length, with places that grow over the runs.
func TestLast(t *testing.T) {
	path := filepath.Join(t.TempDir(), "server.json")
	var want []string
	for run := range 3 {
		r, _, err := Open(path, Config{Format: JSON, Place: uint64(1000 * run)})
		if err != nil {
			t.Fatal(err)
		}
		r.Write(wire.AppendJoin(nil, "bob"))
		for i := range 200 {
			line := wire.AppendLine(nil, "bob", fmt.Appendf(nil, "run %d, line %d\u2028 \"%s\"", run, i, strings.Repeat("x", 2000)), wire.Group)
			want = append(want, string(line))
			r.Write(line)
			r.Write(wire.AppendLine(nil, "bob", []byte("psst"), "amy"))
		}
		if err := r.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fmt.Fprint(f, `{"time":"torn`)
	for _, n := range []int{1, 10, 300, 600, 10000} {
		got, err := Last(path, n)
		if err != nil || len(got) != min(n, len(want)) {
			t.Fatalf("%d of the last %d: %v", len(got), n, err)
		}
		place := uint64(0)
		for i, m := range got {
			if string(m.Frame()) != want[len(want)-len(got)+i] || m.Place <= place || time.Since(m.Time) > time.Hour {
				t.Errorf("of %d, message %d is %v", n, i, m)
			}
			place = m.Place
		}
		if place != 2201 {
			t.Errorf("the last place is %d", place)
		}
	}
}

func TestLastOfNone(t *testing.T) {
	if _, err := Last(filepath.Join(t.TempDir(), "none"), 5); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
	if got, err := Last(os.DevNull, 5); err != nil || len(got) > 0 {
		t.Errorf("a device: %v, %v", got, err)
	}
	if got, err := lastOf(strings.NewReader("hello@bob@x\n"), 12, 5); err != nil || len(got) > 0 {
		t.Errorf("text: %v, %v", got, err)
	}
	if _, err := lastOf(readerAt{}, 12, 5); err == nil {
		t.Error("a disk that fails is not told")
	}
	back := []byte(`{"time":"2026-01-02T15:04:05Z","place":7,"sender":"a","target":"` + wire.Group + `","text":"x"}` + "\n")
	if got, err := lastOf(bytes.NewReader(append(back, back...)), int64(2*len(back)), 5); err != nil || len(got) != 2 || got[1].Place != 8 {
		t.Errorf("a clock that was set back: %v, %v", got, err)
	}
}

type readerAt struct{}

func (readerAt) ReadAt([]byte, int64) (int, error) { return 0, iotest.ErrTimeout }
