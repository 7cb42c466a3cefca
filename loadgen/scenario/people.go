package scenario

import (
	"container/heap"
	"math"
	"slices"
	"sync"
	"time"
)

// Chatters as people: each thinks for a while, types a line at its own pace, and
// sends it. Lines are due by that schedule whatever the server does.
//
// A pause to think has a negative exponential distribution, cut at ten times its
// mean, as in TPC-C (clause 5.2.5.4): the load of many who act by themselves is close
// to a Poisson process whatever the distribution of each is. Pauses that have been
// measured have longer tails (Blenn and Van Mieghem, "Are human interactivity times
// lognormal?", 2016), which a run of minutes would not show.
const longestPause = 10

// Paces are in words of five letters a minute, spread normally over the chatters as
// Dhakal, Feit, Kristensson and Oulasvirta have measured 168,000 people ("Observations
// on typing from 136 million keystrokes", 2018), from the slowest to the fastest there.
const (
	meanPace, pacesVary   = 52, 20
	slowest, fastest      = 15, 120
	secondsPerLetterAtOne = 60.0 / 5
)

// Lines have as many letters as 474,562 messages of an XMPP server that ProcessOne has
// counted ("How many letters are in messages?"): log-normal, with a median of 17.
const (
	lettersMu, lettersSigma = 2.83, 1.15
	// peopleMost is the most, such that a line fits into one of IRC: 3 of 1,000 are longer.
	peopleMost = 380
)

// quantile returns the value of a standard normal distribution below which a share is.
func quantile(share float64) float64 { return math.Sqrt2 * math.Erfinv(2*share-1) }

// letters returns how many letters a line of people has at a share of all lines, in
// the order of their lengths.
func letters(share float64) int {
	return int(min(max(math.Exp(lettersMu+lettersSigma*quantile(share)), 1), peopleMost))
}

// perLetter returns how many seconds a letter takes somebody at a share of all people,
// from the slowest.
func perLetter(share float64) float64 {
	return secondsPerLetterAtOne / min(max(meanPace+pacesVary*quantile(share), slowest), fastest)
}

// evenly is how many shares stand for all of them in a mean.
const evenly = 1000

// meanLetters is the mean of letters.
var meanLetters = sync.OnceValue(func() (mean float64) {
	for i := range evenly {
		mean += float64(letters((float64(i)+0.5)/evenly)) / evenly
	}
	return mean
})

// Thinking returns the scenario with chatters who think for so long before each line,
// on the average. Phases with pauses to think of their own have them longer or
// shorter in proportion; with rates of their own the scenario stays as it is, and
// has no Think.
func (s Spec) Thinking(think time.Duration) Spec {
	if think == s.Think || s.Think == 0 && s.Rate() > 0 {
		return s
	}
	s.Phases = slices.Clone(s.Phases)
	for i := range s.Phases {
		p := &s.Phases[i]
		if s.Think == 0 {
			p.Think = think
		} else {
			p.Think = scaled(p.Think, think, s.Think)
		}
	}
	s.Think = think
	if s.Size == 0 {
		s.People, s.Size = true, peopleMost
	}
	return s
}

// Peopled returns a scenario of people with the rates that so many are expected to
// come to in its phases.
func (s Spec) Peopled(users, size int) Spec {
	s.Phases = slices.Clone(s.Phases)
	for i := range s.Phases {
		p := &s.Phases[i]
		after := users + p.Join - p.Leave
		p.From, p.To = s.Expected(users, p.Think, size), s.Expected(after, p.Think, size)
		users = after
	}
	return s
}

// Expected returns how many lines a second so many chatters are expected to send who
// think for so long before each, in three digits, where texts have a size of which the
// scenario says nothing.
func (s *Spec) Expected(users int, think time.Duration, size int) float64 {
	lines := float64(users) * s.perPerson(think, size)
	if lines == 0 {
		return 0
	}
	digits := math.Pow(10, 2-math.Floor(math.Log10(lines)))
	return math.Round(lines*digits) / digits
}

// perPerson is Expected of one.
func (s *Spec) perPerson(think time.Duration, size int) (lines float64) {
	if think <= 0 {
		return 0
	}
	mean := s.meanLength(size)
	for i := range evenly {
		lines += 1 / (think.Seconds() + mean*perLetter((float64(i)+0.5)/evenly)) / evenly
	}
	return lines
}

// meanLength returns how many letters are typed of a line, on the average.
func (s *Spec) meanLength(size int) (mean float64) {
	switch {
	case s.People:
		return meanLetters()
	case len(s.Lines) > 0:
		for _, line := range s.Lines {
			mean += float64(len(line)) / float64(len(s.Lines))
		}
		return mean
	case len(s.Sizes) > 0:
		for _, z := range s.Sizes {
			mean += float64(z.Size) * z.Share
		}
		return mean
	}
	return float64(size)
}

