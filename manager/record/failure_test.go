//go:build unix

package record

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

func full([]byte) (int, error) { return 0, unix.ENOSPC }

// A gap is marked as soon as the disk takes something again, though nobody says
// anything more: a crash then leaves no silent one.
func TestGapMarkedWithoutAnotherLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{fail: full}
		r := start("server.txt", d, Config{Buffer: 20})
		r.Write([]byte(" bob:1@bob@amy\n"))
		r.Write([]byte(" bob:2@bob@amy\n bob:3@bob@amy\n"))
		time.Sleep(time.Second)
		d.set(nil, nil)
		time.Sleep(time.Minute)
		if got, want := d.String(), "1@bob@amy\n[2 lines were not recorded]@*@------Group chat-------\n"; got != want {
			t.Errorf("the record is\n%s", got)
		}
		finish(t, r)
	})
}

// Places only grow: a mark has that of the last line that is missing.
func TestGapPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{fail: full}
		r := start("server.json", d, Config{Format: JSON, Buffer: 250})
		for _, text := range []string{"1", "2", "3"} {
			r.Write([]byte(" bob:" + text + "@bob@------Group chat-------\n"))
			synctest.Wait()
		}
		d.set(nil, nil)
		time.Sleep(time.Minute)
		r.Write([]byte(strings.Repeat(" bob:x@bob@------Group chat-------\n", 2)))
		finish(t, r)
		place, lost, lines := uint64(0), uint64(0), 0
		for line := range strings.Lines(d.String()) {
			var m Message
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				t.Fatal(err)
			}
			if m.Place != place+max(1, m.Lost) {
				t.Errorf("place %d behind %d: %s", m.Place, place, line)
			}
			place, lost, lines = m.Place, lost+m.Lost, lines+1
		}
		if s := r.State(); lost != 1 || lost != s.Lost || place != 5 || uint64(lines)+lost != 6 {
			t.Errorf("%d lost of place %d, state %+v", lost, place, s)
		}
	})
}

// What was written before the disk was full is made to last meanwhile.
func TestSyncWhileFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		r := start("server.txt", d, Config{})
		r.Write([]byte(stream))
		synctest.Wait()
		d.set(full, nil)
		r.Write([]byte(stream))
		time.Sleep(time.Hour)
		synctest.Wait()
		if d.syncs != 1 {
			t.Errorf("%d syncs", d.syncs)
		}
		if s := r.State(); !errors.Is(s.Err, unix.ENOSPC) {
			t.Errorf("a sync has mended a write: %+v", s)
		}
		if err := r.Close(context.Background()); !errors.Is(err, unix.ENOSPC) {
			t.Errorf("close: %v", err)
		}
		if s := r.State(); s.Lines != 4 || s.Lost != 4 || s.Waiting != 0 {
			t.Errorf("state %+v", s)
		}
	})
}

// A failed sync is tried again though nobody says anything more.
func TestSyncAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []error
		d := &disk{sync: unix.EIO}
		r := start("server.txt", d, Config{Notify: func(err error) { told = append(told, err) }})
		r.Write([]byte(stream))
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(told) != 1 || !errors.Is(told[0], unix.EIO) {
			t.Fatalf("told %v", told)
		}
		d.set(full, unix.EIO) // worse
		r.Write([]byte(stream))
		synctest.Wait()
		d.set(nil, unix.EIO) // as before
		time.Sleep(time.Minute)
		synctest.Wait()
		if s := r.State(); len(told) != 2 || !errors.Is(told[1], unix.ENOSPC) || !errors.Is(s.Err, unix.EIO) {
			t.Fatalf("told %v, state %+v", told, s)
		}
		d.set(nil, nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if s := r.State(); len(told) != 3 || told[2] != nil || s.Err != nil || time.Since(s.LastSync) > time.Minute {
			t.Errorf("told %v, state %+v", told, s)
		}
		finish(t, r)
	})
}

