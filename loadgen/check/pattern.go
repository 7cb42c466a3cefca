package check

import (
	"fmt"
	"time"

	"chatsim/loadgen/report"
)

// few is how many violations need no summary.
const few = 5

// pattern returns what many violations of a check have in common: where, whose
// lines, and when; empty where there are few.
func pattern(list []*violation) string {
	if len(list) <= few {
		return ""
	}
	at, of := make(map[*Session]int), make(map[*Session]bool)
	lines := 0
	for _, v := range list {
		if v.at != nil {
			at[v.at]++
		}
		if v.line != nil {
			lines++
			of[v.line.Session] = true
		}
	}
	s := report.Plural(int64(len(list)), "violation", "violations")
	if lines == len(list) {
		s += senders(of)
	}
	return s + receivers(at, len(list)) + span(list)
}

func senders(of map[*Session]bool) string {
	for s := range of {
		if len(of) == 1 {
			return ", all of sender " + quote(s.Name())
		}
	}
	return fmt.Sprintf(", of %d senders", len(of))
}

// receivers returns where violations were seen first, by how many each.
func receivers(at map[*Session]int, all int) string {
	if len(at) == 0 {
		return ""
	}
	most := 0
	for s, n := range at {
		if n == all {
			return ", all at " + quote(s.Name())
		}
		most = max(most, n)
	}
	if most == 1 {
		return fmt.Sprintf(", at %d chatters, one each", len(at))
	}
	return fmt.Sprintf(", at %d chatters, up to %d each", len(at), most)
}

// span returns when violations were: their arrivals, or the sending of what
// never came; and whether all were right after a join of who saw them.
func span(list []*violation) string {
	lo, hi := time.Duration(0), time.Duration(0)
	justJoined := true
	for _, v := range list {
		at := v.when
		if at == 0 && v.line != nil {
			at = v.line.Actual
		}
		if at == 0 {
			return ""
		}
		if lo == 0 || at < lo {
			lo = at
		}
		hi = max(hi, at)
		justJoined = justJoined && v.at != nil && at-v.at.Entered() < time.Second
	}
	s := fmt.Sprintf(", from %.1f s to %.1f s", lo.Seconds(), hi.Seconds())
	if justJoined && hi-lo > time.Second {
		s += ", all within a second of a join"
	}
	return s
}
