package dialect

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// caseMapping is the names that a server of IRC takes for one: CASEMAPPING in what it
// says of itself (005).
type caseMapping uint8

const (
	unknownCase caseMapping = iota // as long as the server has not said: whatever any of them takes for one
	asciiCase
	rfc1459Case   // also {}|^ are []\~
	strictCase    // also {}| are []\
	unicodeCase   // letters of all scripts
	rfc1459Upper  = `[]\~`
	rfc1459Folded = `{}|^`
)

// parseCaseMapping returns the mapping of that name. One that is not known takes for
// one what any of them does.
func parseCaseMapping(name string) caseMapping {
	switch strings.ToLower(name) {
	case "ascii":
		return asciiCase
	case "rfc1459":
		return rfc1459Case
	case "strict-rfc1459", "rfc1459-strict":
		return strictCase
	case "rfc7613", "rfc8265", "precis", "utf8":
		return unicodeCase
	}
	return unknownCase
}

// fold returns a name so that two which the server takes for one are equal.
func (m caseMapping) fold(name string) string {
	signs := 0 // so many of rfc1459Upper
	switch m {
	case unknownCase, rfc1459Case:
		signs = 4
	case strictCase:
		signs = 3
	}
	if m == unknownCase || m == unicodeCase {
		name = strings.ToLower(norm.NFC.String(name))
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		if i := strings.IndexRune(rfc1459Upper[:signs], r); i >= 0 {
			return rune(rfc1459Folded[i])
		}
		return r
	}, name)
}