// Reopen has a failing disk tried once more at once, and not again and again.
func TestReopenTriesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		d := &disk{fail: func(b []byte) (int, error) {
			if tries++; tries > 100 {
				t.Error("it is tried without a pause")
				return len(b), nil
			}
			return 0, unix.ENOSPC
		}}
		r := start("server.txt", d, Config{})
		r.Write([]byte(stream))
		time.Sleep(time.Minute)
		synctest.Wait()
		before := tries
		r.Reopen()
		synctest.Wait()
		if tries != before+1 {
			t.Errorf("%d tries, want 1", tries-before)
		}
		d.set(nil, nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if d.String() != asText {
			t.Errorf("the record is\n%s", d.String())
		}
		finish(t, r)
	})
}

// Close tries a failing disk once more, however long the next try is away.
func TestCloseTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{fail: full}
		r := start("server.txt", d, Config{})
		r.Write([]byte(stream))
		time.Sleep(time.Minute)
		synctest.Wait()
		d.set(nil, nil)
		finish(t, r)
		if got := d.String(); got != asText || d.syncs != 1 {
			t.Errorf("%d syncs, the record is\n%s", d.syncs, got)
		}
		r.Write([]byte(stream))
		if s := r.State(); s.Lost != 4 {
			t.Errorf("lines behind Close: %+v", s)
		}
	})
}

// However much of a write a full disk takes, each line is either whole in the
// record or counted, and nothing is taken out of it.
func TestPartialWrites(t *testing.T) {
	for size := range len(asText) {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "server.txt")
			if err := os.WriteFile(path, []byte("old@bob@amy\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := openFile(path, 0o600)
			if err != nil {
				t.Fatal(err)
			}
			r := start(path, &small{f, size}, Config{})
			r.Write([]byte(stream))
			if err := r.Close(context.Background()); !errors.Is(err, unix.ENOSPC) {
				t.Errorf("close: %v", err)
			}
			got, whole := read(t, path), asText[:strings.LastIndexByte(asText[:size], '\n')+1]
			if got != "old@bob@amy\n"+asText[:size] {
				t.Errorf("%d bytes of room: %q", size, got)
			}
			if s := r.State(); s.Lines != uint64(strings.Count(whole, "\n")) || s.Lines+s.Lost != 4 {
				t.Errorf("%d bytes of room: %+v", size, s)
			}
		})
	}
}

// small is a file on a disk with so much room.
type small struct {
	*os.File
	room int
}

func (s *small) Write(b []byte) (int, error) {
	n, err := s.File.Write(b[:min(len(b), s.room)])
	s.room -= n
	if err == nil && n < len(b) {
		err = unix.ENOSPC
	}
	return n, err
}

// A pipe is written as it is read, nobody at its end is a failure, and at once
// one where nobody ever was.
func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(path, Config{}); err == nil || !strings.Contains(err.Error(), "nobody reads the pipe") {
		t.Errorf("without a reader: %v", err)
	}
	in, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 10)
	r := open(t, path, Config{Notify: func(err error) { told <- err }})
	const times = 3000 // more than a pipe holds
	go func() {
		for range times {
			r.Write([]byte(stream))
		}
	}()
	got := make([]byte, times*len(asText))
	if _, err := io.ReadFull(in, got); err != nil || !bytes.Equal(got, bytes.Repeat([]byte(asText), times)) {
		t.Errorf("read: %v", err)
	}
	in.Close()
	r.Write([]byte(stream))
	if err := <-told; !errors.Is(err, unix.EPIPE) {
		t.Errorf("told %v", err)
	}
	if err := r.Close(context.Background()); !errors.Is(err, unix.EPIPE) {
		t.Errorf("close: %v", err)
	}
}

// Text costs no memory beside the line's own.
func TestWriteAllocatesNothing(t *testing.T) {
	r := start("server.txt", &disk{fail: func(b []byte) (int, error) { return len(b), nil }}, Config{Buffer: 1})
	defer r.Close(context.Background())
	line := []byte(" bob:hello\tthere 你好@bob@------Group chat-------\n")
	r.Write(line)
	if n := testing.AllocsPerRun(1000, func() { r.Write(line[:20]); r.Write(line[20:]) }); n != 0 {
		t.Errorf("%v allocations a line", n)
	}
}
