//go:build unix

package record

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"chatsim/manager/wire"
)

// rotating is a record in a directory of its own, and what it has told.
type rotating struct {
	*Recorder
	t           testing.TB
	path, aside string
	told        []string
}

// rotate runs a test in fake time with an open record.
func rotate(t *testing.T, do func(r *rotating)) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		r := &rotating{t: t, path: filepath.Join(dir, "server.txt"), aside: filepath.Join(dir, "server.txt.1")}
		r.Recorder = open(t, r.path, Config{
			Notify: func(err error) { r.told = append(r.told, fmt.Sprint(err)) },
			Opened: func(why string) { r.told = append(r.told, why) },
		})
		do(r)
	})
}

// says has something written, and waits until it is or cannot be.
func (r *rotating) says(text string) {
	fmt.Fprintf(r, " bob:%s@bob@%s\n", text, wire.Group)
	synctest.Wait()
}

// holds looks what is in a file.
func (r *rotating) holds(path string, texts ...string) {
	r.t.Helper()
	var want strings.Builder
	for _, text := range texts {
		fmt.Fprintf(&want, "%s@bob@%s\n", text, wire.Group)
	}
	if got := read(r.t, path); got != want.String() {
		r.t.Errorf("%s holds\n%swant\n%s", filepath.Base(path), got, want.String())
	}
}

// ends closes the record, in which all that was said is but for what was lost.
func (r *rotating) ends(lines, lost uint64) {
	r.t.Helper()
	finish(r.t, r.Recorder)
	if s := r.State(); s.Lines != lines || s.Lost != lost || s.Waiting != 0 {
		r.t.Errorf("state %+v", s)
	}
}

func (r *rotating) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rotating) tells(want ...string) {
	r.t.Helper()
	if got := fmt.Sprintf("%q", r.told); got != fmt.Sprintf("%q", want) {
		r.t.Errorf("told %s, want %q", got, want)
	}
}

func TestMoved(t *testing.T) {
	rotate(t, func(r *rotating) {
		r.says("one")
		r.must(os.Rename(r.path, r.aside))
		r.says("two")
		r.holds(r.aside, "one")
		r.holds(r.path, "two")
		r.must(os.Chmod(r.path, 0o640))
		r.must(os.Rename(r.path, r.aside))
		save(t, r.path, "three@bob@"+wire.Group) // its last line without an end
		r.says("four")
		r.holds(r.path, "three", "four")
		r.tells("moved", "moved")
		r.ends(3, 0)
	})
}

// A file that nobody writes to is there again all the same, within a second and
// with the rights that it had.
func TestMovedInSilence(t *testing.T) {
	rotate(t, func(r *rotating) {
		r.must(os.Chmod(r.path, 0o640))
		r.must(os.Rename(r.path, r.aside))
		time.Sleep(time.Second)
		synctest.Wait()
		r.holds(r.path)
		r.must(os.Rename(r.path, r.aside))
		r.Reopen()
		synctest.Wait()
		r.holds(r.path)
		r.Reopen()
		synctest.Wait()
		r.tells("moved", "moved")
		r.ends(0, 0)
	})
}

func TestDeleted(t *testing.T) {
	rotate(t, func(r *rotating) {
		r.says("one")
		r.must(os.Remove(r.path))
		r.says("two")
		r.holds(r.path, "two")
		r.tells("deleted")
		r.ends(2, 0)
	})
}

// A copy is kept, and the file emptied.
func TestTruncated(t *testing.T) {
	rotate(t, func(r *rotating) {
		r.says("one")
		r.must(os.Truncate(r.path, 0))
		r.says("two")
		r.holds(r.path, "two")
		r.must(os.Truncate(r.path, 2)) // within a line
		r.says("three")
		if got := read(t, r.path); got != "tw\nthree@bob@"+wire.Group+"\n" {
			t.Errorf("it is %q", got)
		}
		r.tells("truncated", "truncated")
		r.ends(3, 0)
	})
}

// What others add is kept, and no line is glued to theirs.
func TestWrittenByOthers(t *testing.T) {
	rotate(t, func(r *rotating) {
		r.says("one")
		f, err := os.OpenFile(r.path, os.O_APPEND|os.O_WRONLY, 0)
		r.must(err)
		fmt.Fprint(f, "a note")
		f.Close()
		r.says("two")
		if got, end := read(t, r.path), "@bob@"+wire.Group+"\n"; got != "one"+end+"a note\ntwo"+end {
			t.Errorf("it is %q", got)
		}
		r.tells()
		r.ends(2, 0)
	})
}

// While no new file can be opened, the one that was moved away is written on.
func TestMovedWithItsDirectory(t *testing.T) {
	rotate(t, func(r *rotating) {
		dir := filepath.Dir(r.path)
		away := dir + ".away"
		t.Cleanup(func() { os.RemoveAll(away) })
		r.says("one")
		r.must(os.Rename(dir, away))
		r.says("two")
		r.holds(filepath.Join(away, "server.txt"), "one", "two")
		if s := r.State(); s.Err == nil || s.Lines != 2 {
			t.Errorf("state %+v", s)
		}
		r.must(os.Mkdir(dir, 0o700))
		r.says("three")
		r.holds(r.path, "three")
		r.tells("open the record "+r.path+": there is no directory "+dir, "moved", "<nil>")
		r.ends(3, 0)
	})
}

