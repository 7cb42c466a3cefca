//go:build unix

package record

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"chatsim/manager/wire"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("RECORD_CHILD"); path != "" {
		child(path)
		return
	}
	goleak.VerifyTestMain(m)
}

// stream is what a reader of a small room is sent.
const stream = ` amy:hi@amy@------Group chat-------
{"join":["bob","bob2"]}
 bob:a@b@bob@------Group chat-------
 bob:psst@bob@amy
{"leave":["bob2"]}
{"error":"no such user: eve"}
["amy","bob"]
 bob:x	y@bob@------Group chat-------
`

func open(t testing.TB, path string, cfg Config) *Recorder {
	t.Helper()
	r, _, err := Open(path, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func finish(t testing.TB, r *Recorder) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := r.Close(ctx); err != nil {
		t.Error(err)
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const asText = "hi@amy@------Group chat-------\na@b@bob@------Group chat-------\npsst@bob@amy\nx\ty@bob@------Group chat-------\n"

// The record is the same wherever its input is cut.
func TestText(t *testing.T) {
	for cut := range len(stream) {
		path := filepath.Join(t.TempDir(), "server.txt")
		r := open(t, path, Config{})
		for _, part := range []string{stream[:cut], stream[cut:]} {
			if n, err := r.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		finish(t, r)
		if got := read(t, path); got != asText {
			t.Fatalf("cut at %d:\n%s", cut, got)
		}
		if s := r.State(); s.Lines != 4 || s.Bytes != uint64(len(asText)) || s.Waiting != 0 || s.Err != nil {
			t.Fatalf("state %+v", s)
		}
	}
}

func TestJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "server.json")
		r := open(t, path, Config{Format: JSON})
		r.Write([]byte(stream))
		finish(t, r)
		now := time.Now().UTC()
		var got []string
		for line := range strings.Lines(read(t, path)) {
			var m Message
			if err := json.Unmarshal([]byte(line), &m); err != nil || !m.Time.Equal(now) {
				t.Fatalf("%s: %v", line, err)
			}
			got = append(got, fmt.Sprintf("%d %v %s>%s %q", m.Place, m.Private, m.Sender, m.Target, m.Text))
		}
		want := []string{`1 false amy>------Group chat------- "hi"`, `4 false bob>------Group chat------- "a@b"`, `4 true bob>amy "psst"`, `6 false bob>------Group chat------- "x\ty"`}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%q", got)
		}
	})
}

// disk is a file whose writes do as they are told.
type disk struct {
	mu    sync.Mutex
	held  bytes.Buffer
	fail  func(b []byte) (int, error)
	sync  error
	syncs int
}

func (d *disk) Write(b []byte) (n int, err error) {
	d.mu.Lock()
	fail := d.fail
	d.mu.Unlock()
	if n = len(b); fail != nil {
		n, err = fail(b)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held.Write(b[:n])
	return n, err
}

func (d *disk) Sync() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.syncs++
	return d.sync
}

func (*disk) Close() error { return nil }

// set changes how it does.
func (d *disk) set(fail func(b []byte) (int, error), sync error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail, d.sync = fail, sync
}

func (d *disk) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.held.String()
}

// A full disk is told of once and tried again; what has no room is counted in
// its place, and what was there goes on where it was cut.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []error
		d := &disk{fail: func(b []byte) (int, error) { return min(1, len(b)), unix.ENOSPC }}
		r := start("server.txt", d, Config{Buffer: 100, Notify: func(err error) { told = append(told, err) }})
		for range 10 {
			r.Write([]byte(" bob:0123456789@bob@amy\n"))
			synctest.Wait()
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		s := r.State()
		if len(told) != 1 || !errors.Is(told[0], unix.ENOSPC) || s.Err == nil || s.Lost != 5 || s.Gaps != 1 || s.Waiting == 0 {
			t.Errorf("told %v, state %+v", told, s)
		}
		d.set(nil, nil)
		time.Sleep(time.Minute)
		r.Write([]byte(" bob:again@bob@amy\n"))
		finish(t, r)
		want := strings.Repeat("0123456789@bob@amy\n", 5) + "[5 lines were not recorded]@*@------Group chat-------\nagain@bob@amy\n"
		if got := d.String(); got != want {
			t.Errorf("the record is\n%s", got)
		}
		if s := r.State(); len(told) != 2 || told[1] != nil || s.Err != nil || s.Lines != 6 {
			t.Errorf("told %v, state %+v", told, s)
		}
	})
}

