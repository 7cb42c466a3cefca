package loadgen

import (
	"sync"

	"chatsim/loadgen/scenario"
)

// lines are what a chatter says, one number after the other.
type lines struct {
	// Static.
	script  *scenario.Script
	chatter int

	mu  sync.Mutex
	seq int // of the next line. Guarded by mu.
}

// number returns the number of the next line.
func (l *lines) number() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	return l.seq - 1
}

// assign makes a task's line the next one.
func (l *lines) assign(t *task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.seq = l.seq
	switch {
	case t.act == anchor:
		t.line = scenario.Line{To: -1, Claims: -1}
		l.seq++
		return
	case t.to > 0:
		t.line = scenario.Line{To: t.to - 1, Claims: -1}
	default:
		t.line = l.script.Line(l.chatter, l.seq)
	}
	if t.parting { // what becomes of it is uncertain enough
		t.line.Form = scenario.Plain
	}
	l.seq += t.line.Form.Lines()
}
