package scenario

import "time"

// nextKill returns when the next server dies.
func (p *Plan) nextKill() time.Duration {
	if p.killed == len(p.kills) {
		return never
	}
	return p.kills[p.killed]
}

// Killed draws which of so many servers dies at the nth Kill.
func (s *Script) Killed(n, servers int) int { return s.draw('k', uint64(n), 0).below(servers) }
