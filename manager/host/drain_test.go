package host

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"chatsim/chatter"
	"chatsim/manager/wire"
)

// A full disk is told once and shown, and the room goes on.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full")
	}
	o := open(t, Config{Record: "/dev/full"})
	bob := o.join("bob")
	for range 3 {
		bob.Say([]byte("hi"))
		hears(t, bob, "hi")
	}
	for o.h.rec.State().Err == nil {
		bob.Say([]byte("again"))
		hears(t, bob, "again")
	}
	if status, body := o.get("/healthz"); status != 200 || !strings.Contains(body, "no space left") {
		t.Errorf("health: %d %q", status, body)
	}
	if _, body := o.get("/metrics"); !strings.Contains(body, "chatsim_record_up 0") {
		t.Error("the metrics say nothing of it")
	}
	if err := o.close(); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("close: %v", err)
	}
	o.h.flush()
	if n := strings.Count(o.err.String(), "without its record"); n != 1 {
		t.Errorf("it was told %d times: %s", n, o.err.String())
	}
}

// A room that closes under load has delivered all that it accepted: what one
// has heard, all have, and the record too.
func TestDrain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "server.txt")
	o := open(t, Config{Record: path})
	const users, talkers = 8, 3
	var wg sync.WaitGroup
	heard := make([][]byte, users)
	started := make(chan bool, users)
	for i := range users {
		c := o.join(fmt.Sprint("u", i))
		wg.Go(func() {
			for n := 0; i < talkers && c.Say(fmt.Appendf(nil, "%d", n)) == nil; n++ {
			}
		})
		wg.Go(func() {
			var f chatter.Frame
			for lines := 0; c.Next(&f) == nil; {
				if f.Kind != wire.Line {
					continue
				}
				heard[i] = wire.AppendMessage(heard[i], f.Text, string(f.Sender), string(f.Target))
				if lines++; lines == 1000 {
					started <- true
				}
			}
		})
	}
	for range users {
		<-started
	}
	if err := o.close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	recorded, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range heard {
		if !bytes.HasSuffix(recorded, h) {
			t.Errorf("user %d has heard %d bytes, which are not the end of the %d recorded", i, len(h), len(recorded))
		}
	}
	if st := o.h.room.Stats(); uint64(bytes.Count(recorded, []byte("\n"))) != st.Lines {
		t.Errorf("%d lines accepted, %d recorded", st.Lines, bytes.Count(recorded, []byte("\n")))
	}
}

// A room ends in time though nobody reads what it says, and counts that.
func TestNobodyReads(t *testing.T) {
	in, out := io.Pipe()
	defer in.Close()
	o := &opened{t: t}
	o.open(Config{Verbose: true}, out)
	for n := range 10_000 {
		o.h.log.Info("a line that nobody reads", "n", n)
	}
	o.join("bob")
	if _, text := o.get("/metrics"); !regexp.MustCompile(`(?m)^chatsim_log_lost_lines_total [1-9]`).MatchString(text) {
		t.Error("the metrics say nothing of it")
	}
	if err := o.close(); err != nil {
		t.Error(err)
	}
}

// The record gets its last lines though people have used up all of the drain.
func TestRecordAfterDrain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "server.txt")
	o := open(t, Config{Record: path})
	var want strings.Builder
	for n := range 10_000 {
		fmt.Fprintf(&want, "%d@bob@amy\n", n)
		fmt.Fprintf(o.h.rec, " bob:%d@bob@amy\n", n)
	}
	late, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	if err := o.h.rec.finish(late); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != want.String() {
		t.Errorf("%d bytes are recorded of %d, %v", len(b), want.Len(), err)
	}
}
