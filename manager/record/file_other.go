//go:build !unix

package record

import "io/fs"

// syncs reports that a failed sync means what it says.
func syncs(error) bool { return true }

// links returns that a file has a name: what is open cannot be deleted.
func links(fs.FileInfo) uint64 { return 1 }
