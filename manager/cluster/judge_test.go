package cluster

import "time"

// settled holds that in the end all have the same room, and nothing is under way.
func (w *world) settled() {
	for _, n := range w.nodes {
		c := n.core
		switch {
		case w.bad != "":
		case !c.Ready():
			w.fail("node %d does not come in: synced %v at %d of %d", n.index, c.synced, c.last, w.next-1)
		case n.house.state.Sum != w.nodes[0].house.state.Sum || n.house.state.Epoch != w.nodes[0].house.state.Epoch:
			w.fail("node %d ends with another room", n.index)
		case c.pace.heldUp():
			w.fail("node %d waits for ever", n.index)
		case !n.house.onlyLiving():
			w.fail("somebody is in the room at node %d whose Manager is dead", n.index)
		case n.house.state.Next[name(c.lives.own)] != n.asked:
			w.fail("%d of %d requests of node %d are applied", n.house.state.Next[name(c.lives.own)], n.asked, n.index)
		case len(c.lives.alive) != len(w.nodes):
			w.fail("node %d sees %d Managers of %d", n.index, len(c.lives.alive), len(w.nodes))
		default:
			n.settledOthers(w)
		}
	}
}

// judge runs a seed to its end, and returns what is wrong.
func judge(seed uint64, broken fault) *world {
	return newWorld(seed, 2+int(seed%3), broken, false).judge()
}

func (w *world) judge() *world {
	w.run(30*time.Second, true)
	for _, n := range w.nodes {
		n.asleep, n.cut, n.deaf, n.slow = min(n.asleep, w.now), 0, 0, 1000
	}
	w.run(20*time.Second, false)
	w.settled()
	return w
}
