//go:build unix

package loadgen

import (
	"fmt"
	"syscall"

	"chatsim/loadgen/report"
)

// spareDescriptors are for what a process has open beside its chatters.
const spareDescriptors = 64

// CheckDescriptors reports whether this process may open so many sockets for each
// chatter of a run; if not, the error says what is needed and what there is. The Go
// runtime has raised the soft limit to the hard one by itself.
func (c Config) CheckDescriptors(socketsPerUser int) error {
	users := c.Chatters()
	need, have := Descriptors(users, socketsPerUser)
	if have == 0 || need <= have {
		return nil // where it is not known, opening them will tell
	}
	return &StartError{
		Err: fmt.Errorf("a run of %s needs %d open files (%d each and %d to spare), and this process may open %d",
			report.Plural(int64(users), "user", "users"), need, socketsPerUser, spareDescriptors, have),
		Advice: descriptorAdvice(need, c.usersAmong(int(min((have-min(have, spareDescriptors))/uint64(socketsPerUser), mostUsers)))),
	}
}

// descriptorAdvice says how a run that needs so many descriptors can be made,
// where it can be made with this many users, or not with fewer: 0. The limit that stops it is the
// hard one, which only an administrator raises.
func descriptorAdvice(need uint64, most int) string {
	raise := fmt.Sprintf("an administrator can raise the limit of open files to %d (ulimit -Hn shows it)", need)
	if most < 1 {
		return raise
	}
	return fmt.Sprintf("write -users %d; %s", most, raise)
}

// Descriptors are how many open files a run needs, and how many this process
// may have: 0 where that is not known.
func Descriptors(users, socketsPerUser int) (need, have uint64) {
	need = uint64(users)*uint64(socketsPerUser) + spareDescriptors
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return need, 0
	}
	return need, uint64(limit.Cur)
}
