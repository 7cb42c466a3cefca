package check

import "slices"

// Interim is how a run stands while sessions observe.
type Interim struct {
	// Outcomes are those of the checks at the judge's level. Nothing has passed
	// before the end: where nothing speaks against a check, its verdict is
	// empty. Those of what must have happened by the end say so as their
	// Reason. What a session has counted is in here once it has ended a batch
	// after the Interim before.
	Outcomes []Outcome

	// Suspected says that something is wrong of which the end decides whose
	// fault it is, and against which check: an entry came out of its turn, or
	// a roster or name is not what it should be.
	Suspected bool
}

// Interim says how the run stands. A violation may still turn out to follow
// from another. Any goroutine may ask; each time costs every session a look at
// the judge's lock with its next batch.
func (j *Judge) Interim() Interim {
	j.asked.Add(1)
	j.mu.Lock()
	defer j.mu.Unlock()
	now := Interim{Suspected: j.suspectsLocked()}
	seen := j.totals.counts
	seen.add(&j.interim)
	for _, c := range j.cfg.Level.checks() {
		o := Outcome{Name: c}
		if reason, ok := j.cfg.Unable[c]; ok {
			o.Verdict, o.Reason = NotExercised, reason
		} else {
			o.Evaluations = seen.of(c)
			if slices.Contains(endings, c) {
				o.Reason = "evaluated at the end"
			}
			if j.collectLocked(&o); o.Violations > 0 {
				o.Verdict = Failed
			}
		}
		now.Outcomes = append(now.Outcomes, o)
	}
	return now
}

// suspectsLocked says that something is to be heard at the end that does not
// happen with a right server. A line without a stamp may be a stranger's, and is
// none.
func (j *Judge) suspectsLocked() bool {
	return len(j.kept)+len(j.hearings)+len(j.misfits)+len(j.doubles) > 0
}

// tell adds what the session has counted since it last told, for the nth Interim.
func (s *Session) tell(n int64) {
	if s.told == nil {
		s.told = new(counts)
	}
	s.toldAt = n
	j := s.judge
	j.mu.Lock()
	defer j.mu.Unlock()
	j.interim.plus(s.told, -1)
	j.interim.plus(&s.tally.counts, 1)
	*s.told = s.tally.counts
}
