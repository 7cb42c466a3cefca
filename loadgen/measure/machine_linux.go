package measure

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc/stat: USER_HZ is 100 on every platform of Go's.
const tick = 10 * time.Millisecond

func readMachine() machine {
	var m machine
	if b, err := os.ReadFile("/proc/stat"); err == nil {
		m.busy, m.stolen = parseStat(b)
	}
	paths, _ := filepath.Glob("/proc/self/task/*/schedstat")
	for _, path := range paths {
		if b, err := os.ReadFile(path); err == nil { // else the thread has ended
			m.waited += parseSchedstat(b)
		}
	}
	if b, err := os.ReadFile("/proc/self/cgroup"); err == nil {
		m.throttled = throttled("/sys/fs/cgroup", b)
	}
	return m
}

// parseStat reads the first line of /proc/stat: cpu user nice system idle
// iowait irq softirq steal.
func parseStat(b []byte) (busy, stolen time.Duration) {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	f := strings.Fields(string(line))
	if len(f) < 9 || f[0] != "cpu" {
		return 0, 0
	}
	for _, i := range []int{1, 2, 3, 6, 7} {
		busy += time.Duration(number(f[i])) * tick
	}
	return busy, time.Duration(number(f[8])) * tick
}

// parseSchedstat returns the second figure, ns spent runnable but not running.
func parseSchedstat(b []byte) time.Duration {
	f := strings.Fields(string(b))
	if len(f) < 2 {
		return 0
	}
	return time.Duration(number(f[1]))
}

// throttled reads the cpu.stat of the control group that a /proc/self/cgroup
// names, of version 2 or 1; in a container its own may be mounted as the root.
func throttled(root string, cgroup []byte) time.Duration {
	for line := range strings.Lines(string(cgroup)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) < 3 {
			continue
		}
		base := root
		switch {
		case f[0] == "0" && f[1] == "":
		case strings.Contains(","+f[1]+",", ",cpu,"):
			base = filepath.Join(root, f[1])
		default:
			continue
		}
		for _, dir := range []string{filepath.Join(base, f[2]), base} {
			if b, err := os.ReadFile(filepath.Join(dir, "cpu.stat")); err == nil {
				return parseCPUStat(b)
			}
		}
	}
	return 0
}

// parseCPUStat knows both versions' names.
func parseCPUStat(b []byte) time.Duration {
	for line := range strings.Lines(string(b)) {
		switch name, value, _ := strings.Cut(strings.TrimSpace(line), " "); name {
		case "throttled_usec":
			return time.Duration(number(value)) * time.Microsecond
		case "throttled_time":
			return time.Duration(number(value))
		}
	}
	return 0
}

// number is 0 where there is none.
func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
