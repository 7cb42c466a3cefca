package loadgen

import (
	"maps"
	"sync"

	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
)

// departures are the stays that have ended, and those that are about to: how, and
// which of them not everybody has been told of.
type departures struct {
	mu sync.Mutex
	// Guarded by mu.
	by       map[check.Leave]int64   // left by the chatter, or lost with a server
	vanished int64                   // of those that are counted as RST, those who were silent first
	evicted  map[string]int64        // by the server, by reason
	untold   map[*check.Session]bool // stays that their chatters have ended, and not yet everybody knows
}

func newDepartures() *departures {
	return &departures{by: make(map[check.Leave]int64), evicted: make(map[string]int64), untold: make(map[*check.Session]bool)}
}

// left records that a stay has been ended in a way.
func (d *departures) left(kind check.Leave) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.by[kind]++
}

// silenced records that a chatter has vanished.
func (d *departures) silenced() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.vanished++
}

// putOut records that the server has ended a stay.
func (d *departures) putOut(why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.evicted[why]++
}

// found records that a stay that was taken for lost was ended by a server that lives.
func (d *departures) found(why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.by[check.Lost]--
	d.evicted[why]++
}

// gone records that the stream of a stay has ended that its chatter has left.
func (d *departures) gone(s *check.Session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.untold[s] = true
}

// told records that everybody knows of a leave.
func (d *departures) told(s *check.Session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.untold, s)
}

// unknown returns a stay that has ended and of which somebody has not been told; nil if
// there is none. With lost it is one that ended with its server.
func (d *departures) unknown(lost bool) *check.Session {
	d.mu.Lock()
	defer d.mu.Unlock()
	for s := range d.untold {
		kind, _ := s.Left()
		if _, known := s.LeaveNotice(); !known && (!lost || kind == check.Lost) {
			return s
		}
	}
	return nil
}

// evictions returns how many stays the server has ended, by reason.
func (d *departures) evictions() map[string]int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.evicted)
}

// figures returns how many stays have ended otherwise.
func (d *departures) figures() report.LeftBy {
	d.mu.Lock()
	defer d.mu.Unlock()
	return report.LeftBy{FIN: d.by[check.FIN], RST: d.by[check.Reset] - d.vanished, HalfClose: d.by[check.HalfClose],
		Vanish: d.vanished, Lost: d.by[check.Lost]}
}
