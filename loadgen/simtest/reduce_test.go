package simtest_test

import "slices"

// reduced returns a failing plan without the steps that a failure of that kind does
// not need: taking away any one of them, there is none any more.
func (p *plan) reduced(kind string) *plan {
	small := *p
	fails := func(steps []step) bool {
		q := small
		q.steps = steps
		return q.run(nil).failed.is(kind)
	}
	small.roomier(kind)
	for who := range p.chatters {
		rest := slices.DeleteFunc(slices.Clone(small.steps), func(s step) bool { return int(s.who) == who })
		if fails(rest) {
			small.steps = rest
		}
	}
	for size := len(small.steps) / 2; size > 0; size /= 2 {
		small.steps, _ = thinned(small.steps, size, fails)
	}
	small.steps = plain(small.steps, fails)
	small.roomier(kind)
	for fewer := true; fewer; {
		small.steps, fewer = thinned(small.steps, 1, fails)
	}
	return &small
}

// roomier makes connections as wide as keeps the failure, so that whole frames
// are written and read at once, and the room as new.
func (p *plan) roomier(kind string) {
	for _, wide := range []func(*sizes){
		func(s *sizes) { s.up = roomy.up },
		func(s *sizes) { s.down = roomy.down },
		func(s *sizes) { s.scratch = roomy.scratch },
		func(s *sizes) { s.before = 0 },
	} {
		q := *p
		if wide(&q.sizes); q.run(nil).failed.is(kind) {
			p.sizes = q.sizes
		}
	}
}

// thinned takes away runs of so many steps, from the end on, where that keeps
// the failure.
func thinned(steps []step, size int, fails func([]step) bool) (rest []step, fewer bool) {
	for end := len(steps); end > 0; end -= size {
		rest := slices.Concat(steps[:max(0, end-size)], steps[end:])
		if fails(rest) {
			steps, fewer = rest, true
		}
	}
	return steps, fewer
}

// plain has as many steps as possible be about all there is.
func plain(steps []step, fails func([]step) bool) []step {
	steps = slices.Clone(steps)
	for i := range steps {
		n := steps[i].n
		if steps[i].n = all; n != all && !fails(steps) {
			steps[i].n = n
		}
	}
	return steps
}
