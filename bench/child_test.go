package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"runtime/metrics"
	"strconv"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/manager"
)

// What a process can be that this test program starts of itself: memory is told
// apart by process, and one that has done nothing yet has nothing to reuse. The
// child answers each line of its input with a line of JSON.
const (
	asManager = "bench-manager" // answers its address, then the bytes in use, again and again
	asRoom    = "bench-room"    // USERS DURATION: answers an idleResult, once
)

// idleResult is what an idle room uses.
type idleResult struct {
	BytesPerUser float64
	CPUPercent   float64 // of one core
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == asManager || os.Args[1] == asRoom) {
		if err := beChild(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func beChild(args []string) error {
	in := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	if args[0] == asManager {
		return beManager(in, out)
	}
	users, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	watched, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	in.Scan()
	r, err := beRoom(users, watched)
	if err != nil {
		return err
	}
	return out.Encode(r)
}

func beManager(in *bufio.Scanner, out *json.Encoder) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go manager.New(manager.Config{}).Serve(ln) // until the process ends
	in.Scan()
	for err = out.Encode(ln.Addr().String()); err == nil && in.Scan(); {
		err = out.Encode(inUse())
	}
	return err
}

// beRoom runs a room for as long again as it is watched, then watches it. A
// first line is sent before that and no other.
func beRoom(users int, watched time.Duration) (r idleResult, err error) {
	steady, err := scenario.Find("steady")
	if err != nil {
		return r, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return r, err
	}
	go manager.New(manager.Config{}).Serve(ln)
	before := inUse()
	rep, err := loadgen.Run(context.Background(), loadgen.Config{
		Join: loadgen.Dial(ln.Addr().String()), Users: users, Scenario: steady, Seed: 1,
		Rate: report.Rate(1e-6), Warmup: watched, Duration: watched,
		Progress: func(p loadgen.Progress) {
			settled := p.Phase == loadgen.Warming && p.Done > 0.5 || p.Phase == loadgen.Loading
			if settled && r.BytesPerUser == 0 {
				r.BytesPerUser = float64(inUse()-before) / float64(users)
			}
		},
	})
	if err != nil {
		return r, err
	}
	r.CPUPercent = 100 * rep.Resources.CoresUsed
	return r, nil
}

// inUse returns the memory in use, in bytes, once all garbage is gone and stacks
// have shrunk: all that the runtime has, but for what it keeps to give out.
func inUse() int64 {
	for range 5 {
		runtime.GC()
	}
	free := []string{"/memory/classes/heap/free:bytes", "/memory/classes/heap/released:bytes",
		"/memory/classes/metadata/mcache/free:bytes", "/memory/classes/metadata/mspan/free:bytes"}
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	for _, name := range free {
		samples = append(samples, metrics.Sample{Name: name})
	}
	metrics.Read(samples)
	n := int64(samples[0].Value.Uint64())
	for _, s := range samples[1:] {
		n -= int64(s.Value.Uint64())
	}
	return n
}

// child is such a process from outside.
type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

func startChild(tb testing.TB, args ...string) *child {
	tb.Helper()
	exe, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.CommandContext(tb.Context(), exe, args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	return &child{cmd: cmd, in: in, out: json.NewDecoder(out)}
}

// ask returns the child a line and takes its answer.
func ask[T any](tb testing.TB, c *child) (answer T) {
	tb.Helper()
	if _, err := io.WriteString(c.in, "\n"); err != nil {
		tb.Fatal(err)
	}
	if err := c.out.Decode(&answer); err != nil {
		tb.Fatalf("the child process has no answer: %v", err)
	}
	return answer
}

// end has the child come to its end.
func (c *child) end(tb testing.TB) {
	tb.Helper()
	c.in.Close()
	if err := c.cmd.Wait(); err != nil {
		tb.Error(err)
	}
}
