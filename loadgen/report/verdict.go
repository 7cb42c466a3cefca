package report

import "slices"

// The exit codes that a finished run can have.
const (
	ExitPassed       = 0
	ExitFailed       = 1 // a check failed
	ExitInconclusive = 3
	ExitBug          = 70
	ExitThreshold    = 99 // the checks passed, a threshold did not
	ExitInterrupted  = 130
)

// Conclude sets the verdict from the checks, the thresholds and how the run
// ended. A threshold that is not met fails the run as a check does: whoever
// reads "passed" may rely on all that was asked for. Only ExitCode tells the
// two apart. A run that was interrupted has not shown what it was to show, and
// is Inconclusive; one that checked nothing stays Measured.
func (r *Report) Conclude(thresholds []Threshold) {
	if share, ok := r.ceilingShare(); ok {
		r.Calibration.Share = share
		r.Calibration.ShareHigh, _ = r.ceilingShareHigh()
	}
	r.Thresholds = make([]ThresholdResult, 0, len(thresholds))
	for _, t := range thresholds {
		r.Thresholds = append(r.Thresholds, t.Evaluate(r))
	}
	switch {
	case r.Config.Verify == VerifyOff:
		r.Verdict = Measured
	case r.checkFailed() || r.Server.died() || r.threshold(Failed) || r.Find != nil && r.Find.verdict() == Failed:
		r.Verdict = Failed
	case r.Interrupted || r.inconclusive():
		r.Verdict = Inconclusive
	default:
		r.Verdict = Passed
	}
}

// ExitCode returns what the process tells the shell; where several apply, the first
// of failed check, interruption, threshold, inconclusive.
func (r *Report) ExitCode() int {
	switch {
	case r.checkFailed() || r.Server.died():
		return ExitFailed
	case r.Interrupted:
		return ExitInterrupted
	case r.threshold(Failed) || r.Find != nil && r.Find.verdict() == Failed:
		return ExitThreshold
	case r.Verdict == Failed:
		return ExitFailed
	case r.Verdict == Inconclusive || r.inconclusive():
		return ExitInconclusive
	}
	return ExitPassed
}

func (r *Report) checkFailed() bool {
	for i := range r.Checks {
		if r.Checks[i].Verdict == Failed {
			return true
		}
	}
	return false
}

func (r *Report) threshold(v Verdict) bool {
	for i := range r.Thresholds {
		if r.Thresholds[i].Verdict == v {
			return true
		}
	}
	return false
}

// inconclusive reports whether something asked for could not be decided. A required
// check that the run did not exercise is as undecided as one with too little,
// and a run in which no check at all passed has shown nothing.
func (r *Report) inconclusive() bool {
	if r.CutBy != "" || r.threshold(Inconclusive) || r.Find != nil && r.Find.verdict() == Inconclusive {
		return true
	}
	if r.Config.Verify == VerifyOff {
		return false
	}
	passed := false
	for i := range r.Checks {
		c := &r.Checks[i]
		if c.Required && c.Verdict != Passed && c.Verdict != Failed {
			return true
		}
		passed = passed || c.Verdict == Passed
	}
	return !passed
}

// Worst returns the exit code that says most of several: a bug, a failed check, an
// interruption, a threshold, inconclusive.
func Worst(codes ...int) int {
	for _, c := range []int{ExitBug, ExitFailed, ExitInterrupted, ExitThreshold, ExitInconclusive} {
		if slices.Contains(codes, c) {
			return c
		}
	}
	return ExitPassed
}
