package loadgen

import "sync/atomic"

// tokens are the lines of the closed model, which keeps Inflight of them under way:
// when one has come back to its sender, the next line may go.
type tokens struct {
	run   *run         // static
	there atomic.Int64 // chatters who have come and not gone for good
}

// start puts the closed model's lines under way, spread over the chatters.
func (t *tokens) start() {
	r := t.run
	for i := range r.cfg.Inflight {
		t.handOn(i % int(t.there.Load()))
	}
}

// pass has n lines follow those that came back to a chatter, who has underWay
// others. Where there are more chatters than lines under way, each next line is
// another chatter's turn. Else a chatter keeps its share, and what it has beyond
// that, of somebody who has left, goes round until it finds one with less.
func (t *tokens) pass(from *user, n, underWay int64) {
	r := t.run
	if n <= 0 || r.clock.now() >= r.stage.end || r.life.over.Load() || r.stage.is(Drains) {
		return
	}
	users, inflight := int(t.there.Load()), r.cfg.Inflight
	share := int64((inflight + users - 1) / users)
	for i := range n {
		to := from.n
		switch {
		case users > inflight:
			to += inflight
		case underWay+i >= share:
			to++
		}
		t.handOn(to % users)
	}
}

// handOn hands a token to a chatter, or to the next one who is there to stay.
func (t *tokens) handOn(n int) {
	users := t.run.users
	for range users {
		if users[n].box.post(task{act: say, token: true}) {
			return
		}
		n = (n + 1) % int(t.there.Load())
	}
}
