package loadgen

// The closed model keeps Inflight lines under way. A line is a token: when it
// has come back to its sender, the next line may go.

// startTokens puts the closed model's lines under way, spread over the chatters.
func (r *run) startTokens() {
	for i := range r.cfg.Inflight {
		r.handOn(i % int(r.there.Load()))
	}
}

// pass has n lines follow those that came back to a chatter, who has underWay
// others. Where there are more chatters than lines under way, each next line is
// another chatter's turn. Else a chatter keeps its share, and what it has beyond
// that, of somebody who has left, goes round until it finds one with less.
func (r *run) pass(from *user, n, underWay int64) {
	if n <= 0 || r.clock.now() >= r.stage.end || r.stopping.Load() || r.stage.is(Drains) {
		return
	}
	users, inflight := int(r.there.Load()), r.cfg.Inflight
	share := int64((inflight + users - 1) / users)
	for i := range n {
		to := from.n
		switch {
		case users > inflight:
			to += inflight
		case underWay+i >= share:
			to++
		}
		r.handOn(to % users)
	}
}

// handOn hands a token to a chatter, or to the next one who is there to stay.
func (r *run) handOn(n int) {
	for range r.users {
		if r.users[n].box.post(task{act: say, token: true}) {
			return
		}
		n = (n + 1) % int(r.there.Load())
	}
}
