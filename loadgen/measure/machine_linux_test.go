package measure

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	busy, stolen := parseStat([]byte("cpu  100 10 50 9999 77 1 2 5 0 0\ncpu0 1 2 3 4 5 6 7 8\n"))
	if busy != 1630*time.Millisecond || stolen != 50*time.Millisecond {
		t.Errorf("busy %v, stolen %v", busy, stolen)
	}
	if busy, stolen := parseStat([]byte("intr 5")); busy != 0 || stolen != 0 {
		t.Errorf("of something else: %v, %v", busy, stolen)
	}
}

func TestThrottled(t *testing.T) {
	root := t.TempDir()
	write := func(dir, text string) {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, dir, "cpu.stat"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("ci/job", "nr_throttled 3\nthrottled_usec 1500\n")
	write("cpu,cpuacct/docker/x", "nr_throttled 3\nthrottled_time 7000\n")
	for cgroup, want := range map[string]time.Duration{
		"0::/ci/job\n": 1500 * time.Microsecond,
		"5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n0::/none\n": 7 * time.Microsecond,
		"0::/none\n": 0,
		"":           0,
	} {
		if got := throttled(root, []byte(cgroup)); got != want {
			t.Errorf("%q: %v, want %v", cgroup, got, want)
		}
	}
}

// TestReadMachine holds the real files to what they are for.
func TestReadMachine(t *testing.T) {
	a := readMachine()
	if a.busy <= 0 {
		t.Errorf("%+v: no processor time of the machine", a)
	}
	if b := readMachine(); b.busy < a.busy || b.throttled < a.throttled {
		t.Errorf("%+v, and then %+v", a, b)
	}
}
