package story

import "fmt"

// add adds a step, if it can be done by then.
func (b *builder) add(step Step) error {
	if b.empty {
		return &Error{step.At, "everybody has left before this, and nobody was there to see what came of it", "have one stay, or come before the last one leaves"}
	}
	steps, stays := []Step{step}, len(b.story.Steps) == 0 && step.Verb == Joins
	if step.Verb == Together {
		steps = step.Together
	}
	before := append([]bool(nil), b.here...)
	for i := range steps {
		if err := b.do(&steps[i]); err != nil {
			return err
		}
	}
	for i := range b.here {
		stays = stays || i < len(before) && before[i] && b.here[i] && !leaves(steps, i)
	}
	if len(b.story.Steps) == 0 && step.Verb != Joins {
		return &Error{step.At, "the first one joins alone", "what it is told is where the order begins that all have to see: write amy joins before this"}
	}
	b.empty = !stays
	b.story.Steps = append(b.story.Steps, step)
	return nil
}

// leaves reports whether a chatter leaves in one of the steps.
func leaves(steps []Step, who int) bool {
	for i := range steps {
		if steps[i].Who == who && steps[i].Verb.leaves() {
			return true
		}
	}
	return false
}

func (v Verb) leaves() bool { return v == Leaves || v == HalfCloses || v == Resets || v == Vanishes }

// do follows who is there, and who reads.
func (b *builder) do(s *Step) error {
	name := quoted(b.story.Cast[s.Who].Name)
	switch here := b.here[s.Who]; {
	case s.Verb == Joins && here:
		return &Error{s.At, name + " is there already", "it leaves before it joins again"}
	case s.Verb == Joins:
		b.here[s.Who] = true
		return nil
	case !here:
		return &Error{s.At, name + " is not there", "write " + name + " joins again before this"}
	case s.Verb.leaves():
		b.here[s.Who] = false
		b.readsOn(s.Who)
	case s.Verb == Stalls && b.stalled != 0:
		return &Error{s.At, fmt.Sprintf("%s reads nothing already", quoted(b.story.Cast[b.stalled-1].Name)), "one at a time stops reading: what comes late is then by its doing"}
	case s.Verb == Stalls:
		b.stalled = s.Who + 1
	case s.Verb == ReadsOn && b.stalled != s.Who+1:
		return &Error{s.At, name + " reads all the time", "write " + name + " stops reading before this"}
	case s.Verb == ReadsOn:
		b.stalled = 0
	}
	return nil
}

func (b *builder) readsOn(who int) {
	if b.stalled == who+1 {
		b.stalled = 0
	}
}
