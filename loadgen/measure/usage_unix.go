//go:build unix

package measure

import (
	"runtime"
	"syscall"
	"time"
)

// cpuTime returns the processor time that this process has used, and its largest
// resident set in bytes.
func cpuTime() (cpu time.Duration, maxRSS int64) {
	var ru syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &ru); err != nil {
		return 0, 0
	}
	rss := int64(ru.Maxrss)
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		rss *= 1024 // in KiB but there
	}
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano()), rss
}