// What somebody else has put there is left alone; lines wait until it is gone.
func TestReplaced(t *testing.T) {
	rotate(t, func(r *rotating) {
		r.must(os.Remove(r.path))
		save(t, r.path, `{"a":1}`)
		r.says("one")
		time.Sleep(time.Minute)
		if s := r.State(); s.Err == nil || s.Lines != 0 || s.Waiting == 0 {
			t.Errorf("state %+v", s)
		}
		if got := read(t, r.path); got != `{"a":1}` {
			t.Errorf("it is %q", got)
		}
		r.must(os.Rename(r.path, r.aside))
		r.Reopen()
		synctest.Wait()
		r.holds(r.path, "one")
		r.tells(r.path+" is not a record: it holds something else, and is left as it is", "deleted", "<nil>")
		r.ends(1, 0)
	})
}

// What cannot be kept to the end is lost, and said.
func TestDeletedForGood(t *testing.T) {
	rotate(t, func(r *rotating) {
		r.says("one")
		r.must(os.RemoveAll(filepath.Dir(r.path)))
		r.says("two")
		if err := r.Close(context.Background()); err == nil || !strings.Contains(err.Error(), "there is no directory") {
			t.Errorf("close: %v", err)
		}
		if s := r.State(); s.Lines != 1 || s.Lost != 1 {
			t.Errorf("state %+v", s)
		}
	})
}

// Between two looks at the file anything may happen to it: what was then written
// to one without a name is written again.
func TestChangedInBetween(t *testing.T) {
	line := func(text string) string { return text + "@bob@" + wire.Group + "\n" }
	path := filepath.Join(t.TempDir(), "server.txt")
	for name, c := range map[string]struct {
		first  string // is written before
		change func() error
		want   string // the file then
	}{
		"deleted":             {line("one"), func() error { return os.Remove(path) }, line("two")},
		"deleted in a line":   {line("one") + "tw", func() error { return os.Remove(path) }, "tw" + line("two")},
		"truncated":           {line("one"), func() error { return os.Truncate(path, 0) }, line("two")},
		"truncated in a line": {line("one") + "tw", func() error { return os.Truncate(path, 0) }, line("two") + "tw" + line("two")},
		"cut":                 {line("one"), func() error { return os.Truncate(path, 3) }, "one" + line("two") + line("two")},
		"nothing":             {line("one"), func() error { return nil }, line("one") + line("two")},
	} {
		t.Run(name, func(t *testing.T) {
			os.Remove(path)
			p, _, err := openPath(path, Config{Opened: func(string) {}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { p.Close() }()
			if n, err := p.Write([]byte(c.first)); n != len(c.first) || err != nil {
				t.Fatal(n, err)
			}
			before := p.size
			if err := c.change(); err != nil {
				t.Fatal(err)
			}
			// As Write does it, but that the change comes behind its look.
			rest := []byte(line("two"))
			n, err := p.f.Write(rest)
			p.size += int64(n)
			if err != nil {
				t.Fatal(err)
			}
			if p.kept(before, n) {
				p.extend(rest)
			} else if n, err := p.Write(rest); n != len(rest) || err != nil {
				t.Fatal(n, err)
			}
			if got := read(t, path); got != c.want {
				t.Errorf("it is\n%swant\n%s", got, c.want)
			}
		})
	}
}

// A disk that is full in the midst of a line is relieved by a new file, in which
// the line is whole.
func TestMovedInALine(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"moved":     func(path string) error { return os.Rename(path, path+".1") },
		"deleted":   os.Remove,
		"truncated": func(path string) error { return os.Truncate(path, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "server.txt")
			p, _, err := openPath(path, Config{Opened: func(string) {}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { p.Close() }()
			half := len(asText) - 9
			for _, part := range []string{asText[:half-5], asText[half-5 : half]} {
				if n, err := p.Write([]byte(part)); n != len(part) || err != nil {
					t.Fatal(n, err)
				}
			}
			if err := change(path); err != nil {
				t.Fatal(err)
			}
			if n, err := p.Write([]byte(asText[half:])); n != 9 || err != nil {
				t.Fatal(n, err)
			}
			last := asText[strings.LastIndexByte(asText[:len(asText)-1], '\n')+1:]
			if got := read(t, path); got != last {
				t.Errorf("it is %q", got)
			}
			if old, err := os.ReadFile(path + ".1"); err == nil && string(old) != asText[:half]+"\n" {
				t.Errorf("the old one is %q", old)
			}
		})
	}
}

// Of a pipe that is another one by now the new one is written.
func TestPipeAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	reader := func() *os.File {
		t.Helper()
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		in, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	first := reader()
	defer first.Close()
	r := open(t, path, Config{})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	second := reader()
	defer second.Close()
	r.Write([]byte(stream))
	finish(t, r)
	b := make([]byte, 2*len(asText))
	if n, err := second.Read(b); string(b[:max(n, 0)]) != asText {
		t.Errorf("read %q, %v", b[:max(n, 0)], err)
	}
}

// What is open already is written as it is.
func TestTo(t *testing.T) {
	d := &disk{}
	r := To(d, "standard output", Config{})
	r.Write([]byte(stream))
	r.Reopen()
	finish(t, r)
	if d.String() != asText {
		t.Errorf("it is %q", d.String())
	}
}
