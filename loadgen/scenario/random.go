package scenario

// random is a drawn value. Every draw is a function of the seed, what it is
// for and up to two numbers, so that no draw depends on another's order.
type random uint64

// draw mixes its arguments with the finaliser of SplitMix64 (Steele, Lea and
// Flood, "Fast splittable pseudorandom number generators", 2014).
func (s *Script) draw(what byte, a, b uint64) random {
	return mix(mix(mix(random(s.Seed)+random(what))+random(a)) + random(b))
}

func mix(x random) random {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// share is uniform in [0, 1).
func (r random) share() float64 { return float64(r>>11) / (1 << 53) }

// below is uniform in [0, n); n is small against 2^64.
func (r random) below(n int) int { return int(uint64(r) % uint64(n)) }