// A disk that hangs holds nobody up, and Close waits only for so long.
func TestHangingDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		d := &disk{fail: func(b []byte) (int, error) { <-release; return len(b), nil }}
		r := start("server.txt", d, Config{Buffer: 1000})
		begin := time.Now()
		for range 100 {
			r.Write([]byte(stream))
			synctest.Wait()
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := r.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("close: %v", err)
		}
		if took := time.Since(begin); took != time.Second {
			t.Errorf("it took %v", took)
		}
		close(release)
		finish(t, r)
		if s := r.State(); s.Lines+s.Lost != 400 || s.Lost == 0 || !strings.Contains(d.String(), fmt.Sprintf("[%d lines were not", s.Lost)) {
			t.Errorf("state %+v\n%s", s, d.String())
		}
	})
}

// What is written is made to last within the time said, together.
func TestSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []error
		d := &disk{}
		r := start("server.txt", d, Config{Sync: time.Second, Notify: func(err error) { told = append(told, err) }})
		for range 30 {
			r.Write([]byte(stream))
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		if d.syncs != 3 {
			t.Errorf("%d syncs in 3 s", d.syncs)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		d.set(nil, unix.EIO)
		r.Write([]byte(stream))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		r.Write([]byte(stream))
		if len(told) != 1 || !errors.Is(told[0], unix.EIO) || r.State().Err == nil {
			t.Errorf("told %v", told)
		}
		synctest.Wait()
		d.set(nil, nil)
		finish(t, r)
		if len(told) != 2 || told[1] != nil {
			t.Errorf("told %v", told)
		}
	})
}

// The devices that people test with.
func TestDevices(t *testing.T) {
	r := open(t, "/dev/null", Config{})
	r.Write([]byte(stream))
	finish(t, r)
	told := make(chan error, 10)
	r = open(t, "/dev/full", Config{Notify: func(err error) { told <- err }})
	r.Write([]byte(stream))
	if err := <-told; !errors.Is(err, unix.ENOSPC) {
		t.Error(err)
	}
	if err := r.Close(context.Background()); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("close: %v", err)
	}
}

// child records numbered lines and says which, until it is killed.
func child(path string) {
	r, _, err := Open(path, Config{})
	if err != nil {
		panic(err)
	}
	for n := 0; ; n++ {
		fmt.Fprintf(r, " bob:%d@bob@%s\n", n, wire.Group)
		if n%100 == 99 {
			for r.State().Waiting > 0 { // what a reader of the room has seen for some time
				time.Sleep(time.Millisecond)
			}
			fmt.Println(n)
		}
	}
}

// A process that is killed leaves a record of whole lines without a gap, but for the
// last, which a kill may cut, and all that the State said to be in the file is.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "server.txt")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "RECORD_CHILD="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in, said := bufio.NewScanner(out), -1
	for range 20 {
		if !in.Scan() {
			t.Fatal("the child has ended")
		}
		if said, err = strconv.Atoi(in.Text()); err != nil {
			t.Fatal(err)
		}
	}
	cmd.Process.Kill()
	io.Copy(io.Discard, out)
	cmd.Wait()
	r, cut, err := Open(path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	finish(t, r)
	n, lines := 0, slices.Collect(strings.Lines(read(t, path)))
	for ; n < len(lines); n++ {
		due := fmt.Sprintf("%d@bob@%s\n", n, wire.Group)
		if cut && n == len(lines)-1 && strings.HasPrefix(due, strings.TrimSuffix(lines[n], "\n")) {
			break
		}
		if lines[n] != due {
			t.Fatalf("line %d is %q", n, lines[n])
		}
	}
	if n <= said {
		t.Errorf("%d lines, line %d was said to be there", n, said)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, f := range []Format{Text, JSON} {
		b.Run([]string{"text", "json"}[f], func(b *testing.B) {
			r := open(b, filepath.Join(b.TempDir(), "server.txt"), Config{Format: f, Buffer: 1 << 30})
			line := []byte(" bob:" + strings.Repeat("x", 64) + "@bob@" + wire.Group + "\n")
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				r.Write(line)
			}
			b.StopTimer()
			finish(b, r)
		})
	}
}
