//go:build unix

package loadgen

import (
	"fmt"
	"syscall"
)

// spareDescriptors are for what a process has open beside its chatters.
const spareDescriptors = 64

// CheckDescriptors says whether this process may open so many sockets for a
// run; if not, the error says what is needed and what there is. The Go runtime
// has raised the soft limit to the hard one by itself.
func CheckDescriptors(users, socketsPerUser int) error {
	var have syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &have); err != nil {
		return nil // not known: opening them will tell
	}
	need := uint64(users*socketsPerUser + spareDescriptors)
	if need <= uint64(have.Cur) {
		return nil
	}
	most := (uint64(have.Cur) - min(uint64(have.Cur), spareDescriptors)) / uint64(socketsPerUser)
	return &StartError{
		Err: fmt.Errorf("%d users need %d open files (%d each and %d to spare), and this process may open %d",
			users, need, socketsPerUser, spareDescriptors, have.Cur),
		Advice: fmt.Sprintf("raise the limit (ulimit -n %d), or take -users %d or fewer", need, most),
	}
}
