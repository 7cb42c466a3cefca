package simulate_test

import "slices"

// reduced is a failing schedule without the steps that its failure does not
// need: taking away any one of them, it does not fail in that way any more.
func reduced(seed uint64, chatters int, steps []step, plant func(*world)) []step {
	kind := run(seed, chatters, steps, plant, nil).failed.kind
	fails := func(steps []step) bool {
		f := run(seed, chatters, steps, plant, nil).failed
		return f != nil && f.kind == kind
	}
	for who := range chatters {
		rest := slices.DeleteFunc(slices.Clone(steps), func(s step) bool { return int(s.who) == who })
		if fails(rest) {
			steps = rest
		}
	}
	for size := len(steps) / 2; size > 0; size /= 2 {
		steps, _ = thinned(steps, size, fails)
	}
	steps = plain(steps, fails)
	for fewer := true; fewer; {
		steps, fewer = thinned(steps, 1, fails)
	}
	return steps
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
