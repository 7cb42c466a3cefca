package loadgen

import (
	"fmt"
	"slices"
	"sync"
)

// maxJoinWarnings is how many chatters who could not come back are told of one
// by one.
const maxJoinWarnings = 3

// troubles are what this end could not do in a run, in sentences.
type troubles struct {
	mu sync.Mutex
	// Guarded by mu.
	list     []string
	lostBack int64 // chatters who could not come back
}

func (t *troubles) add(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, text)
}

// outside records that a chatter could not come, or come back.
func (t *troubles) outside(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lostBack++
	if len(t.list) < maxJoinWarnings {
		t.list = append(t.list, text)
	}
}

// told returns the sentences.
func (t *troubles) told() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.list)
}

// untold returns how many chatters there were of whom not each has a sentence.
func (t *troubles) untold() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lostBack <= maxJoinWarnings {
		return nil
	}
	return []string{fmt.Sprintf("%d times in all, a chatter could not come back", t.lostBack)}
}
