//go:build !unix

package measure

import "time"

// cpuTime is not known here.
func cpuTime() (cpu time.Duration, maxRSS int64) { return 0, 0 }
