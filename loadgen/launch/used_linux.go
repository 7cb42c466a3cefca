package launch

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// tick is the unit of the times in /proc, on every architecture.
const tick = 10 * time.Millisecond

// Fields of /proc/PID/stat behind the name, which may hold spaces.
const (
	fieldGroup = 2  // pgrp
	fieldUser  = 11 // utime, stime, and of children that were waited for cutime, cstime
	timeFields = 4
)

// used returns the processor time of all who are in the group now, and of those
// that they have waited for; 0 if that cannot be told.
func (g *group) used() (sum time.Duration) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		_, behind, ok := bytes.Cut(text[max(0, bytes.LastIndexByte(text, ')')):], []byte(" "))
		fields := bytes.Fields(behind)
		if err != nil || !ok || len(fields) < fieldUser+timeFields || string(fields[fieldGroup]) != strconv.Itoa(g.id) {
			continue
		}
		for _, f := range fields[fieldUser : fieldUser+timeFields] {
			n, _ := strconv.ParseInt(string(f), 10, 64)
			sum += time.Duration(n) * tick
		}
	}
	return sum
}
