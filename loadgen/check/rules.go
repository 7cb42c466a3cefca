package check

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"chatsim/loadgen/check/ledger"
)

// The checks, by their names in reports.
const (
	NoCreation        = "no creation"
	NoDuplication     = "no duplication"
	Validity          = "validity"
	Agreement         = "agreement"
	TotalOrder        = "total order"
	FIFOOrder         = "FIFO order"
	CausalOrder       = "causal order"
	ViewOrder         = "view order"
	RosterAccuracy    = "roster accuracy"
	LeaveCompleteness = "leave completeness"
	NameUniqueness    = "name uniqueness"
	NameSuffixing     = "name suffixing"
	Confidentiality   = "confidentiality"
	Authenticity      = "sender authenticity"
	Isolation         = "isolation"
	Liveness          = "liveness"
	Admission         = "admission"
)

// rules are the checks in the order in which reports list them. Each is in the
// file that is named after its promise. One deviation is a violation of one
// check. The ledger's facts belong to one each; of what the end finds, a loss
// belongs to that of loss.of, a lost line to the one that its fate names, and two
// entries in two orders to view order if one is a join or leave, to causal order
// if one is the other's cause, else to total order.
var rules = []rule{creation, duplication, validity, agreement, totalOrder, fifoOrder, causalOrder, viewOrder,
	rosterAccuracy, leaveCompleteness, nameUniqueness, nameSuffixing, confidentiality, authenticity, isolation, liveness, admission}

// rule judges one promise.
type rule struct {
	name string
	// level is the least level at which the rule is evaluated.
	level ledger.Level
	// evaluated is how often there was something to compare.
	evaluated func(*ledger.Totals) int64
	// atOnce is how many chatters it takes to be there at once for a fault to show;
	// 0 is one.
	atOnce int
	// takes is what there must be to evaluate, for people, and the flag that brings it.
	takes string
	// enough reports whether what was evaluated is all that it takes; nil: any is.
	enough func(*evidence) bool
	// ends is set where what is promised must have happened by the end.
	ends bool
	// waits is set where that may still come while deliveries advance.
	waits bool
	// needs is what clients must be able to show.
	needs needs

	// says holds the facts that are violations as they stand, also while the run
	// goes on.
	says sentences
	// suspects are the kinds of facts that may be violations: the end decides.
	suspects []ledger.Kind
	// soFar reports whether what is known so far is a violation beside those; may be
	// nil.
	soFar func(*ledger.Ledger, *ledger.Facts) bool
	// unclear returns why nobody can tell whether the promise was kept, where no
	// violation was found; may be nil.
	unclear func(*ledger.Facts) string
	// judge adds what is found at the end; may be nil.
	judge func(*evidence, *findings)
}

// Names returns all checks in report order.
func Names() []string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.name
	}
	return names
}

// cannot returns why the rule is not exercised with clients of some
// capabilities; empty if it is.
func (r *rule) cannot(c ledger.Capabilities) string {
	for _, n := range r.needs {
		if n.lacks(c) {
			return fmt.Sprintf(n.why, c.Speaks())
		}
	}
	return ""
}

// Unable returns how many checks clients of some capabilities cannot exercise.
func Unable(c Capabilities) (n int) {
	for i := range rules {
		if rules[i].cannot(c) != "" {
			n++
		}
	}
	return n
}

// Cannot returns why clients of some capabilities cannot exercise a check; empty if
// they can.
func Cannot(name string, c Capabilities) string {
	for i := range rules {
		if rules[i].name == name {
			return rules[i].cannot(c)
		}
	}
	return ""
}

// found returns what the facts say as they stand.
func (r *rule) found(facts *ledger.Facts) *findings {
	out := new(findings)
	for _, f := range facts.List {
		if sentence := r.says[f.Kind]; sentence != "" {
			out.add(violationOf(f, sentence))
		}
	}
	for k := range r.says {
		out.beyond += facts.Beyond[k]
	}
	for _, k := range r.suspects {
		out.beyond += facts.Beyond[k]
	}
	return out
}

// sentences tell what kinds of facts come to, for people. A word in braces is a
// field of the fact.
type sentences map[ledger.Kind]string

// fill puts a fact's fields into a sentence.
func fill(sentence string, f *ledger.Fact) string {
	if !strings.Contains(sentence, "{") {
		return sentence
	}
	chatter, seq := 0, 0
	if len(f.Text) > ledger.NonceLen {
		chatter, seq, _ = ledger.ParseStamp([]byte(f.Text), f.Text[:ledger.NonceLen])
	}
	return strings.NewReplacer("{name}", quote(f.Came.Name), "{text}", quote(f.Text), "{times}", strconv.Itoa(f.Times),
		"{took}", f.Took.Round(time.Millisecond).String(), "{chatter}", strconv.Itoa(chatter), "{seq}", strconv.Itoa(seq)).Replace(sentence)
}
