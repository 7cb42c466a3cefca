//go:build !linux

package file

import "time"

var start = time.Now()

// processorTime returns the time, which other load on the machine has a part in.
func processorTime() time.Duration { return time.Since(start) }
