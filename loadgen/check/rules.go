package check

import (
	"slices"

	"chatsim/loadgen/check/ledger"
)

// Name is a check's name as reports print it.
type Name string

// The checks.
const (
	NoCreation        Name = "no creation"
	NoDuplication     Name = "no duplication"
	Validity          Name = "validity"
	Agreement         Name = "agreement"
	TotalOrder        Name = "total order"
	FIFOOrder         Name = "FIFO order"
	CausalOrder       Name = "causal order"
	ViewOrder         Name = "view order"
	RosterAccuracy    Name = "roster accuracy"
	LeaveCompleteness Name = "leave completeness"
	NameUniqueness    Name = "name uniqueness"
	NameSuffixing     Name = "name suffixing"
	Confidentiality   Name = "confidentiality"
	Authenticity      Name = "sender authenticity"
	Isolation         Name = "isolation"
	Liveness          Name = "liveness"
)

// rules are the checks in the order in which reports list them. Each is in the
// file that is named after its promise. No deviation is a violation of two: what
// could be, goes by the places of its parts to the first that claims it, see
// evidence.
var rules = []rule{creation, duplication, validity, agreement, totalOrder, fifoOrder, causalOrder, viewOrder,
	rosterAccuracy, leaveCompleteness, nameUniqueness, nameSuffixing, confidentiality, authenticity, isolation, liveness}

// rule judges one promise.
type rule struct {
	name Name
	// level is the least level at which the rule is evaluated.
	level ledger.Level
	// evaluated is how often there was something to compare.
	evaluated func(*ledger.Totals) int64
	// ends tells that what the promise is about must have happened by the end.
	ends bool
	// unable returns why clients of some capabilities cannot exercise it; may be nil.
	unable func(ledger.Capabilities) string

	// says returns the sentence of a fact that is a violation as it stands, also
	// while the run goes on; empty for other facts; may be nil.
	says func(*ledger.Fact) string
	// excuses reports, at the end, whether such a fact follows from another; may
	// be nil.
	excuses func(*evidence, *ledger.Fact) bool
	// suspects are the kinds of facts of which only the end tells whether they
	// are violations.
	suspects []ledger.Kind
	// judge adds what the end tells; may be nil.
	judge func(*evidence, *findings)
}

// Names returns all checks in report order.
func Names() []Name {
	names := make([]Name, len(rules))
	for i, r := range rules {
		names[i] = r.name
	}
	return names
}

// cannot returns why the rule is not exercised with clients of some
// capabilities; empty if it is.
func (r *rule) cannot(c ledger.Capabilities) string {
	if r.unable == nil {
		return ""
	}
	return r.unable(c)
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

// placeless is why what is about the places of joins cannot be exercised.
func placeless(c ledger.Capabilities) string {
	if c.Views == ledger.Ordered {
		return ""
	}
	return c.Speaks() + " tells who is there by whole rosters, which have no place among the lines"
}

// found returns what the facts say as they stand.
func (r *rule) found(facts *ledger.Facts) *findings {
	out := new(findings)
	var kinds []ledger.Kind
	for _, f := range facts.List {
		if r.says == nil {
			break
		}
		if sentence := r.says(f); sentence != "" {
			out.add(violationOf(f, sentence))
			if !slices.Contains(kinds, f.Kind) {
				kinds = append(kinds, f.Kind)
			}
		}
	}
	for _, k := range append(kinds, r.suspects...) {
		out.beyond += facts.Beyond[k]
	}
	return out
}
