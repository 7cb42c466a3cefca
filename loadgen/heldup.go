package loadgen

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"chatsim/loadgen/report"
)

// heldUpLeast is from when on a chatter counts as held up whose connection takes
// nothing, and a server as silent that sends nothing.
const heldUpLeast = time.Second

// heldUp is what a chatter could not send.
type heldUp struct {
	longest time.Duration
	late    int64 // lines that were due meanwhile and sent then,
	unsent  int64 // and never
}

// heldUps are the chatters who could not send for long.
type heldUps struct {
	mu sync.Mutex
	of map[*user]heldUp // guarded by mu
}

// add records that a chatter could not send for a time. Lines that were due meanwhile
// are late, and those that it gave up so far unsent.
func (h *heldUps) add(u *user, took time.Duration, late, unsent int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.of == nil {
		h.of = make(map[*user]heldUp)
	}
	had := h.of[u]
	h.of[u] = heldUp{max(had.longest, took), had.late + late, unsent}
}

// figures returns who could not send; nil if nobody was held up.
func (h *heldUps) figures() *report.HeldUp {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.of) == 0 {
		return nil
	}
	out, longest := &report.HeldUp{Chatters: len(h.of)}, time.Duration(0)
	for u, h := range h.of {
		out.LinesLate += h.late
		out.LinesUnsent += h.unsent
		if h.longest > longest || h.longest == longest && u.lastName() < out.Longest {
			longest, out.Longest = h.longest, u.lastName()
		}
	}
	out.LongestS = longest.Seconds()
	return out
}

// heldUp records that the stay could not send from a time until now, as the server took
// nothing, if that was long.
func (s *stay) heldUp(from time.Duration) {
	r := s.user.run
	if took := r.clock.now() - from; took >= heldUpLeast {
		late, unsent := s.user.box.waiting()
		r.heldUps.add(s.user, took, late, unsent)
	}
}

// silence is how long a server has sent nothing to anybody while lines were under way.
type silence struct {
	from, longest time.Duration
	underWay      int64 // lines, when it was longest
	times         int
}

// silenceWatch looks whether the server sends something while the load goes on, and
// keeps how long it did not. It is told time.
type silenceWatch struct {
	run      *run
	looked   time.Duration
	observed int64         // so far
	sent     int64         // so far, when something last came
	since    time.Duration // from when on a line has been under way and nothing came; 0: none is
	counted  bool          // the silence is among those of the run
	silence  silence
}

// watch looks until done is closed.
func (l *silenceWatch) watch(done <-chan struct{}) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	r := l.run
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			l.look(r.clock.now(), r.observed(), r.traffic.sent.Load())
		}
	}
}

// look is told how many deliveries and lines there have been.
func (l *silenceWatch) look(now time.Duration, observed, sent int64) {
	late := now-l.looked > heldUpLeast/2 // this program is: what comes may have come long ago
	l.looked = now
	switch {
	case observed != l.observed || late || now < l.run.stage.begin:
		l.observed, l.sent, l.since, l.counted = observed, sent, 0, false
	case sent == l.sent:
	case l.since == 0:
		l.since = now
	case now-l.since >= heldUpLeast:
		l.hearsNothing(now)
	}
}

// hearsNothing records that the server has sent nothing for long, until now.
func (l *silenceWatch) hearsNothing(now time.Duration) {
	underWay := int64(0)
	for _, u := range l.run.users {
		if s := u.box.lastStay(); s != nil {
			underWay += int64(s.session.Unsettled())
		}
	}
	if !l.counted {
		l.counted = true
		l.silence.times++
	}
	if took := now - l.since; took > l.silence.longest {
		l.silence.from, l.silence.longest, l.silence.underWay = l.since, took, underWay
	}
}

// figures returns how long the server sent nothing; nil if it never was silent.
func (l *silenceWatch) figures() *report.Silence {
	s := &l.silence
	if s.times == 0 {
		return nil
	}
	return &report.Silence{Times: s.times, LongestS: s.longest.Seconds(), FromS: (s.from - l.run.stage.begin).Seconds(), UnderWay: s.underWay}
}

// standstills tells of what did not move, in words.
func standstills(rep *report.Report) (all []string) {
	if h := rep.HeldUp; h != nil {
		who, from := fmt.Sprintf("%s could not send for %.1f s", h.Longest, h.LongestS), "it"
		if h.Chatters > 1 {
			who, from = fmt.Sprintf("%d chatters could not send for up to %.1f s, %s for the longest time", h.Chatters, h.LongestS, h.Longest), "them"
		}
		unsent := ""
		if h.LinesUnsent > 0 {
			unsent = fmt.Sprintf(", and %d never", h.LinesUnsent)
		}
		all = append(all, fmt.Sprintf("%s, as the server read nothing from %s: %s due meanwhile and sent late%s", who, from,
			report.Plural(h.LinesLate, "line was", "lines were"), unsent))
	}
	if s := rep.Silence; s != nil {
		text := fmt.Sprintf("the server sent nothing for %.1f s, from %.1f s after the start of the load, while %s under way", s.LongestS, s.FromS,
			report.Plural(s.UnderWay, "line was", "lines were"))
		if s.Times > 1 {
			text += fmt.Sprintf("; this happened %d times, and this was the longest", s.Times)
		}
		all = append(all, text)
	}
	return slices.Clip(all)
}
