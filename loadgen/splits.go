package loadgen

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"chatsim/loadgen/report"
)

// maxSplits is how many netsplits are told apart: what comes later is of the last.
const maxSplits = 10

// splits are the links between servers that were lost during the run, as its chatters
// were told.
type splits struct {
	mu sync.Mutex
	// Guarded by mu.
	list []split
}

// split is a link that was lost.
type split struct {
	servers string
	at      time.Duration // it was told first,
	last    time.Duration // and last
	told    int64         // leaves, at all receivers
}

// splitEnds is how long after the last leave another one of the same link is a
// netsplit of its own.
const splitEnds = 5 * time.Second

func (s *splits) add(servers string, at time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.list) - 1; i >= 0; i-- {
		if l := &s.list[i]; len(s.list) == maxSplits || sameLink(l.servers, servers) && at-l.last < splitEnds {
			l.last = at
			l.told++
			return
		}
	}
	s.list = append(s.list, split{servers, at, at, 1})
}

// sameLink reports whether two reasons name the same link, each from its side.
func sameLink(a, b string) bool {
	here, there, _ := strings.Cut(a, " ")
	return a == b || there+" "+here == b
}

// warnings returns which links were lost, for people.
func (s *splits) warnings() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.list {
		here, there, _ := strings.Cut(l.servers, " ")
		all = append(all, fmt.Sprintf("a netsplit, %.1f s into the run: %s and %s lost each other; %s told of chatters who had done nothing, and what was said meanwhile came to its own side only",
			l.at.Seconds(), here, there, report.Plural(l.told, "leave was", "leaves were")))
	}
	return all
}
