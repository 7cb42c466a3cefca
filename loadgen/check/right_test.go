package check

import (
	"flag"
	"fmt"
	"testing"
)

// more makes the tests that draw seeds draw that many times as many:
// go test ./loadgen/check -args -more 20
var more = flag.Uint64("more", 1, "times as many seeds")

// seeds returns how many to draw where n are usual: a tenth of them with -short.
func seeds(n uint64) uint64 {
	if testing.Short() {
		n = (n + 9) / 10
	}
	return n * *more
}

// TestRightServerPasses: no false alarm, whoever leaves how and when, however
// differently they read.
func TestRightServerPasses(t *testing.T) {
	passed := 0
	for _, size := range []struct {
		users, steps int
		seeds        uint64
	}{{1, 300, 100}, {2, 400, 100}, {7, 600, 200}, {40, 2000, 12}} {
		var results []Result
		for seed := range seeds(size.seeds) {
			m := newSim(seed, size.users, Full)
			m.rhythm(seed)
			r := m.run(size.steps, true)
			for _, o := range r.Checks {
				if o.Violations+o.Implied > 0 {
					t.Errorf("seed %d, %d users: %s has %d violations, %d implied: %+v", seed, size.users, o.Name, o.Violations, o.Implied, o.Witnesses)
				}
			}
			if r.Deliveries != r.Expected || r.Deliveries == 0 {
				t.Errorf("seed %d, %d users: %d of %d deliveries", seed, size.users, r.Deliveries, r.Expected)
			}
			if t.Failed() {
				return
			}
			if m.early {
				t.Errorf("seed %d, %d users: something is suspected before the end", seed, size.users)
			}
			passed += m.passed
			results = append(results, r)
		}
		if few := int(size.seeds / 4); few <= len(results) {
			CheckCorpus(t, fmt.Sprintf("right server, %d users, %d seeds", size.users, few), results[:few]...)
		}
	}
	if passed == 0 {
		t.Error("no frame was taken by its bytes")
	}
}

// rhythm varies who reads when, and how fast people come and go.
func (m *sim) rhythm(seed uint64) {
	m.haste, m.rash = 1+int(seed%4), seed%3 > 0
	someone := m.users[int(seed/4)%len(m.users)]
	switch seed % 5 {
	case 0:
		m.eager = someone
	case 1:
		m.lazy = someone
	case 2:
		for _, u := range m.users {
			u.pace = 2 // all far behind
		}
	}
}