// people are the chatters of a plan who each speak in their own time.
type people struct {
	s     *Script
	due   []time.Duration // by chatter, its next line
	said  []uint64        // by chatter, lines so far
	heap  []int           // chatters who are there, the one whose line is due first in front
	place []int           // by chatter, in heap
}

func (s *Script) people() *people {
	peak := s.Peak(s.Users)
	p := &people{s: s, due: make([]time.Duration, peak), said: make([]uint64, peak), place: make([]int, peak)}
	for c := range s.Users {
		p.due[c] = p.first(c)
		p.heap, p.place[c] = append(p.heap, c), c
	}
	heap.Init(p)
	return p
}

func (p *people) Len() int { return len(p.heap) }

func (p *people) Less(i, j int) bool {
	a, b := p.heap[i], p.heap[j]
	return p.due[a] < p.due[b] || p.due[a] == p.due[b] && a < b
}

func (p *people) Swap(i, j int) {
	p.heap[i], p.heap[j] = p.heap[j], p.heap[i]
	p.place[p.heap[i]], p.place[p.heap[j]] = i, j
}

// Push adds a chatter, for package heap.
func (p *people) Push(c any) {
	p.place[c.(int)] = len(p.heap)
	p.heap = append(p.heap, c.(int))
}

// Pop removes the last chatter, for package heap.
func (p *people) Pop() any {
	c := p.heap[len(p.heap)-1]
	p.heap = p.heap[:len(p.heap)-1]
	return c
}

// come has a chatter begin to think at a time.
func (p *people) come(chatter int, at time.Duration) {
	p.due[chatter] = p.after(chatter, at)
	heap.Push(p, chatter)
}

// gone has a chatter say nothing more.
func (p *people) gone(chatter int) { heap.Remove(p, p.place[chatter]) }

// next returns when the next line is due. Who is away at that time begins again to
// think when it is back.
func (p *people) next(away map[int]time.Duration) time.Duration {
	for len(p.heap) > 0 {
		c := p.heap[0]
		until, is := away[c]
		if !is || p.due[c] >= until {
			return p.due[c]
		}
		if p.due[c] = never; until < never {
			p.due[c] = p.after(c, until)
		}
		heap.Fix(p, 0)
	}
	return never
}

// say returns whose line is due next, and has that chatter think again.
func (p *people) say() (chatter int) {
	c := p.heap[0]
	p.said[c]++
	p.due[c] = p.after(c, p.due[c])
	heap.Fix(p, 0)
	return c
}

// first returns when a chatter's first line is due that is there at the start, where
// it is found thinking or typing as likely as at any other time.
func (p *people) first(c int) time.Duration {
	typing := p.typing(c)
	thinks := p.s.Think
	if len(p.s.Phases) > 0 {
		thinks = p.s.Phases[0].Think
	}
	if at := p.s.draw('K', uint64(c), 0).share() * (thinks.Seconds() + typing); at < typing && thinks > 0 {
		return time.Duration(at * float64(time.Second))
	}
	return p.after(c, 0)
}

// after returns when a chatter's next line is due that begins to think at a time.
func (p *people) after(c int, at time.Duration) time.Duration {
	pause := min(-math.Log(1-p.s.draw('k', uint64(c), p.said[c]).share()), longestPause)
	at = p.s.passes(at, pause, func(think time.Duration) time.Duration { return think })
	return p.s.passes(at, p.typing(c), func(time.Duration) time.Duration { return time.Second })
}

// typing returns how many seconds a chatter's next line takes to type.
func (p *people) typing(c int) float64 {
	return float64(p.s.length(c, int(p.said[c]))) * perLetter(p.s.draw('w', uint64(c), 0).share())
}

// length returns how many letters are typed of line seq of a chatter.
func (s *Script) length(chatter, seq int) int {
	switch {
	case len(s.Lines) > 0:
		return len(s.Lines[uint64(s.draw('x', uint64(chatter), uint64(seq)))%uint64(len(s.Lines))])
	case s.People:
		return letters(s.draw('z', uint64(chatter), uint64(seq)).share())
	}
	return s.size(chatter, seq)
}

// passes returns when so many units of what takes each long are over that begin at a
// time. In phases in which nobody thinks, nobody goes on with anything.
func (s *Script) passes(at time.Duration, units float64, each func(think time.Duration) time.Duration) time.Duration {
	if len(s.Phases) == 0 {
		return at + time.Duration(units*float64(each(s.Think)))
	}
	end := time.Duration(0)
	for i := range s.Phases {
		p := &s.Phases[i]
		if end += p.For; at >= end {
			continue
		}
		if p.Think > 0 {
			unit := float64(each(p.Think))
			if took := time.Duration(units * unit); took < end-at {
				return at + took
			}
			units -= float64(end-at) / unit
		}
		at = end
	}
	return never
}
