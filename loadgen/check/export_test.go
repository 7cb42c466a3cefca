package check

import "chatsim/loadgen/check/ledger"

// RunFunc makes one simulated run, recorded if record is not nil; false if its
// defect was not planted.
type RunFunc func(users, steps int, seed uint64, record func(*ledger.Event)) (Result, bool)

// RightRun returns a run with a right server.
func RightRun(users, steps int, seed uint64, record func(*ledger.Event)) (Result, bool) {
	m := newSim(seed, users, Full)
	m.rhythm(seed)
	m.record(record)
	return m.run(steps, true), true
}

// BrokenRuns are runs with broken servers, by defect.
func BrokenRuns() map[string]RunFunc {
	runs := make(map[string]RunFunc)
	for _, d := range defects {
		runs[d.name] = func(users, steps int, seed uint64, record func(*ledger.Event)) (Result, bool) {
			p := planned(d, users, steps, seed, seed%2 == 0)
			p.record(record)
			return p.run(steps, true), p.done
		}
	}
	return runs
}

// record has the run recorded, before it begins.
func (m *sim) record(f func(*ledger.Event)) {
	m.judge = New(Config{Nonce: m.nonce, Level: m.judge.ledger.Config().Level, Record: f})
}
